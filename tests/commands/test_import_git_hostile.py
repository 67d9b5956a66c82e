"""`import_git` of repositories that mean harm, and of what is none."""

import pytest
from django.core.management.base import CommandError

from prompts.models import Prompt
from tests.commands.repositories import Repo, bring, messages, texts
from tests.commands.say import say
from versioning.lib.errors import DomainError
from versioning.versions.git import Repository


@pytest.fixture
def repo(tmp_path) -> Repo:
    return Repo(tmp_path / "repo")


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
