"""A repository as it lies on the disk, asked by git's own program and trusted in nothing.

Its configuration could name programs that git would run (a pager, a signature check, a diff of its own,
a transport that fetches what is missing): all of them are switched off, and of the environment git gets
what it needs. Commits are named by their hashes and paths taken literally, so that no name is an option.
"""

import os
import posixpath
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from versioning.lib.errors import DomainError

# What a repository's own configuration must not decide.
FIXED = {
    "core.fsmonitor": "false", "core.hooksPath": os.devnull, "core.pager": "cat", "core.quotePath": "false",
    "log.showSignature": "false", "log.showRoot": "true", "log.follow": "false", "log.diffMerges": "off",
    "diff.orderFile": os.devnull, "diff.renames": "true", "diff.external": "", "diff.relative": "false",
    "i18n.logOutputEncoding": "UTF-8", "protocol.allow": "never", "color.ui": "never",
}  # fmt: skip
KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "TMPDIR")  # the person's own `safe.directory` counts
# A file with its content, or a link to one, or another repository inside: only the first is a text.
REGULAR = ("100644", "100755")


@dataclass(frozen=True)
class File:
    """A file of a commit: its path in the repository, and the one below the folder that was asked for."""

    path: str
    below: str


class Repository:
    """One repository, read at one commit."""

    def __init__(self, folder: str, *, branch: str = "") -> None:
        """Find the repository that a folder is in. Errors: `invalid`, with what to do."""
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise refused(f"{folder} is no folder.")
        # Inside a bare repository there is no working tree, and paths begin at its root.
        self.prefix = self._text("rev-parse", "--show-prefix")
        self.folder = self.folder / self._text("rev-parse", "--show-cdup")
        self.commit = self._commit(branch)
        self.is_shallow = self._text("rev-parse", "--is-shallow-repository") == "true"

    def files(self, path: str) -> list[File]:
        """The file of that path, or all regular files below the folder, without hidden ones.

        Errors: `invalid` where the commit has neither.
        """
        full = self._full(path)
        entries = list(self._entries(full))
        if any(each == full for _, each in entries):
            if entries[0][0] not in REGULAR:
                raise refused(f"{path} is no file but a link, or a repository of its own.")
            return [File(full, posixpath.basename(full))]
        start = f"{full}/" if full else ""
        found = [File(each, each[len(start) :]) for mode, each in entries if mode in REGULAR]
        found = [file for file in found if not any(p.startswith(".") for p in file.below.split("/"))]
        if not found:
            raise refused(f"There is no file {path!r} in the commit {self.commit[:10]} of {self.folder}.")
        return found

    @cached_property
    def parents(self) -> dict[str, list[str]]:
        """Every commit with its parents, the first of them first."""
        lines = self.run("rev-list", "--parents", self.commit).decode().splitlines()
        return {commit: parents for commit, *parents in (line.split(" ") for line in lines)}

    def run(self, *words: str, given: bytes | None = None) -> bytes:
        """What git answers. Errors: `invalid` with git's own words."""
        try:
            done = subprocess.run(
                command(*words), cwd=self.folder, env=environment(), input=given or b"",
                capture_output=True, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise refused("git is not installed, or not in PATH. Install it, and try again.") from error
        if done.returncode:
            raise self._explained(done.stderr.decode(errors="replace"))
        return done.stdout

    def _text(self, *words: str) -> str:
        return os.fsdecode(self.run(*words)).removesuffix("\n")

    def _commit(self, branch: str) -> str:
        try:
            name = f"{branch or 'HEAD'}^{{commit}}"
            return self._text("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        except DomainError as error:
            words = f"There is no branch or commit {branch!r}." if branch else "It has no commit yet."
            raise refused(f"{self.folder}: {words}") from error

    def _full(self, path: str) -> str:
        """A path from the root of the repository, '' for all of it. Those asked for begin at the folder."""
        if os.path.isabs(path):
            full = os.path.relpath(os.path.realpath(path), os.path.realpath(self.folder))
        else:
            full = posixpath.normpath(posixpath.join(self.prefix, path))
        if full == ".." or full.startswith(("../", "/")):
            raise refused(f"{path!r} is outside the repository.")
        return "" if full == "." else full

    def _entries(self, full: str) -> Iterator[tuple[str, str]]:
        """Mode and path of what a commit has at a path or below it."""
        words = ["ls-tree", "-r", "-z", "--full-tree", self.commit]
        listed = self.run(*words, "--", full) if full else self.run(*words)
        for entry in listed.split(b"\0")[:-1]:
            about, path = entry.split(b"\t", 1)
            yield about.split(b" ")[0].decode(), os.fsdecode(path)

    def _explained(self, said: str) -> DomainError:
        where = self.folder
        if "dubious ownership" in said:
            return refused(
                f"{where} belongs to somebody else, so git refuses to read it. If you trust it, say "
                f"`git config --global --add safe.directory {where.resolve()}`, and try again."
            )
        if "not a git repository" in said:
            return refused(f"{where} is no git repository.")
        return refused(f"git could not read {where}: {said.strip()[:500] or 'it said nothing'}.")


def command(*words: str) -> Sequence[str]:
    """The words that start git, with everything switched off that a repository could turn against us."""
    fixed = [part for name, value in FIXED.items() for part in ("-c", f"{name}={value}")]
    return ["git", "--no-pager", "--literal-pathspecs", "--no-optional-locks", *fixed, *words]


def environment() -> dict[str, str]:
    """What git finds around it: nothing of GIT_*, and no way to the network or a terminal."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
    }  # fmt: skip


def refused(words: str) -> DomainError:
    """A repository or a file of it that cannot come in."""
    return DomainError("invalid", words)
