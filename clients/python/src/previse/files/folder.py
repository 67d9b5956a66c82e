"""The layout: `prompts/<slug>.txt`, a text a file, and `previse.json`: what each was when last met.

`previse.json` belongs into git with the texts: by it a push knows what its texts were written from.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SLUG = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
TEXTS, STATE = "prompts", "previse.json"
AS_THEY_ARE = "# Texts are kept byte for byte: git shall not touch their newlines.\n*.txt -text\n"


class FolderError(Exception):
    """Something in the folder that a person has to mend."""


@dataclass(frozen=True)
class Met:
    """A prompt as it was when last pulled or pushed: the newest number that is known, its text's digest.

    `tag` is there where it is a draft that was pushed from here.
    """

    number: int
    digest: str
    tag: str = ""


class Folder:
    """A folder with prompts as files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url, self.met = self._read_state()

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Each prompt's slug with its text, by slug. Raises FolderError for a file that can be none."""
        for path in sorted((self.path / TEXTS).glob("*.txt")):
            slug = path.name[: -len(".txt")]
            if not SLUG.fullmatch(slug):
                raise FolderError(f"{path}: '{slug}' is no slug. Name the file as the prompt's slug.")
            content = path.read_bytes()
            try:
                content.decode()
            except UnicodeDecodeError as error:
                raise FolderError(f"{path} is not UTF-8 (at byte {error.start:,}).") from None
            yield slug, content

    def text(self, slug: str) -> bytes | None:
        """A prompt's text; None where there is no file."""
        try:
            return self._file(slug).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, slug: str, content: bytes) -> None:
        """Write a text, whole or not at all."""
        attributes = self.path / TEXTS / ".gitattributes"
        attributes.parent.mkdir(parents=True, exist_ok=True)
        if not attributes.exists():
            attributes.write_bytes(AS_THEY_ARE.encode())
        _replace(self._file(slug), content)

    def remember(self, url: str, slug: str, met: Met) -> None:
        """Note what a prompt was met as. The file changes only where that is something new."""
        if (self.url, self.met.get(slug)) == (url, met):
            return
        self.url, self.met[slug] = url, met
        prompts = {name: _shown(each) for name, each in sorted(self.met.items())}
        said = json.dumps({"url": url, "prompts": prompts}, indent=1, ensure_ascii=False)
        self.path.mkdir(parents=True, exist_ok=True)
        _replace(self.path / STATE, f"{said}\n".encode())

    def _file(self, slug: str) -> Path:
        return self.path / TEXTS / f"{slug}.txt"

    def _read_state(self) -> tuple[str, dict[str, Met]]:
        path = self.path / STATE
        try:
            said = json.loads(path.read_bytes())
            prompts = {slug: Met(**each) for slug, each in said["prompts"].items()}
            return str(said["url"]), prompts
        except FileNotFoundError:
            return "", {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FolderError(f"{path} cannot be read. Mend it, or remove it and pull again.") from None


def digest_of(content: bytes) -> str:
    """As Previse names a text: equal digests, equal texts."""
    return hashlib.sha256(content).hexdigest()


def _shown(met: Met) -> dict[str, Any]:
    tag = {"tag": met.tag} if met.tag else {}
    return {"number": met.number, "digest": met.digest, **tag}


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
