"""How two texts align, in numbers alone: all that a worker has to send back."""

import json
from typing import NamedTuple

from .align import Budget, Region, align
from .lines import split_lines
from .pairs import pair_lines
from .words import Marks, mark_space, mark_words

MOST_CHARS = 4_000_000  # of both texts together
MOST_LINES = 100_000  # of each text
MOST_MARKED = 400  # pairs of lines whose words are compared

TOO_BIG = "These texts are too big to align; both are shown whole."
TOO_DIFFERENT = "These texts are too different to align; both are shown whole."
PARTLY_DIFFERENT = "Some passages are too different to align; those are shown whole."


class Pair(NamedTuple):
    """Two lines that became one another, counted from 0, and the characters to mark."""

    old: int
    new: int
    marks: Marks


class Hunk(NamedTuple):
    """A run of change, and its pairs in order."""

    region: Region
    pairs: list[Pair]


class Plan(NamedTuple):
    """Where two texts differ; not aligned means from their first line to their last."""

    aligned: bool
    reason: str
    hunks: list[Hunk]

    def as_json(self) -> bytes:
        """The plan in JSON, in ASCII."""
        return json.dumps(self, separators=(",", ":")).encode()

    @property
    def weight(self) -> int:
        """Roughly how many bytes the plan holds."""
        pairs = sum(len(hunk.pairs) for hunk in self.hunks)
        marks = sum(len(p.marks.old) + len(p.marks.new) for h in self.hunks for p in h.pairs)
        return 500 + 250 * len(self.hunks) + 350 * pairs + 150 * marks


def read_plan(data: bytes) -> Plan:
    """A plan from its JSON; ValueError or TypeError where it is none."""
    aligned, reason, hunks = json.loads(data)
    return Plan(aligned, reason, [_read_hunk(*hunk) for hunk in hunks])


def unaligned(reason: str) -> Plan:
    """The plan that shows both texts whole."""
    return Plan(False, reason, [])


def make_plan(old: str, new: str) -> Plan:
    """Align two texts, at a cost that grows with their size alone."""
    if old == new:
        return Plan(True, "", [])
    size = len(old) + len(new)
    if size > MOST_CHARS or max(old.count("\n"), new.count("\n")) > MOST_LINES:
        return unaligned(TOO_BIG)
    left, right = split_lines(old), split_lines(new)
    # Each stage has its own budget, so that a costly one does not starve those after it; lines
    # have most, for where they go wrong the rest is worth nothing.
    steps = min(30_000 + size, 1_000_000)
    alignment = align(left.keys(), right.keys(), Budget(3 * steps))
    lost = sum(region.size for region in alignment.lost)
    if 2 * lost > len(left.lines) + len(right.lines):
        return unaligned(TOO_DIFFERENT)
    pairing, marking = Budget(steps), Budget(steps)
    marked = 0
    hunks: list[Hunk] = []
    for gap in alignment.gaps:
        pairs: list[Pair] = []
        alone = gap.old == gap.old_end or gap.new == gap.new_end
        if not alone and gap not in alignment.lost:
            for i, j in pair_lines(left.lines, right.lines, gap, pairing):
                marks = mark_space(left.lines[i], right.lines[j])
                if marks is None and marked < MOST_MARKED:
                    marked += 1
                    marks = mark_words(left.lines[i], right.lines[j], marking)
                pairs.append(Pair(i, j, marks or Marks([], [])))
        hunks.append(Hunk(gap, pairs))
    return Plan(True, PARTLY_DIFFERENT if lost else "", hunks)


def _read_hunk(region: list[int], pairs: list[tuple[int, int, list[list[list[int]]]]]) -> Hunk:
    return Hunk(Region(*region), [Pair(i, j, _read_marks(*marks)) for i, j, marks in pairs])


def _read_marks(old: list[list[int]], new: list[list[int]]) -> Marks:
    return Marks([(start, end) for start, end in old], [(start, end) for start, end in new])
