"""An export as one .zip: the same files, the same bytes every time."""

import zipfile
from collections.abc import Generator
from contextlib import closing
from typing import IO

from versioning.versions.exports.files import MANIFEST, Entry

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a .zip knows: the same whenever it is packed
READABLE = 0o100644 << 16


def pack(found: Generator[Entry], into: IO[bytes]) -> int:
    """Write the files and their manifest, one after the other. Returns how many they are."""
    lines = []
    with closing(found), zipfile.ZipFile(into, "w") as archive:
        for entry in found:
            _add(archive, entry.path, entry.content)
            lines.append(entry.line)
        _add(archive, MANIFEST, b"".join(lines))
    return len(lines)


def is_packed(file: IO[bytes]) -> bool:
    """Whether a file is a .zip; it is read from its beginning afterwards."""
    found = file.read(4)
    file.seek(0)
    return found == b"PK\x03\x04"


def _add(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    about = zipfile.ZipInfo(path, EPOCH)
    about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, 3, READABLE
    archive.writestr(about, content)
