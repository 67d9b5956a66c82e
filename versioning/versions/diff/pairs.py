"""Which old line became which new line, within one run of change."""

from bisect import bisect
from collections.abc import Sequence

from .align import Budget, Region, align
from .words import ALIKE, bag, weigh

type Pairs = list[tuple[int, int]]


def pair_lines(old: Sequence[str], new: Sequence[str], run: Region, budget: Budget) -> Pairs:
    """Index pairs in order, each line used once; lines not half alike stay alone."""
    # Lines that differ in indentation or line ending alone are the same lines: found in one
    # sweep, however long the run (a file that changed from CRLF to LF is one run).
    left = [old[i].strip() for i in range(run.old, run.old_end)]
    right = [new[j].strip() for j in range(run.new, run.new_end)]
    same = align(left, right, budget)
    pairs = [
        (run.old + match.old + step, run.new + match.new + step)
        for match in same.matches
        for step in range(match.size)
    ]
    for gap in same.gaps:
        pairs += [(run.old + i, run.new + j) for i, j in _similar(left, right, gap, budget)]
    return sorted(pairs)


def _similar(old: list[str], new: list[str], gap: Region, budget: Budget) -> Pairs:
    """The likest pairs first, each one that crosses none before it."""
    height, width = gap.old_end - gap.old, gap.new_end - gap.new
    if not height or not width:
        return []
    bags_old = [bag(line) for line in old[gap.old : gap.old_end]]
    bags_new = [bag(line) for line in new[gap.new : gap.new_end]]
    weights_old = [weigh(words) for words in bags_old]
    weights_new = [weigh(words) for words in bags_new]
    # All against all only where that is cheap; else as far from the diagonal as can be paid,
    # which may be the diagonal alone.
    cost = 4 + sum(map(len, bags_old)) // height
    reach = min(max(height, width), budget.left // (4 * cost * height))
    budget.spend(min(budget.left, cost * min(height * width, height * (2 * reach + 1))))
    found: list[tuple[float, int, int, int]] = []
    for i in range(height):
        words, weight = bags_old[i], weights_old[i]
        for j in range(max(0, i - reach), min(width, i + reach + 1)):
            total = weight + weights_new[j]
            # What they can have in common at most already tells most pairs apart.
            if not total or 2 * min(weight, weights_new[j]) < ALIKE * total:
                continue
            likeness = 2 * weigh(words & bags_new[j]) / total
            if likeness >= ALIKE:
                found.append((-likeness, abs(i - j), i, j))
    return [(gap.old + i, gap.new + j) for i, j in uncrossed(found)]


def uncrossed(found: list[tuple[float, int, int, int]]) -> Pairs:
    """The pairs that cross none that is better."""
    chosen: Pairs = []
    for _, _, i, j in sorted(found):
        at = bisect(chosen, (i, j))
        follows = at == 0 or (chosen[at - 1][0] < i and chosen[at - 1][1] < j)
        precedes = at == len(chosen) or (i < chosen[at][0] and j < chosen[at][1])
        if follows and precedes:
            chosen.insert(at, (i, j))
    return chosen
