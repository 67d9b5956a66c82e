"""Blame: which version each line of a text, or each field of a configuration, came with.

Walks from a version back along what each was written from: `forked_from`, and where there is none (imported
histories have none) the next lower number. What is looked at is bounded; beyond that the answer is "that
version or an older one". Sources are frozen, so what was found is kept by the digests of the whole walk.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import batched, pairwise
from typing import NamedTuple

from versioning.versions.diff.align import Budget
from versioning.versions.diff.cache import Cache
from versioning.versions.diff.trace import STEPS, Lines, Origin, Run
from versioning.versions.diff.trace_fields import Fields
from versioning.versions.models import Artifact, Version

MOST_VERSIONS = 5_000
MOST_CHARS = 64_000_000  # of all sources of one walk
AT_ONCE = 25  # sources in memory


class Link(NamedTuple):
    """One version of the walk."""

    number: int
    digest: str


@dataclass(frozen=True)
class Found:
    """Where each thing came from: of a text its runs of lines; of a configuration the runs of each field."""

    runs: tuple[tuple[Run, ...], ...]

    @property
    def weight(self) -> int:
        """Roughly how many bytes it holds."""
        return 200 + sum(100 + 250 * len(each) for each in self.runs)

    @property
    def numbers(self) -> set[int]:
        """The versions that anything came with."""
        return {run.origin.number for each in self.runs for run in each}


@dataclass(frozen=True)
class Came:
    """A version that something came with: who made it, when and why, and what it was written from."""

    number: int
    author: str
    message: str
    at: datetime
    draft: bool
    forerunner: int | None

    @property
    def label(self) -> str:
        """How people call it."""
        return f"v{self.number}"


_texts: Cache[bytes, Found] = Cache()
_configurations: Cache[bytes, Found] = Cache()


def walk_of(artifact: Artifact, version: Version) -> list[Link]:
    """The versions by which one came about, itself first (with the digest that it holds now)."""
    rows = Version.objects.of(artifact).filter(number__lt=version.number).order_by("-number")
    older = list(rows.values_list("pk", "number", "digest", "forked_from")[: MOST_VERSIONS - 1])
    at = {pk: place for place, (pk, *_) in enumerate(older)}
    found, forked, place = [Link(version.number, version.digest)], version.forked_from_id, 0
    while True:
        # A fork of a version that was deleted is as one without: the next lower number.
        place = at.get(forked, place) if forked else place
        if place >= len(older):
            return found
        _, number, digest, forked = older[place]
        found.append(Link(number, digest))
        place += 1


def blame_text(artifact: Artifact, version: Version, walk: Sequence[Link]) -> Found:
    """Which version each line of a text came with."""
    key = _key(walk)
    if found := _texts.get(key):
        return found
    lines, budget = Lines(version.source), Budget(STEPS)
    last = walk[0].number
    for newer, older, source in _sources(artifact, version, walk):
        lines.back(source, newer, budget)
        last = older
        if not lines.left:
            break
    lines.end(Origin(last, last == walk[-1].number and _is_whole(walk)))
    found = Found((tuple(lines.runs()),))
    _texts.put(key, found)
    return found


def blame_fields(artifact: Artifact, version: Version, walk: Sequence[Link]) -> Found:
    """Which version each field of a configuration came with, in the order of `Fields`."""
    key = _key(walk)
    if found := _configurations.get(key):
        return found
    fields, budget = Fields(json.loads(version.source)), Budget(STEPS)
    last = walk[0].number
    for newer, older, source in _sources(artifact, version, walk):
        fields.back(json.loads(source), newer, budget)
        last = older
        if not fields.open:
            break
    fields.end(Origin(last, last == walk[-1].number and _is_whole(walk)))
    found = Found(tuple(tuple(each.runs) for each in fields.fields))
    _configurations.put(key, found)
    return found


def came_with(artifact: Artifact, walk: Sequence[Link], numbers: set[int]) -> dict[int, Came]:
    """Who made the versions of these numbers, when and why."""
    before = {link.number: older.number for link, older in pairwise(walk)}
    rows = Version.objects.of(artifact).filter(number__in=numbers)
    told = rows.values_list("number", "author_name", "message", "updated_at", "locked_at")
    return {
        number: Came(number, author, message, at, locked is None, before.get(number))
        for number, author, message, at, locked in told
    }


def _sources(
    artifact: Artifact, version: Version, walk: Sequence[Link]
) -> Iterator[tuple[int, int, str]]:  # fmt: skip
    """Step by step what a version was written from: its number, that one's number and that one's source.

    Ends where the sources are more than can be looked at.
    """
    versions, chars, source = Version.objects.of(artifact), len(version.source), version.source
    for some in batched(pairwise(walk), AT_ONCE):
        asked = [older.number for newer, older in some if newer.digest != older.digest]
        texts = dict(versions.filter(number__in=asked).values_list("number", "source"))
        for newer, older in some:
            source = texts.get(older.number, source)
            chars += len(source) if older.number in texts else 0
            if chars > MOST_CHARS:
                return
            yield newer.number, older.number, source


def _is_whole(walk: Sequence[Link]) -> bool:
    return len(walk) < MOST_VERSIONS


def _key(walk: Sequence[Link]) -> bytes:
    told = ";".join(f"{link.number}:{link.digest}" for link in walk)
    return sha256(told.encode()).digest()
