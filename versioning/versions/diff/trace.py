"""Which version each line of a text came with, found by walking from it back through its forerunners.

A line came with the first version of the walk in which it stands in its place; what a version rewrote,
came with that version. The cost is counted, not timed: the same history always gets the same answer.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from .align import Budget, align
from .lines import split_lines

STEPS = 3_000_000  # what aligning a whole history may cost (some 0.2 µs each)


class Origin(NamedTuple):
    """The version that something came with; where it is not `exact`, that one or an older one."""

    number: int
    exact: bool = True


class Run(NamedTuple):
    """Lines that follow each other and came with one version; `first` counts from 0."""

    first: int
    size: int
    origin: Origin


class Lines:
    """The lines of one text, and where each of them came from as far as that is known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._keys = split_lines(text).keys()
        self._stands: list[int] = list(range(len(self._keys)))  # line of the newest text; -1 for none
        self._origins: list[Origin | None] = [None] * len(self._keys)
        self.left = len(self._keys)

    def back(self, older: str, number: int, budget: Budget) -> None:
        """One step back. `number` is the version that was written from the text `older`."""
        if not self.left or older == self._text:
            return
        keys = split_lines(older).keys()
        before = budget.left
        # One bad pair must leave something for the others.
        share = Budget(min(before, max(before // 4, 30_000)))
        given = share.left
        alignment = align(keys, self._keys, share)
        budget.spend(min(given - share.left, before))
        lost = {j for region in alignment.lost for j in range(region.new, region.new_end)}
        stands = [-1] * len(keys)
        for old, new, size in alignment.matches:
            stands[old : old + size] = self._stands[new : new + size]
        for gap in alignment.gaps:
            for j in range(gap.new, gap.new_end):
                self._settle(self._stands[j], Origin(number, j not in lost))
        self._text, self._keys, self._stands = older, keys, stands

    def end(self, origin: Origin) -> None:
        """There is nothing before, or nothing that will be looked at: all that is left came with `origin`."""
        for at in self._stands:
            self._settle(at, origin)

    def _settle(self, at: int, origin: Origin) -> None:
        if at >= 0 and self._origins[at] is None:
            self._origins[at] = origin
            self.left -= 1

    def runs(self) -> Iterator[Run]:
        """Which lines came with which version, in order; those that are not known are passed over."""
        first = 0
        for origin, same in groupby(self._origins):
            count = sum(1 for _ in same)
            if origin is not None:
                yield Run(first, count, origin)
            first += count
