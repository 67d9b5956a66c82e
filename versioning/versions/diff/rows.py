"""What a page shows of a diff: blocks of rows, made from a plan when they are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

from .align import Region
from .hidden import has_hidden
from .lines import Lines, split_lines
from .plan import Hunk, Pair, Plan
from .words import Ranges

FEWEST_FOLDED = 4
NO_NEWLINE = "no newline at end"

type SpanKind = Literal["", "mark", "eol"]
type RowKind = Literal["same", "changed", "removed", "added"]
type BlockKind = Literal["same", "fold", "change"]


class Span(NamedTuple):
    """A piece of a line: 'mark' is a changed word, 'eol' a carriage return that came or went."""

    text: str
    kind: SpanKind = ""


type Spans = tuple[Span, ...]


class Row(NamedTuple):
    """An old line, a new line or both, numbered from 1; joined, its spans are the line.

    A note says what no span can: that the line, the last one, has no newline.
    """

    old_no: int | None
    new_no: int | None
    old: Spans | None
    new: Spans | None
    kind: RowKind
    old_note: str = ""
    new_note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON."""
        return self._asdict() | {"old": _spans_as_dicts(self.old), "new": _spans_as_dicts(self.new)}


class Texts(NamedTuple):
    """Both texts in lines."""

    old: Lines
    new: Lines


