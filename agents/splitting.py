"""Which side of a weighted split a caller gets: the same one always.

A circle has 10,000 places. A caller's place is the SHA-256 of the connector's id and the caller's own, and
never changes; versions own ranges of places, and a changed split moves only the places that have to move.
`conversation_start` in the database finds places by the same rule (`caller_place`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

PLACES = 10_000  # one for each hundredth of a percent

type Range = tuple[int, int, int]  # from, up to but without, version


def place_of(connector: UUID, caller: str) -> int:
    """A caller's place: SHA-256 of the id (lower case, with hyphens) followed by the caller, mod 10,000."""
    return int.from_bytes(hashlib.sha256(f"{connector}{caller}".encode()).digest()) % PLACES


def version_at(places: Iterable[Iterable[int]], place: int) -> int:
    """The version that owns a place. Raises LookupError where none does."""
    for start, end, version in places:
        if start <= place < end:
            return version
    raise LookupError(f"nobody owns place {place}")


def divide(weights: Mapping[int, int], before: Iterable[Iterable[int]] = ()) -> list[Range]:
    """The ranges of a split; `weights` are places by version, 10,000 in all, in the order of the split.

    Of the ranges before, each version keeps as many places as it had and still has, so that the fewest
    possible move: the sum of what versions gain. Ranges are contiguous, cover the circle and stay few.
    """
    assert sum(weights.values()) == PLACES, "the weights do not fill the circle"
    owned = [(start, end, version) for start, end, version in before]
    kept, free = _keep(weights, owned) if owned else ([], [(0, PLACES)])
    held = sizes(kept)
    wanting = {version: most - held.get(version, 0) for version, most in weights.items()}
    given = _give({version: need for version, need in wanting.items() if need}, free, kept)
    return _joined([*kept, *given])


def sizes(places: Iterable[Iterable[int]]) -> dict[int, int]:
    """How many places each version owns."""
    found: dict[int, int] = {}
    for start, end, version in places:
        found[version] = found.get(version, 0) + end - start
    return found


def moves(before: Iterable[Iterable[int]], after: Iterable[Iterable[int]]) -> dict[tuple[int, int], int]:
    """How many places go from one version to another, by both."""
    found: dict[tuple[int, int], int] = {}
    now = [(start, end, version) for start, end, version in after]
    for start, end, old in before:
        for first, last, new in now:
            both = min(end, last) - max(start, first)
            if both > 0 and old != new:
                found[old, new] = found.get((old, new), 0) + both
    return found


def _keep(weights: Mapping[int, int], owned: list[Range]) -> tuple[list[Range], list[tuple[int, int]]]:
    """What each version keeps, and what comes free: its smallest ranges first, then the end of one more."""
    kept: list[Range] = []
    free: list[tuple[int, int]] = []
    surplus = {version: size - weights.get(version, 0) for version, size in sizes(owned).items()}
    for start, end, version in sorted(owned, key=lambda each: each[1] - each[0]):
        gone = min(max(surplus[version], 0), end - start)
        surplus[version] -= gone
        if gone < end - start:
            kept.append((start, end - gone, version))
        if gone:
            free.append((end - gone, end))
    return kept, free


def _give(wanting: dict[int, int], free: list[tuple[int, int]], kept: list[Range]) -> list[Range]:
    """Fill what is free: a range goes to its neighbour where that wants it, so that both become one."""
    given: list[Range] = []
    starts = {start: version for start, _, version in kept}
    ends = {end: version for _, end, version in kept}
    rest = []
    for start, end in free:
        left, right = ends.get(start), starts.get(end)
        if left in wanting:
            taken = min(wanting[left], end - start)
            given.append((start, start + taken, left))
            _took(wanting, left, taken)
            start += taken
        if start < end and right in wanting:
            taken = min(wanting[right], end - start)
            given.append((end - taken, end, right))
            _took(wanting, right, taken)
            end -= taken
        if start < end:
            rest.append((start, end))
    for start, end in rest:
        while start < end:
            version = next(iter(wanting))
            taken = min(wanting[version], end - start)
            given.append((start, start + taken, version))
            _took(wanting, version, taken)
            start += taken
    return given


def _took(wanting: dict[int, int], version: int, taken: int) -> None:
    wanting[version] -= taken
    if not wanting[version]:
        del wanting[version]


def _joined(ranges: list[Range]) -> list[Range]:
    """In order, neighbours of one version as one range."""
    found: list[Range] = []
    for start, end, version in sorted(ranges):
        if found and found[-1][2] == version and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end, version))
    return found
