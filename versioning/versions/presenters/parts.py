"""The pieces of a text diff as a page lays them out: tables of rows, and runs that stay folded."""

from collections.abc import Iterator
from dataclasses import dataclass
from re import Pattern

from django.utils.safestring import SafeString, mark_safe

from versioning.versions.diff import Block, Diff
from versioning.versions.presenters import lines
from versioning.versions.presenters.look import Look

MOST_FOLDED = 4_000  # lines that stay folded in the page; more of them are asked for


@dataclass(frozen=True)
class Part:
    """A piece of the page: a table of rows, or a run that stays folded."""

    html: SafeString | str
    folded: bool = False
    first: int = 0
    last: int = 0
    size: int = 0


def parts_of(diff: Diff, look: Look, marks: Pattern[str] | None) -> Iterator[Part]:
    """The pieces in order; runs that follow each other share a table."""
    run: list[Block] = []
    for block in diff.blocks:
        if block.kind != "fold":
            run.append(block)
            continue
        if run:
            yield Part(_table(run, look, marks))
        run = []
        kept = look.whole or block.size <= MOST_FOLDED
        html = _table([block], look, marks) if kept else ""
        yield Part(html, True, block.first, block.last, block.size)
    if run:
        yield Part(_table(run, look, marks))


def _table(blocks: list[Block], look: Look, marks: Pattern[str] | None) -> SafeString:
    html = lines.table(blocks, layout=look.layout, whitespace=look.whitespace, marks=marks)
    return mark_safe(html)  # noqa: S308  lines.py escapes every piece
