"""Which items of two sequences are the same: patience first, then a capped shortest edit.

Serves lines and words alike. The cost is counted, not timed: the same pair always gets the same
answer, on a busy machine too.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Match(NamedTuple):
    """`size` items from `old` in one sequence equal those from `new` in the other."""

    old: int
    new: int
    size: int


class Region(NamedTuple):
    """A range of each sequence: half-open, counted from 0."""

    old: int
    old_end: int
    new: int
    new_end: int

    @property
    def size(self) -> int:
        """How many items both sides hold together."""
        return self.old_end - self.old + self.new_end - self.new


@dataclass(slots=True)
class Budget:
    """What may still be spent, in steps of an inner loop (some 0.2 µs each)."""

    left: int

    def spend(self, steps: int) -> bool:
        """Take `steps`; False, and nothing taken, where they are not there."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


class Alignment(NamedTuple):
    """Matches in order, the regions between them, and those of the regions that were given up."""

    matches: list[Match]
    gaps: list[Region]
    lost: set[Region]


def align(old: Sequence[str], new: Sequence[str], budget: Budget) -> Alignment:
    """Match equal items in order; a part that costs more than the budget is given up whole."""
    found: list[Match] = []
    lost: set[Region] = set()
    todo = [Region(0, len(old), 0, len(new))]
    while todo:
        region = _trim(old, new, todo.pop(), found)
        if region.old == region.old_end or region.new == region.new_end:
            continue
        if not budget.spend(region.size):
            lost.add(region)
            continue
        at_old = _positions(old, region.old, region.old_end)
        at_new = _positions(new, region.new, region.new_end)
        if anchors := _anchors(at_old, at_new):
            todo += _cut(region, anchors)
            continue
        # Items of one side only cannot match; without them a rewritten passage costs little.
        left = [i for i in range(region.old, region.old_end) if old[i] in at_new]
        right = [j for j in range(region.new, region.new_end) if new[j] in at_old]
        path = _shortest_edit([old[i] for i in left], [new[j] for j in right], budget)
        if path is None:
            lost.add(region)
        else:
            found += [Match(left[i], right[j], 1) for i, j in path]
    matches = _join(found)
    return Alignment(matches, _between(matches, len(old), len(new)), lost)


def _trim(old: Sequence[str], new: Sequence[str], region: Region, found: list[Match]) -> Region:
    """Move equal ends of a region to the matches; what remains."""
    i, i_end, j, j_end = region
    while i < i_end and j < j_end and old[i] == new[j]:
        i += 1
        j += 1
    if i > region.old:
        found.append(Match(region.old, region.new, i - region.old))
    while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
        i_end -= 1
        j_end -= 1
    if i_end < region.old_end:
        found.append(Match(i_end, j_end, region.old_end - i_end))
    return Region(i, i_end, j, j_end)


def _positions(items: Sequence[str], start: int, end: int) -> dict[str, int]:
    """Where each item stands; -1 for one that stands there twice."""
    found: dict[str, int] = {}
    for index in range(start, end):
        item = items[index]
        found[item] = -1 if item in found else index
    return found


def _anchors(at_old: dict[str, int], at_new: dict[str, int]) -> list[tuple[int, int]]:
    """The longest rising chain of items that are unique on both sides."""
    piles: list[int] = []  # the lowest new index that ends a chain of each length
    tops: list[int] = []  # which candidate that is
    before: list[int] = []
    candidates: list[tuple[int, int]] = []
    for item, i in at_old.items():
        j = at_new.get(item, -1) if i >= 0 else -1
        if j < 0:
            continue
        pile = bisect_left(piles, j)
        before.append(tops[pile - 1] if pile else -1)
        if pile == len(piles):
            piles.append(j)
            tops.append(len(candidates))
        else:
            piles[pile] = j
            tops[pile] = len(candidates)
        candidates.append((i, j))
    chain: list[tuple[int, int]] = []
    index = tops[-1] if tops else -1
    while index >= 0:
        chain.append(candidates[index])
        index = before[index]
    return chain[::-1]


def _cut(region: Region, anchors: list[tuple[int, int]]) -> list[Region]:
    """The region cut before each anchor, so that trimming a part takes the anchor along."""
    i, j = region.old, region.new
    parts: list[Region] = []
    # Neighbouring anchors stay in one part: it is trimmed in one go.
    reach = (-1, -1)
    for anchor in anchors:
        if anchor != reach and anchor != (i, j):
            parts.append(Region(i, anchor[0], j, anchor[1]))
            i, j = anchor
        reach = (anchor[0] + 1, anchor[1] + 1)
    return [*parts, Region(i, region.old_end, j, region.new_end)]


type _Path = tuple[int, int, int, _Path] | None


def _shortest_edit(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[tuple[int, int]] | None:
    """Myers' greedy walk: index pairs that match, or None where it costs too much."""
    n, m = len(old), len(new)
    # One bad region must leave something for the regions after it.
    reserve = budget.left // 2
    furthest = [0] * (2 * (n + m) + 3)  # by diagonal; a negative one counts from the end
    paths: list[_Path] = [None] * len(furthest)
    for edits in range(n + m + 1):
        if budget.left < reserve or not budget.spend(edits + 1):
            return None
        walked = 0
        low = -edits + 2 * max(0, edits - m)
        high = edits - 2 * max(0, edits - n)
        for k in range(low, high + 1, 2):
            if k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1]):
                i, path = furthest[k + 1], paths[k + 1]
            else:
                i, path = furthest[k - 1] + 1, paths[k - 1]
            start = i
            while i < n and i - k < m and old[i] == new[i - k]:
                i += 1
            if i > start:
                path = (start, start - k, i - start, path)
                walked += i - start
                if walked > budget.left:
                    return None
            furthest[k], paths[k] = i, path
            if i >= n and i - k >= m:
                return _steps(path)
        budget.left -= walked
    return None


def _steps(path: _Path) -> list[tuple[int, int]]:
    """A path, last run first, as index pairs."""
    pairs: list[tuple[int, int]] = []
    while path:
        i, j, size, path = path
        pairs += [(i + step, j + step) for step in range(size)]
    return pairs


def _join(found: list[Match]) -> list[Match]:
    """Matches in order, neighbours made one."""
    joined: list[Match] = []
    for match in sorted(found):
        if joined and _end(joined[-1]) == match[:2]:
            last = joined.pop()
            match = Match(last.old, last.new, last.size + match.size)
        joined.append(match)
    return joined


def _end(match: Match) -> tuple[int, int]:
    return match.old + match.size, match.new + match.size


def _between(matches: list[Match], old_size: int, new_size: int) -> list[Region]:
    """The regions that no match covers."""
    gaps: list[Region] = []
    i = j = 0
    for match in [*matches, Match(old_size, new_size, 0)]:
        if i < match.old or j < match.new:
            gaps.append(Region(i, match.old, j, match.new))
        i, j = _end(match)
    return gaps
