"""`import_git REPO PATH…`: the states of files as versions, with the words of their commits."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from prompts.models import Prompt
from tests.commands.repositories import Repo, bring, messages, texts
from tests.commands.say import say
from versioning.lib.errors import DomainError
from versioning.versions import services
from versioning.versions.git import Repository
from versioning.versions.git.importing import import_git, slug_of
from versioning.versions.models import Version
from versioning.workspaces.models import Event

OURS = Path(__file__).parents[2]


@pytest.fixture
def repo(tmp_path) -> Repo:
    return Repo(tmp_path / "repo")


def test_our_own_readme_has_as_many_versions_as_git_has_states_of_it(cast):
    if not (OURS / ".git").exists():
        pytest.skip("This copy of the project has no history: it is no clone.")
    listed = subprocess.run(
        ["git", "log", "--follow", "--reverse", "-z", "--format=%an%x00%aI%x00%B", "--", "README.md"],
        cwd=OURS, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    said = listed.split("\0")[:-1]
    states = [tuple(said[at : at + 3]) for at in range(0, len(said), 3)]

    say("import_git", str(OURS), "README.md", "--workspace=demo")

    versions = Version.objects.filter(artifact__slug="readme").order_by("number")
    assert [(v.author_name, v.created_at, v.message) for v in versions] == [
        (author, datetime.fromisoformat(at), message.strip()[:2000].strip()) for author, at, message in states
    ]
    committed = subprocess.run(["git", "show", "HEAD:README.md"], cwd=OURS, capture_output=True, check=True)
    assert versions.last().source.encode() == committed.stdout


def test_each_state_is_a_frozen_version_with_message_author_and_date_and_the_last_is_live(cast, repo):
    first = repo.commit("Say hello\n\nBecause they asked.", a_md="Hello\r\n")
    second = repo.commit("Say more", author="Zoë", a_md="Hello, {{ name }}\r\nno end")

    said = bring(repo, "a.md")

    versions = Version.objects.filter(artifact__slug="a").order_by("number")
    assert [(v.source, v.message, v.author_name) for v in versions] == [
        ("Hello\r\n", "Say hello\n\nBecause they asked.", "Ana"),
        ("Hello, {{ name }}\r\nno end", "Say more", "Zoë"),
    ]
    assert versions[0].created_at == versions[0].locked_at == datetime(2025, 3, 1, 8, 1, tzinfo=UTC)
    assert Prompt.objects.get(slug="a").live.number == 2
    data = Event.objects.get(name="artifact.imported").data
    assert (data["commits"], data["path"]) == ([first, second], "a.md")
    assert said.splitlines()[-1] == "1 prompt, 2 versions (2 of them new)"


def test_a_second_run_adds_nothing_and_moves_nothing(cast, repo):
    repo.commit("One", a_md="1")
    repo.commit("Two", a_md="2")
    bring(repo, "a.md")
    services.roll_back(cast.eve, Prompt.objects.get(slug="a"), 1)
    before = (Event.objects.count(), Prompt.objects.values().get(slug="a"))

    assert "(0 of them new)" in bring(repo, "a.md")

    assert (Event.objects.count(), Prompt.objects.values().get(slug="a")) == before


def test_new_commits_add_their_states_and_leave_live_alone(cast, repo):
    repo.commit("One", a_md="1")
    bring(repo, "a.md")
    two = repo.commit("Two", a_md="2")

    assert "2 versions, 1 new" in bring(repo, "a.md")

    assert (texts("a"), Prompt.objects.get(slug="a").live.number) == (["1", "2"], 1)
    assert Event.objects.filter(name="artifact.imported").latest("sequence").data["commits"] == [two]


def test_a_rename_is_followed_and_is_no_version_of_its_own(cast, repo):
    body = "one\ntwo\nthree\nfour\n"
    repo.commit("One", old_md=body)
    repo.git("mv", "old.md", "new name.md")
    repo.commit("Rename")
    repo.commit("Mode only")
    repo.write("new name.md", body + "five\n")
    repo.commit("Two")

    bring(repo, "new name.md")

    assert messages("new-name") == ["One", "Two"]


def test_a_deletion_is_no_version_and_a_text_that_comes_back_is_one(cast, repo):
    repo.commit("One", a_md="1")
    (repo.folder / "a.md").unlink()
    repo.commit("Gone")
    repo.commit("Two", a_md="2")
    repo.commit("One again", a_md="1")

    bring(repo, "a.md")

    assert texts("a") == ["1", "2", "1"]


def test_what_a_merge_brings_in_comes_before_what_the_merge_made_of_it(cast, repo):
    repo.commit("Base", a_md="1\n\n2\n\n3\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Side", a_md="1\n\n2\n\n3 side\n")
    repo.git("checkout", "-q", "main")
    repo.commit("Main", a_md="1 main\n\n2\n\n3\n")
    repo.merge("side")

    bring(repo, "a.md")

    assert messages("a") == ["Base", "Main", "Side", "Merge side"]
    assert texts("a")[-1] == "1 main\n\n2\n\n3 side\n"


def test_a_merge_that_drops_the_other_side_leaves_live_on_what_the_branch_has(cast, repo):
    repo.commit("Base", a_md="1")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Side", a_md="side")
    repo.git("checkout", "-q", "main")
    repo.commit("Main", a_md="main")
    repo.merge("side", "-s", "ours")
    bring(repo, "a.md")
    assert messages("a") == ["Base", "Main", "Side", "Merge side"]
    assert Prompt.objects.get(slug="a").live.source == "main"

    repo.commit("Later", a_md="later")

    assert "5 versions, 1 new" in bring(repo, "a.md")


def test_a_merge_that_only_takes_a_text_over_is_no_version(cast, repo):
    repo.commit("Base", a_md="1")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Side", a_md="side")
    repo.git("checkout", "-q", "main")
    repo.commit("Elsewhere", b_md="b")
    repo.merge("side")

    bring(repo, "a.md")

    assert messages("a") == ["Base", "Side"]


def test_a_branch_older_than_what_is_here_already_comes_in_at_the_end_when_it_is_merged(cast, repo):
    repo.commit("Base", a_md="1\n\n2\n\n3\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Side", a_md="1\n\n2\n\n3 side\n")
    repo.git("checkout", "-q", "main")
    repo.commit("Main", a_md="1 main\n\n2\n\n3\n")
    bring(repo, "a.md")
    repo.merge("side")

    assert "4 versions, 2 new" in bring(repo, "a.md")

    assert messages("a") == ["Base", "Main", "Side", "Merge side"]


def test_another_branch_is_read_where_it_is_named(cast, repo):
    repo.commit("One", a_md="1")
    repo.git("checkout", "-q", "-b", "next")
    repo.commit("Two", a_md="2")
    repo.git("checkout", "-q", "main")

    bring(repo, "a.md", "--branch=next")

    assert texts("a") == ["1", "2"]


def test_below_a_folder_all_texts_come_in_and_the_rest_is_passed_over(cast, repo):
    repo.write("prompts/Support Triage.md", "Sort.")
    repo.write("prompts/deep/er/greet.txt", "Hello.")
    repo.write("prompts/logo.png", b"\x89PNG\0\0")
    repo.write("prompts/.hidden.md", "No.")
    repo.write("other.md", "No.")
    (repo.folder / "prompts/link.md").symlink_to("/etc/passwd")
    repo.commit("All")

    said = bring(repo, "prompts")

    assert sorted(Prompt.objects.values_list("slug", flat=True)) == ["deep-er-greet", "support-triage"]
    assert "logo.png" in said


def test_several_paths_come_in_at_once(cast, repo):
    repo.commit("All", a_md="A", b_md="B")

    assert "2 prompts, 2 versions" in bring(repo, "a.md", "b.md")


def test_a_slug_can_be_given_to_one_file(cast, repo):
    repo.commit("All", a_md="A", b_md="B")

    bring(repo, "a.md", "--slug=greeting")
    with pytest.raises(CommandError, match="these are several files"):
        bring(repo, ".", "--slug=greeting")

    assert Prompt.objects.get().slug == "greeting"


def test_two_files_of_one_slug_are_refused_with_both_names(cast, repo):
    repo.commit("All", a_md="A", a_txt="B")

    with pytest.raises(CommandError, match=r"'a\.md' and 'a\.txt' would both be the prompt 'a'"):
        bring(repo, ".")

    assert not Prompt.objects.exists()


@pytest.mark.parametrize(
    ("path", "slug"),
    [("Support Triage.md", "support-triage"), ("a/b_c.v2.txt", "a-b_c.v2"), ("Grüße.md", "grusse"),
     ("--x--.md", "x"), (".prompt", "prompt"), ("x" * 150, "x" * 100)],
)  # fmt: skip
def test_a_slug_is_the_name_in_small_letters(path, slug):
    assert slug_of(path) == slug


def test_a_name_without_letters_makes_no_slug():
    with pytest.raises(DomainError, match="Give one by --slug"):
        slug_of("你好.md")


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\x89PNG\0\0", "is no text"), (b"caf\xe9", "is not UTF-8"), (b"x" * 4_000_001, "more than a text can"),
     (b"x" * 1_000_001, "at most 1,000,000 characters")],
)  # fmt: skip
def test_what_no_version_can_be_names_its_commit_and_nothing_of_the_file_comes_in(cast, repo, content, why):
    repo.commit("Good", a_md="good")
    bad = repo.commit("Bad", a_md=content)
    repo.commit("Mended", a_md="mended")

    with pytest.raises(CommandError):
        bring(repo, "a.md")
    problem = import_git(cast.eve, Repository(str(repo.folder)), ["a.md"])[0].problem

    assert bad[:10] in problem
    assert why in problem
    assert not Version.objects.exists()


def test_an_empty_state_is_no_version_and_is_named(cast, repo):
    empty = repo.commit("Touch", a_md="")
    repo.commit("One", a_md="1")

    said = bring(repo, "a.md")

    assert texts("a") == ["1"]
    assert f"Empty in {empty[:10]}" in said


def test_a_long_message_is_cut_and_the_commit_is_named(cast, repo):
    commit = repo.commit("x" * 3000, a_md="1")

    said = bring(repo, "a.md")

    assert messages("a") == ["x" * 2000]
    assert f"cut in {commit[:10]}" in said


def test_a_prompt_that_went_its_own_way_is_left_alone(cast, repo):
    repo.commit("One", a_md="1")
    bring(repo, "a.md")
    services.save_version(cast.eve, Prompt.objects.get(slug="a"), source="Mine")
    repo.commit("Two", a_md="2")

    with pytest.raises(CommandError, match="did not come in"):
        bring(repo, "a.md")

    assert texts("a") == ["1", "Mine"]
