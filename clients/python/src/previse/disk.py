"""The last known on disk: for a start while the server is away. Nothing in here ever breaks a read.

A file is one place of one key at one server. Its first line is an HMAC, by the API key, of all that follows:
what is truncated, damaged, of another key or put there by somebody else is not what it says, and is ignored.
"""

import contextlib
import hashlib
import hmac
import json
import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from previse.answers import Garbage, News, Place, body_of, news_of, read_json

FORMAT = b"previse 1 "
LARGEST = 64_000_000
SAFE = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
REWRITE_AFTER = 30.0  # seconds between writes that would only say that it is still so


@dataclass(frozen=True)
class Kept:
    """What is kept of a place. `told_at` is when the server said so (Unix time); `again`: nothing new."""

    place: Place
    news: News
    told_at: float
    again: bool = False


def default_folder() -> Path | None:
    """Where this system keeps what can be had again; None where it has no such place."""
    if told := os.environ.get("PREVISE_CACHE_DIR"):
        return Path(told)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) / "previse" if local else None
    if told := os.environ.get("XDG_CACHE_HOME"):
        return Path(told) / "previse"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "previse"


class Disk:
    """The folder of one key at one server."""

    def __init__(self, folder: Path, key: str, url: str) -> None:
        owner = hashlib.sha256(f"{url}\0{key}".encode()).hexdigest()[:32]
        self.folder = folder / owner
        self._secret = hashlib.sha256(f"previse disk\0{url}\0{key}".encode()).digest()
        self._written: dict[Place, float] = {}

    def load(self, place: Place) -> Kept | None:
        """What was kept of a place; None where nothing is, or nothing that can be believed."""
        path = self._path(place)
        return self._read(path, place) if path else None

    def all(self) -> list[Kept]:
        """Everything that was kept of what is served (not of pinned versions)."""
        found = []
        with contextlib.suppress(OSError):
            for path in sorted(self.folder.glob("*.previse")):
                kind, _, slug = path.name[: -len(".previse")].partition("-")
                if "@" not in slug and (kept := self._read(path, Place(kind, slug))):
                    found.append(kept)
        return found

    def save(self, kept: Kept, *, force: bool = False) -> None:
        """Keep it, whole or not at all; never in place of a newer generation. Raises OSError."""
        path = self._path(kept.place)
        if path is None:
            return
        if kept.again and time.monotonic() - self._written.get(kept.place, -REWRITE_AFTER) < REWRITE_AFTER:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.folder / "lock"):
            before = self._read(path, kept.place)
            if before and not force and _is_newer(before, kept):
                return
            _write(path, self._sealed(kept))
        self._written[kept.place] = time.monotonic()

    def forget(self) -> None:
        """Remove all of it: the key counts no more. Raises OSError."""
        self._written.clear()
        for path in list(self.folder.glob("*.previse")):
            path.unlink(missing_ok=True)

    def _path(self, place: Place) -> Path | None:
        """The file of a place; None for a slug that no server can have."""
        if len(place.slug) > 100 or not SAFE.fullmatch(place.slug):
            return None
        pinned = f"@{place.version}" if place.version is not None else ""
        return self.folder / f"{place.kind}-{place.slug}{pinned}.previse"

    def _sealed(self, kept: Kept) -> bytes:
        thing, (kind, slug, version) = kept.news.thing, kept.place
        said: dict[str, Any] = {
            "place": [kind, slug, version], "told_at": kept.told_at, "etag": kept.news.etag,
            "generation": kept.news.generation, "body": body_of(thing) if thing else None,
        }  # fmt: skip
        body = json.dumps(said, ensure_ascii=False).encode()
        return FORMAT + self._mark(body) + b"\n" + body

    def _mark(self, body: bytes) -> bytes:
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest().encode()

    def _read(self, path: Path, place: Place) -> Kept | None:
        try:
            first, _, body = _bytes_of(path).partition(b"\n")
            if not hmac.compare_digest(first, FORMAT + self._mark(body)):
                return None
            said = read_json(body)
            if said.get("place") != [*place]:
                return None
            told_at, etag, generation = float(said["told_at"]), str(said["etag"]), said["generation"]
            if said["body"] is None:
                return Kept(place, News(None, generation, ""), told_at)
            return Kept(place, news_of(place, said["body"], etag=etag), told_at)
        except (OSError, Garbage, KeyError, TypeError, ValueError, AttributeError):
            return None


def _is_newer(before: Kept, now: Kept) -> bool:
    old, new = before.news.generation, now.news.generation
    if old is None or new is None:
        return False
    return old > new or (old == new and before.told_at > now.told_at)


def _bytes_of(path: Path) -> bytes:
    """A plain file's content; OSError for whatever else lies there (a pipe would hold us up)."""
    flags = [getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY")]
    handle = os.open(path, os.O_RDONLY | sum(flags))
    with os.fdopen(handle, "rb") as file:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode) or told.st_size > LARGEST:
            raise OSError("not a file of ours")
        return file.read(LARGEST)


def _write(path: Path, content: bytes) -> None:
    """Write beside it (0600), then put it in its place."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time, where the system can do that: else two could overtake each other."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
