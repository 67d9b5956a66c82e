"""`import_git REPO PATH…`: the states of files as versions, with the words of their commits."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from prompts.models import Prompt
from tests.commands.repositories import Repo
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


def bring(repo: Repo, *words: str) -> str:
    return say("import_git", str(repo.folder), *words, "--workspace=demo")


def texts(slug: str) -> list[str]:
    found = Version.objects.filter(artifact__slug=slug).order_by("number")
    return list(found.values_list("source", flat=True))


def messages(slug: str) -> list[str]:
    found = Version.objects.filter(artifact__slug=slug).order_by("number")
    return list(found.values_list("message", flat=True))


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


def test_odd_names_and_messages_are_only_words(cast, repo):
    repo.write("-rf; $(touch pwned) \n*.md", "Odd.")
    repo.write(":(glob)b.md", "Magic.")
    repo.commit("--format=%H\n\n\x1b[31m<script>alert(1)</script>", author="-x <i>")

    bring(repo, "./-rf; $(touch pwned) \n*.md", ":(glob)b.md")

    assert set(Prompt.objects.values_list("slug", flat=True)) == {"rf-touch-pwned", "glob-b"}
    assert messages("glob-b")[0].startswith("--format=%H")
    assert not (repo.folder / "pwned").exists()


def test_a_path_that_begins_with_a_dash_is_a_path(cast, repo):
    repo.write("--output=pwned.md", "Odd.")
    repo.commit("One")

    say("import_git", "--workspace=demo", "--", str(repo.folder), "--output=pwned.md")

    assert Prompt.objects.get().slug == "output-pwned"
    assert not (repo.folder / "pwned.md").exists()


@pytest.mark.parametrize("branch", ["--output=pwned", "-x", "nowhere", "main:a.md", "HEAD^{tree}"])
def test_a_branch_is_never_an_option(cast, repo, branch):
    repo.commit("One", a_md="1")

    with pytest.raises(CommandError, match="no branch or commit"):
        bring(repo, "a.md", f"--branch={branch}")

    assert not (repo.folder / "pwned").exists()


def test_nothing_that_a_hostile_repository_configures_is_run(cast, repo, tmp_path):
    repo.commit("One", a_md="1")
    raw = repo.git("cat-file", "commit", "HEAD")
    repo.write("signed", raw.replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\n", 1))
    commit = repo.git("hash-object", "-t", "commit", "-w", "signed").strip()
    repo.git("reset", "-q", "--hard", commit)  # a signature, which git would have checked
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    spy.chmod(0o755)
    for name in (
        "core.fsmonitor", "core.pager", "pager.log", "diff.external", "gpg.program", "core.sshCommand",
        "core.editor", "core.askPass", "diff.evil.textconv", "diff.evil.command", "filter.evil.smudge",
        "credential.helper", "remote.origin.uploadpack", "alias.log", "alias.rev-list", "core.gitProxy",
    ):  # fmt: skip
        repo.git("config", name, f"!{spy}" if name.startswith("alias") else str(spy))
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "remote.origin.url", f"ext::{spy}")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "protocol.ext.allow", "always")
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.write(".git/info/attributes", "* diff=evil filter=evil\n")
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        repo.write(f".git/hooks/{hook}", spy.read_text())
        (repo.folder / f".git/hooks/{hook}").chmod(0o755)

    bring(repo, "a.md")
    blob = repo.folder / ".git/objects"
    for found in blob.glob("??/*"):  # what is missing would be fetched, by the transport that it names
        if found.parent.name + found.name != commit:
            found.unlink()
    with pytest.raises(CommandError):
        bring(repo, "a.md")

    assert texts("a") == ["1"]
    assert not (tmp_path / "pwned").exists()


def test_what_surrounds_the_command_does_not_lead_git_elsewhere(cast, repo, tmp_path, monkeypatch):
    repo.commit("One", a_md="1")
    other = Repo(tmp_path / "other")
    other.commit("Other", a_md="other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))

    bring(repo, "a.md")

    assert texts("a") == ["1"]


def test_a_shallow_clone_is_imported_with_a_warning(cast, repo, tmp_path):
    repo.commit("One", a_md="1")
    repo.commit("Two", a_md="2")
    repo.git("clone", "-q", "--depth=1", f"file://{repo.folder}", str(tmp_path / "shallow"))

    said = say("import_git", str(tmp_path / "shallow"), "a.md", "--workspace=demo")

    assert "shallow clone" in said
    assert texts("a") == ["2"]


def test_a_bare_repository_and_a_folder_inside_one_are_read(cast, repo, tmp_path):
    repo.write("docs/a.md", "1")
    repo.commit("One")
    repo.git("clone", "-q", "--bare", str(repo.folder), str(tmp_path / "bare"))

    say("import_git", str(tmp_path / "bare"), "docs/a.md", "--workspace=demo")
    say("import_git", str(repo.folder / "docs"), "a.md", "--workspace=demo", "--slug=b")
    say("import_git", str(repo.folder), str(repo.folder / "docs/a.md"), "--workspace=demo", "--slug=c")

    assert sorted(Prompt.objects.values_list("slug", flat=True)) == ["a", "b", "c"]


def test_what_is_no_repository_is_said(cast, tmp_path):
    with pytest.raises(CommandError, match="is no git repository"):
        say("import_git", str(tmp_path), "a.md", "--workspace=demo")
    with pytest.raises(CommandError, match="is no folder"):
        say("import_git", str(tmp_path / "none"), "a.md", "--workspace=demo")


def test_a_repository_without_commits_is_said(cast, repo):
    with pytest.raises(CommandError, match="no commit yet"):
        bring(repo, "a.md")


@pytest.mark.parametrize(
    ("path", "why"), [("b.md", "no file 'b.md'"), ("../x", "outside"), ("/etc/passwd", "outside")]
)
def test_a_path_that_is_not_there_is_named(cast, repo, path, why):
    repo.commit("One", a_md="1")

    with pytest.raises(CommandError, match=why):
        bring(repo, path)


def test_without_git_it_says_what_to_install(cast, repo, monkeypatch):
    repo.commit("One", a_md="1")
    monkeypatch.setenv("PATH", str(repo.folder))

    with pytest.raises(CommandError, match="git is not installed"):
        bring(repo, "a.md")


def test_a_repository_of_somebody_else_is_explained(monkeypatch, repo):
    repo.commit("One", a_md="1")
    monkeypatch.setattr(
        "versioning.versions.git.repository.KEPT", ("PATH", "HOME", "GIT_TEST_ASSUME_DIFFERENT_OWNER")
    )
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    with pytest.raises(DomainError, match=r"safe\.directory"):
        Repository(str(repo.folder))