@dataclass(frozen=True)
class Block:
    """A run of rows: 'same' is shown, 'fold' is unchanged and folded away, 'change' is a change."""

    kind: BlockKind
    region: Region
    pairs: list[Pair] = field(repr=False)
    texts: Texts = field(repr=False)

    @property
    def first(self) -> int:
        """The number of its first line: the new one's, the old one's where only lines went."""
        return self._range[0] + 1

    @property
    def last(self) -> int:
        """The number of its last line, counted as `first` is."""
        return self._range[1]

    @property
    def size(self) -> int:
        """How many rows it has, without making them."""
        if self.kind != "change":
            return self.region.old_end - self.region.old
        return self.region.size - len(self.pairs)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Its rows, made at the first call: what stays folded costs nothing."""
        return tuple(self)

    def __iter__(self) -> Iterator[Row]:
        """Its rows one at a time, for a page that stops after so many."""
        return self._changes() if self.kind == "change" else self._unchanged()

    def as_dict(self) -> dict[str, Any]:
        """The block with all its rows, for JSON."""
        rows = [row.as_dict() for row in self.rows]
        return {"kind": self.kind, "first": self.first, "last": self.last, "rows": rows}

    @property
    def _range(self) -> tuple[int, int]:
        if self.region.new < self.region.new_end:
            return self.region.new, self.region.new_end
        return self.region.old, self.region.old_end

    def _unchanged(self) -> Iterator[Row]:
        i, i_end, j, _ = self.region
        for step in range(i_end - i):
            spans = (Span(self.texts.old.lines[i + step]),)
            note = _note(self.texts.old, i + step)
            yield Row(i + step + 1, j + step + 1, spans, spans, "same", note, note)

    def _changes(self) -> Iterator[Row]:
        old, new = self.texts
        i, i_end, j, j_end = self.region
        for pair in self.pairs:
            yield from _alone(self.texts, Region(i, pair.old, j, pair.new))
            i, j = pair.old + 1, pair.new + 1
            yield Row(
                i,
                j,
                _spans(old.lines[pair.old], pair.marks.old),
                _spans(new.lines[pair.new], pair.marks.new),
                "changed",
                _note(old, pair.old),
                _note(new, pair.new),
            )
        yield from _alone(self.texts, Region(i, i_end, j, j_end))


@dataclass(frozen=True)
class Diff:
    """What changed from one text to another.

    Without alignment (`aligned` false, `reason` says why) one block holds all old lines as removed
    and all new lines as added. `added` and `removed` count lines, `places` runs of change; `hidden`
    tells that changed lines hold characters that one does not see.
    """

    aligned: bool
    reason: str
    added: int
    removed: int
    places: int
    hidden: bool
    blocks: tuple[Block, ...]

    def as_dict(self) -> dict[str, Any]:
        """The whole diff for JSON, folded rows included."""
        return vars(self) | {"blocks": [block.as_dict() for block in self.blocks]}


def build(old: str, new: str, plan: Plan, *, context: int) -> Diff:
    """Lay a plan out with `context` lines round each change; ValueError where that is negative."""
    if context < 0:
        raise ValueError("context must be 0 or more lines")
    texts = Texts(split_lines(old), split_lines(new))
    hunks = plan.hunks if plan.aligned else _whole(texts)
    blocks: list[Block] = []
    i = j = 0
    for hunk in hunks:
        same = Region(i, hunk.region.old, j, hunk.region.new)
        blocks += _fold(texts, same, context if blocks else 0, context)
        blocks.append(Block("change", hunk.region, hunk.pairs, texts))
        i, j = hunk.region.old_end, hunk.region.new_end
    rest = Region(i, len(texts.old.lines), j, len(texts.new.lines))
    blocks += _fold(texts, rest, context if blocks else 0, 0)
    return Diff(
        aligned=plan.aligned,
        reason=plan.reason,
        added=sum(hunk.region.new_end - hunk.region.new for hunk in hunks),
        removed=sum(hunk.region.old_end - hunk.region.old for hunk in hunks),
        places=len(hunks),
        hidden=any(_hides(texts, hunk.region) for hunk in hunks),
        blocks=tuple(blocks),
    )


def unified(block: Block) -> list[Row]:
    """The rows of a block for one column: of a change, the old lines first and then the new."""
    if block.kind != "change":
        return list(block.rows)
    old = [Row(r.old_no, None, r.old, None, "removed", r.old_note) for r in block.rows if r.old_no]
    new = [Row(None, r.new_no, None, r.new, "added", "", r.new_note) for r in block.rows if r.new_no]
    return old + new


def split(block: Block) -> list[Row]:
    """The rows of a block for two columns, closed up: unlike lines share a row, to save height."""
    rows: list[Row] = []
    old: list[Row] = []
    new: list[Row] = []
    for row in block.rows:
        if row.kind == "removed":
            old.append(row)
        elif row.kind == "added":
            new.append(row)
        else:
            rows += [*_side_by_side(old, new), row]
            old, new = [], []
    return [*rows, *_side_by_side(old, new)]


def _side_by_side(old: list[Row], new: list[Row]) -> Iterator[Row]:
    for left, right in zip_longest(old, new):
        if left and right:
            yield left._replace(new_no=right.new_no, new=right.new, new_note=right.new_note, kind="changed")
        else:
            yield left or right


def _whole(texts: Texts) -> list[Hunk]:
    region = Region(0, len(texts.old.lines), 0, len(texts.new.lines))
    return [Hunk(region, [])] if region.size else []


def _fold(texts: Texts, same: Region, head: int, tail: int) -> list[Block]:
    """An unchanged run, with all folded away that is not near a change."""
    i, i_end, j, j_end = same
    hidden = i_end - i - head - tail
    if hidden < FEWEST_FOLDED:
        return [Block("same", same, [], texts)] if i < i_end else []
    cuts: list[tuple[BlockKind, Region]] = [
        ("same", Region(i, i + head, j, j + head)),
        ("fold", Region(i + head, i_end - tail, j + head, j_end - tail)),
        ("same", Region(i_end - tail, i_end, j_end - tail, j_end)),
    ]
    return [Block(kind, part, [], texts) for kind, part in cuts if part.size]


def _hides(texts: Texts, region: Region) -> bool:
    i, i_end, j, j_end = region
    return has_hidden("\n".join([*texts.old.lines[i:i_end], *texts.new.lines[j:j_end]]))


def _alone(texts: Texts, region: Region) -> Iterator[Row]:
    """The lines of a region, each in a row of its own: those that went, those that came."""
    old, new = texts
    for i in range(region.old, region.old_end):
        yield Row(i + 1, None, (Span(old.lines[i]),), None, "removed", _note(old, i))
    for j in range(region.new, region.new_end):
        yield Row(None, j + 1, None, (Span(new.lines[j]),), "added", "", _note(new, j))


def _note(side: Lines, index: int) -> str:
    return NO_NEWLINE if side.open and index == len(side.lines) - 1 else ""


def _spans(line: str, marks: Ranges) -> Spans:
    """A line cut at its marks; a marked carriage return at its end stands alone."""
    spans: list[Span] = []
    at = 0
    for start, end in marks:
        returned = end == len(line) and line.endswith("\r")
        spans.append(Span(line[at:start]))
        spans.append(Span(line[start : end - returned], "mark"))
        spans.append(Span(line[end - returned : end], "eol"))
        at = end
    spans.append(Span(line[at:]))
    return tuple(span for span in spans if span.text) or (Span(""),)


def _spans_as_dicts(spans: Spans | None) -> list[dict[str, str]] | None:
    return None if spans is None else [span._asdict() for span in spans]
