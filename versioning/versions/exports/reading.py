"""An export that is read: a folder or a .zip, of which only what the manifest names is opened, and only
as it was written.
"""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from versioning.lib import strict_json
from versioning.lib.errors import DomainError
from versioning.versions.exports.files import FORM, FORMAT, HISTORY, MANIFEST, MARK, PATH

LARGEST = 16_000_000  # bytes of one version: more than any source has, however it is written
LONGEST = 500_000_000  # bytes of a list of all versions, or of all files
UNPACKED = 2_000_000_000  # bytes of all files of a .zip
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


class _Files(Protocol):
    def read(self, path: str, most: int) -> bytes:
        """The bytes of a file. Raises KeyError where it is none, ValueError where it has more than `most`."""


class Export:
    """An export by its manifest: which artifacts it has, and their files."""

    def __init__(self, files: _Files, where: str):
        """Read what it is. Errors: `invalid` where it is no export, or none of this form."""
        self._files, self._where = files, where
        try:
            mark = strict_json.read(files.read(MARK, LARGEST))
            listed = files.read(MANIFEST, LONGEST).decode()
        except (KeyError, ValueError, DomainError) as error:
            raise refused(f"{where} is no export of Previse, or not all of it.") from error
        if not isinstance(mark, dict) or mark.get("format") != FORMAT:
            raise refused(f"{where} is no export of Previse.")
        if mark.get("version") != FORM:
            raise refused(f"{where} has a form that a newer Previse wrote. Import it there.")
        self.digests = dict(_listed(listed.splitlines()))

    def artifacts(self, folder: str) -> list[str]:
        """The slugs of a kind."""
        found = (PATH.fullmatch(path) for path in self.digests)
        return sorted({match["slug"] for match in found if match and match["folder"] == folder})

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.digests

    def read(self, path: str) -> bytes:
        """A file as it was exported. Errors: `invalid` where it is missing or differs."""
        most = LONGEST if path.endswith(HISTORY) else LARGEST
        try:
            content = self._files.read(path, most)
        except (KeyError, ValueError) as error:
            raise refused(f"{path} is missing, or longer than it can be.") from error
        if hashlib.sha256(content).hexdigest() != self.digests.get(path):
            words = f"{path} is not as it was exported (were the ends of its lines converted?)."
            raise refused(f"{words} To import it as it is now, write its sha256 into {MANIFEST}.")
        return content

    def text(self, path: str) -> str:
        """A file as text."""
        try:
            return self.read(path).decode()
        except UnicodeDecodeError as error:
            raise refused(f"{path} is not UTF-8.") from error


class _Folder:
    def __init__(self, folder: Path):
        self.folder = folder

    def read(self, path: str, most: int) -> bytes:
        file = self.folder / path
        try:
            about = file.lstat()
        except OSError as error:
            raise KeyError(path) from error
        if not stat.S_ISREG(about.st_mode):
            raise KeyError(path)
        if about.st_size > most:
            raise ValueError(path)
        return file.read_bytes()


class _Packed:
    """A .zip as it was downloaded, or one whose files lie in one folder, as others pack them."""

    def __init__(self, archive: zipfile.ZipFile):
        self.archive = archive
        marks = [name for name in archive.namelist() if name.split("/")[1:] in ([], [MARK])]
        inside = [name for name in marks if name.endswith(f"/{MARK}")]
        self.prefix = inside[0].removesuffix(MARK) if MARK not in marks and len(inside) == 1 else ""

    def read(self, path: str, most: int) -> bytes:
        about = self.archive.getinfo(self.prefix + path)
        if about.file_size > most:
            raise ValueError(path)
        try:
            return self.archive.read(about)
        except UNREADABLE as error:
            raise ValueError(path) from error


def open_folder(folder: Path) -> Export:
    """An export in a folder."""
    return Export(_Folder(folder), str(folder))


@contextmanager
def open_packed(file: IO[bytes], where: str = "This file") -> Iterator[Export]:
    """An export in a .zip."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise refused(f"{where} is no .zip that can be read.") from error
    with archive:
        if sum(about.file_size for about in archive.infolist()) > UNPACKED:
            raise refused(f"{where} holds more than {UNPACKED // 10**9} GB. Import it from a folder.")
        yield Export(_Packed(archive), where)


def _listed(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        digest, _, path = line.partition("  ")
        if PATH.fullmatch(path):
            yield path, digest


def refused(words: str) -> DomainError:
    """An export, or a file of it, that cannot be read."""
    return DomainError("invalid", words)
