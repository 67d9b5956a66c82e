"""Blame of an agent as a page shows it: its fields in the sections of the look page, long texts by line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from agents.blame import Traced, blame_agent
from agents.models import Agent
from versioning.changes.models import Change, Operation
from versioning.changes.who import makers
from versioning.versions.diff.fields import Item
from versioning.versions.diff.lines import split_lines
from versioning.versions.diff.trace import Origin
from versioning.versions.diff.trace_fields import Field
from versioning.versions.diff.values import pretty
from versioning.versions.models import Version
from versioning.versions.presenters.blame import Line, Source, Sources, about, table
from versioning.versions.presenters.field_values import alone, in_line
from versioning.versions.presenters.fields import FIRST, LAST, OWN, SECTIONS
from versioning.versions.presenters.header import Links
from versioning.workspaces.actor import Actor
from versioning.workspaces.templatetags.previse import named

MOST_LINES = 10_000  # of a page; REST gives all
FIELDS_NAMED = 3  # that a Change without a note is told by


@dataclass
class Section:
    """One section of the page, its rows as one table."""

    key: str
    title: str
    icon: str
    rows: list[Line] = field(default_factory=list)

    @property
    def html(self) -> str:
        """Its table."""
        return table(self.rows, line="Field", text="Value")


def fields_page(actor: Actor, agent: Agent, version: Version) -> dict[str, Any]:
    """A version field by field, each with where it came from. The draft comes as its rows are."""
    found = blame_agent(agent, version)
    links = Links(actor, agent)
    sources = _Sources(agent, links, found.came, found.fields, version)
    sections: dict[str, Section] = {}
    left = MOST_LINES
    for key, item, group in _grouped(found.fields):
        title, icon = SECTIONS.get(key, (key.replace("_", " ").capitalize(), "list"))
        section = sections.setdefault(key, Section(key, title, icon))
        if item and left > 0:
            name = item.label + (f" ({item.id[:8]})" if item.twin else "")
            cell = f'<th scope="rowgroup" colspan="2" class="it">{escape(name)}</th>'
            section.rows.append(Line(None, cell))
        for traced in group:
            rows = list(_rows(traced, sources))
            section.rows += rows[: max(left, 0)]
            left -= len(rows)
    runs = [run for traced in found.fields for run, _ in traced.runs]
    return about(links, version, runs) | {
        "size": named(len(found.fields), "field"), "sections": list(sections.values()), "more": max(-left, 0),
        "version_url": links.to("look", version.number),
    }  # fmt: skip


class _Sources(Sources):
    """Versions, and of the draft the Changes that made it what it is."""

    def __init__(
        self, agent: Agent, links: Links, came: dict[int, Any], fields: list[Traced], version: Version
    ) -> None:
        super().__init__(agent, links, came)
        changes = {change.pk: change for each in fields for _, change in each.runs if change}
        self._who = makers(list(changes.values()))
        self._label, self._history = version.label, links.to("history")
        self._changes: dict[Any, Source] = {}

    def of_change(self, change: Change) -> Source:
        """What a Change says of itself; it leads to its place in the timeline."""
        if change.pk not in self._changes:
            who = self._who[change.pk]
            self._changes[change.pk] = Source(
                self._label, f"{self._history}?open={change.pk}", "This change in the history",
                why_of(change),
                f"{who.label}, by SQL" if who.kind == "database" else who.label, change.created_at, 1,
            )  # fmt: skip
        return self._changes[change.pk]

    def at(self, origin: Origin, change: Change | None) -> Source:
        """Where one run came from."""
        return self.of_change(change) if change else self.of(origin)


def why_of(change: Change) -> str:
    """The note of a Change; where it has none, what it did."""
    if change.changelog:
        return change.changelog.split("\n", 1)[0]
    if change.operation == Operation.INSERT:
        return "Added"
    names = change.changed_fields or []
    more = f" and {len(names) - FIELDS_NAMED} more" if len(names) > FIELDS_NAMED else ""
    return f"Changed {', '.join(names[:FIELDS_NAMED])}{more}"


def _grouped(fields: list[Traced]) -> Iterator[tuple[str, Item | None, list[Traced]]]:
    """The fields by section and item, in the order of the look page."""
    groups: dict[tuple[str, Item | None], list[Traced]] = {}
    for traced in fields:
        groups.setdefault((_section_of(traced.field), traced.field.item), []).append(traced)
    places = list(SECTIONS)
    for key, item in sorted(groups, key=lambda at: places.index(at[0]) if at[0] in places else len(places)):
        yield key, item, sorted(groups[key, item], key=_place)


def _section_of(field: Field) -> str:
    if field.section != "agent":
        return field.section
    return OWN.get(str(field.steps[0]) if field.steps else "", "identity")


def _place(traced: Traced) -> tuple[int, int]:
    name = _name(traced.field)
    if name in LAST:
        return 2, 0
    return (0, FIRST.index(name)) if name in FIRST else (1, 0)


def _name(field: Field) -> str:
    """Its path inside its section: that of the model's fields without `llm_config`."""
    steps = field.steps
    if field.section == "agent" and len(steps) > 1 and steps[0] in OWN:
        return Field(field.section, None, steps[1:], None).path
    return field.path or field.section


def _rows(traced: Traced, sources: _Sources) -> Iterator[Line]:
    """A field as one row; a text as its name and a row for each line."""
    name = escape(_name(traced.field))
    if not traced.field.lines:
        run, change = traced.runs[0]
        cells = f'<td class="k">{name}</td><td class="tx">{_value(traced)}</td>'
        yield Line(sources.at(run.origin, change), cells)
        return
    yield Line(None, f'<td class="k" colspan="2">{name}</td>')
    lines = split_lines(traced.field.text).lines
    for run, change in traced.runs:
        source = sources.at(run.origin, change)
        for at in range(run.first, run.first + run.size):
            yield Line(source, f'<td class="ln">{at + 1}</td><td class="tx">{escape(lines[at])}</td>', "of")


def _value(traced: Traced) -> str:
    value = traced.field.value
    if value in ("", None) or value in ([], {}):
        return '<span class="muted">–</span>'
    return alone(value, whitespace=False) if in_line(value) is not None else escape(pretty(value))
