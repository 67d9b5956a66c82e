"""An export as a folder, written over the one before: what it wrote is replaced, all else is left alone.

Which files are an export's own is told by its manifest. While it writes, a journal beside it names what it
is about to write, so that a run that was cut off is taken up by the next one.
"""

import hashlib
import os
import stat
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from versioning.lib.errors import DomainError
from versioning.versions.exports.files import MANIFEST, PATH, Entry

JOURNAL = f"{MANIFEST}.unfinished"
ALLOWED = {".git"}  # what an empty folder may hold


@dataclass
class Written:
    """How many files an export has, how many of them it wrote anew, and how many it took away."""

    files: int = 0
    changed: int = 0
    removed: int = 0


def write_folder(found: Generator[Entry], folder: Path) -> Written:
    """Write an export into a folder. What is there as it should be is not touched.

    Errors: `invalid` where the folder holds something else, or a file of an export was changed by hand.
    """
    folder.mkdir(parents=True, exist_ok=True)
    claims = _claims(folder)
    done, lines = Written(), []
    with closing(found), open(folder / JOURNAL, "ab") as journal:
        for entry in found:
            lines.append(entry.line)
            done.files += 1
            if _put(folder, entry, claims.pop(entry.path, set()), journal):
                done.changed += 1
    for path, digests in sorted(claims.items()):
        done.removed += _remove(folder, path, digests)
    _replace(folder / MANIFEST, b"".join(lines))
    (folder / JOURNAL).unlink()
    return done


def _claims(folder: Path) -> dict[str, set[str]]:
    """The files that exports wrote here, each with the digests that it had."""
    there = {each.name for each in folder.iterdir()} - ALLOWED
    if there and not {MANIFEST, JOURNAL} & there:
        raise _refused(
            f"{folder} holds files that no export wrote, such as {min(there)!r}. "
            "Name an empty folder, or one that an export was written into."
        )
    found: dict[str, set[str]] = {}
    for name in (MANIFEST, JOURNAL):
        if name in there:
            if not stat.S_ISREG((folder / name).lstat().st_mode):
                raise _refused(f"{folder / name} is no file.")
            for line in (folder / name).read_text("utf-8", "replace").splitlines():
                digest, _, path = line.partition("  ")
                if PATH.fullmatch(path):
                    found.setdefault(path, set()).add(digest)
    return found


def _put(folder: Path, entry: Entry, claimed: set[str], journal: IO[bytes]) -> bool:
    """Write a file where it is not what it should be; whether it was written."""
    path = _safe(folder, entry.path)
    there = _digest(path)
    if there == entry.digest:
        journal.write(entry.line)
        return False
    if there is not None and there not in claimed:
        raise _changed(path)
    journal.write(entry.line)
    journal.flush()
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, entry.content)
    return True


def _remove(folder: Path, name: str, claimed: set[str]) -> int:
    """Take away a file that is no longer part of the export, and folders that are empty then."""
    path = _safe(folder, name)
    there = _digest(path)
    if there is None:
        return 0
    if there not in claimed:
        raise _changed(path)
    path.unlink()
    for parent in list(path.parents)[: name.count("/")]:
        if any(parent.iterdir()):
            break
        parent.rmdir()
    return 1


def _safe(folder: Path, name: str) -> Path:
    """A path below the folder, through no link that leads out of it."""
    here = folder
    for part in name.split("/"):
        here = here / part
        if here.is_symlink():
            raise _refused(f"{here} is a link. Take it away, or export to another folder.")
    return here


def _digest(path: Path) -> str | None:
    """The sha256 of a file that is there."""
    try:
        if not path.is_file():
            if path.exists():
                raise _changed(path)
            return None
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except NotADirectoryError:
        raise _changed(path.parent) from None


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.writing")
    beside.unlink(missing_ok=True)
    with open(beside, "xb") as file:  # and never through a link that waits there
        file.write(content)
    os.replace(beside, path)


def _changed(path: Path) -> DomainError:
    return _refused(
        f"{path} is not as an export left it. Move it away, or export to another folder; "
        "what is written so far stays, and the next run goes on."
    )


def _refused(words: str) -> DomainError:
    return DomainError("invalid", words)
