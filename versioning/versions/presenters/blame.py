"""Blame as a page shows it: at the left of each line the version that it came with, who made it and why.

The rows are written here and not in a template, like those of a diff (`lines.py`): a long text has thousands.
Every piece of text passes through `escape`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from versioning.versions.blame import Came, blame_text, came_with, walk_of
from versioning.versions.diff.lines import split_lines
from versioning.versions.diff.trace import Origin, Run
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import Links
from versioning.versions.presenters.lines import bold
from versioning.workspaces.actor import Actor
from versioning.workspaces.templatetags.previse import in_words, named

AT_ONCE = 2_000  # lines of one piece of the page; more are asked for
AGES = 6  # shades from new to old
NO_WHY = "No message"
OLDER = "or an older version: this far back was looked"


@dataclass(frozen=True)
class Source:
    """What something came with, as the cell at its left says it. `url` leads to what it changed."""

    label: str
    url: str
    title: str
    why: str
    who: str
    at: datetime | None
    age: int
    before_url: str = ""
    before_label: str = ""


class Line(NamedTuple):
    """One row: where it came from (None where that is not said), and its cells."""

    source: Source | None
    cells: str
    look: str = ""


class Sources:
    """What the cells say of the versions that something came with."""

    def __init__(self, artifact: Artifact, links: Links, came: dict[int, Came]) -> None:
        self._links, self._came = links, came
        kind = kind_of(artifact)
        self._shown, self._silent = kind.words.shown, "The draft" if kind.one_draft else NO_WHY
        self._ages = ages_of(came)
        self._known: dict[Origin, Source] = {}

    def of(self, origin: Origin) -> Source:
        """What one version says of itself."""
        if origin not in self._known:
            self._known[origin] = self._make(origin)
        return self._known[origin]

    def _make(self, origin: Origin) -> Source:
        came, to = self._came[origin.number], self._links.to
        label, before = came.label, came.forerunner
        why = came.message.split("\n", 1)[0] or (self._silent if came.draft else NO_WHY)
        if not origin.exact:
            url, title, why = to(self._shown, came.number), f"Look at {label}", OLDER
        elif before is None:
            url, title = to(self._shown, came.number), f"{label} is the first"
        else:
            url, title = to("compare", before, came.number), f"What {label} changed of v{before}"
        return Source(
            label, url, title, why, came.author, came.at, self._ages[came.number],
            to("blame", before) if before and origin.exact else "", f"v{before}",
        )  # fmt: skip


def ages_of(numbers: Iterable[int]) -> dict[int, int]:
    """How old each is among its like, from 1 (new) to AGES."""
    ordered = sorted(numbers, reverse=True)
    return {number: 1 + place * AGES // len(ordered) for place, number in enumerate(ordered)}


def text_page(actor: Actor, artifact: Artifact, version: Version, first: int) -> dict[str, Any]:
    """The lines of a version of a text from `first` on (counted from 1), each with where it came from."""
    walk = walk_of(artifact, version)
    runs = blame_text(artifact, version, walk).runs[0]
    came = came_with(artifact, walk, {run.origin.number for run in runs})
    links, total = Links(actor, artifact), sum(run.size for run in runs)
    sources, texts = Sources(artifact, links, came), split_lines(version.source).lines
    first = min(max(first, 1), max(total, 1))
    last = min(first + AT_ONCE - 1, total)
    text = bold(kind_of(artifact).marks)
    rows = [
        Line(sources.of(run.origin), line_cells(at + 1, text(texts[at])))
        for run in runs
        for at in range(max(run.first, first - 1), min(run.first + run.size, last))
    ]
    return about(links, version, runs) | {
        "size": named(total, "line"), "total": total, "first": first, "last": last,
        "html": table(rows), "rest": total - last,
        "next_url": links.to("blame", version.number, **{"from": last + 1}) if last < total else None,
        "start_url": links.to("blame", version.number) if first > 1 else "",
    }  # fmt: skip


def about(links: Links, version: Version, runs: Sequence[Run]) -> dict[str, Any]:
    """What the pages of every kind say above: from how many versions it came, and where it was not known."""
    numbers = {run.origin.number for run in runs}
    vague = [run.origin.number for run in runs if not run.origin.exact]
    back = min(vague, default=0)
    return {
        "label": version.label, "versions": named(len(numbers), "version"),
        "ages": range(AGES, 0, -1), "vague": len(vague), "back": f"v{back}" if back else "",
        "back_url": links.to("blame", back) if back and back != version.number else "",
        "version_url": links.to("version", version.number),
    }  # fmt: skip


def line_cells(number: int, html: str) -> str:
    """The cells of a line of a text."""
    return f'<td class="ln" id="L{number}">{number}</td><td class="tx">{html}</td>'


def table(rows: Iterable[Line], *, line: str = "Line", text: str = "Text") -> SafeString:
    """Rows that follow each other and came from the same place, as one group with one cell at its left.

    `line` and `text` are what their other two columns are called.
    """
    groups = [list(same) for _, same in groupby(rows, key=lambda row: (id(row.source), row.source is None))]
    now = timezone.now()
    body = "".join(_group(same, now) for same in groups)
    return mark_safe(  # noqa: S308  each piece was escaped
        '<table class="bl"><colgroup><col class="o"><col class="n"><col></colgroup>'
        '<thead class="sr"><tr><th scope="col">Came with</th><th scope="col">'
        f'{line}</th><th scope="col">{text}</th></tr></thead>{body}</table>'
    )


def _group(rows: Sequence[Line], now: datetime) -> str:
    source = rows[0].source
    look = f' class="a{source.age}"' if source else ' class="un"'
    return f"<tbody{look}>{''.join(_rows(rows, source, now))}</tbody>"


def _rows(rows: Sequence[Line], source: Source | None, now: datetime) -> Iterator[str]:
    span = f' rowspan="{len(rows)}"' if len(rows) > 1 else ""
    for at, row in enumerate(rows):
        look = f' class="{row.look}"' if row.look else ""
        if at:
            left = ""
        elif source:
            left = f'<th scope="rowgroup" class="o"{span}>{_cell(source, now)}</th>'
        else:
            left = f'<td class="o"{span}></td>'
        yield f"<tr{look}>{left}{row.cells}</tr>"


def _cell(source: Source, now: datetime) -> str:
    title = escape(f"{source.title}: {source.why}" if source.why != NO_WHY else source.title)
    why = escape(source.why)
    told = f'<span class="bl-why{" muted" if source.why == NO_WHY else ""}" title="{why}">{why}</span>'
    before = (
        f'<a class="bl-b" href="{escape(source.before_url)}" title="Blame of {source.before_label}">'
        '<svg class="icon" aria-hidden="true"><use href="#i-history"/></svg>'
        f'<span class="sr">Blame before {escape(source.label)}</span></a>'
        if source.before_url
        else ""
    )
    return (
        f'<div class="bl-o"><a class="bl-v" href="{escape(source.url)}" title="{title}">'
        f"{escape(source.label)}</a>"
        f'{told}<span class="bl-who" title="{escape(source.who)}">{escape(source.who)}</span>'
        f"{_when(source.at, now)}{before}</div>"
    )


def _when(at: datetime | None, now: datetime) -> str:
    """As components/when.html has it."""
    if at is None:
        return '<span class="bl-at"></span>'
    here = at.astimezone(UTC)
    return (
        f'<time class="bl-at" datetime="{here:%Y-%m-%dT%H:%M:%SZ}" data-local="ago"'
        f' title="{here.day} {here:%b %Y, %H:%M} UTC">{in_words(at, now)}</time>'
    )
