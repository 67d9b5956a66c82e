"""Git repositories that tests make, and ask by themselves."""

import os
import subprocess
from pathlib import Path

from tests.commands.say import say
from versioning.versions.models import Version

AUTHOR = {"GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.com"}
COMMITTER = {"GIT_COMMITTER_NAME": "Ben", "GIT_COMMITTER_EMAIL": "ben@example.com"}


class Repo:
    """A repository in a folder; each commit is a minute later than the one before."""

    def __init__(self, folder: Path):
        self.folder, self.minute = folder, 0
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, **around: str) -> str:
        """What git says."""
        around = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **AUTHOR, **COMMITTER, **around}
        done = subprocess.run(
            ["git", "-c", "core.autocrlf=false", *words], cwd=self.folder, env=around, capture_output=True,
            check=True,
        )  # fmt: skip
        return done.stdout.decode(errors="replace")

    def write(self, path: str, content: str | bytes) -> None:
        """A file as it shall be."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, message: str, *, author: str = "Ana", **files: str | bytes) -> str:
        """Commit everything; files by name (`a_md` is a.md). Its hash."""
        for name, content in files.items():
            self.write(name.replace("_", "."), content)
        self.git("add", "-A")
        self.minute += 1
        at = f"2025-03-01T10:{self.minute:02}:00+02:00"
        self.git(
            "commit", "-q", "--allow-empty", "--allow-empty-message", "-m", message,
            GIT_AUTHOR_NAME=author, GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at,
        )  # fmt: skip
        return self.git("rev-parse", "HEAD").strip()

    def merge(self, branch: str, *words: str) -> None:
        """Merge a branch, always by a commit of its own."""
        self.minute += 1
        at = f"2025-03-01T10:{self.minute:02}:00+02:00"
        self.git(
            "merge", "-q", "--no-ff", *words, "-m", f"Merge {branch}", branch,
            GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at,
        )  # fmt: skip


def bring(repo: Repo, *words: str) -> str:
    """Import files of a repository into the demo; what the command says."""
    return say("import_git", str(repo.folder), *words, "--workspace=demo")


def texts(slug: str) -> list[str]:
    """The texts of a prompt's versions, the oldest first."""
    found = Version.objects.filter(artifact__slug=slug).order_by("number")
    return list(found.values_list("source", flat=True))


def messages(slug: str) -> list[str]:
    """Their messages."""
    found = Version.objects.filter(artifact__slug=slug).order_by("number")
    return list(found.values_list("message", flat=True))
