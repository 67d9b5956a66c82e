"""The diff of two configurations as pages show it: by section, by item, field by field."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from django.utils.safestring import SafeString

from versioning.versions.diff import Diff, FieldChange, compare_fields, compare_safely, given_up
from versioning.versions.diff.fields import Item
from versioning.versions.diff.listed import Spot
from versioning.versions.diff.values import pretty
from versioning.versions.presenters.field_values import (
    Value,
    alone,
    hides,
    in_line,
    moves_of,
    sides,
    values_of,
)  # fmt: skip
from versioning.versions.presenters.look import Look
from versioning.versions.presenters.parts import Part, parts_of

MOST = 500  # changes that a page shows; the rest are counted
MOST_FIELDS = 12  # fields of an item that came or went, one by one; with more it is shown as JSON
LONGEST = 1_000_000  # characters of one text or value
TIME = 1.5  # seconds for the texts of one page
TOO_LATE = "Aligning the texts of this page took too long; this one is shown whole."

# What a page calls the sections, in its order. Of "agent", two fields are sections of their own.
SECTIONS = {
    "identity": ("Identity", "agent"),
    "model": ("Model", "settings"),
    "schemas": ("Schemas", "schema"),
    "triggers": ("Triggers", "trigger"),
    "mcp_servers": ("MCP servers", "mcp"),
    "metadata": ("Metadata", "list"),
}
OWN = {"llm_config": "model", "metadata": "metadata"}
# What people look for first stands first; what is not named follows as it comes.
FIRST = (
    "name", "commercial_name", "bio", "type", "visibility", "tags",
    "model", "provider", "temperature", "top_p", "max_tokens", "prompts",
    "schema_type", "is_active", "trigger_type", "enabled", "endpoint", "transport", "auth_method", "status",
)  # fmt: skip
LAST = ("instructions",)


@dataclass
class Row:
    """One field. It has values side by side, or `values` of a list, or a text in `parts`, or words alone.

    Of its path, `lead` says where and `leaf` is its own name. `said` is what became of it in words.
    """

    kind: str  # added | removed | changed | moved
    lead: str
    leaf: str
    old: SafeString | str = ""
    new: SafeString | str = ""
    said: str = ""
    icon: str = ""
    values: list[Value] = field(default_factory=list)
    diff: Diff | None = None
    parts: list[Part] = field(default_factory=list)
    whole: tuple[str, str] = ("", "")
    unified: bool = False
    note: str = ""


@dataclass
class Group:
    """The changed fields of one item, or of a section that has none. `kind` is that of the whole item."""

    label: str = ""
    was: str = ""
    kind: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Section:
    """A section in which something changed."""

    key: str
    title: str
    icon: str
    words: str = ""  # how much changed in it
    groups: list[Group] = field(default_factory=list)


@dataclass
class Fields:
    """All that changed. `more` counts the changes that are not shown."""

    sections: list[Section]
    count: int
    added: int
    removed: int
    changed: int
    more: int
    hidden: bool
    alone: bool  # there is nothing to compare with

    @property
    def size(self) -> str:
        """What the step does, in words: "5 fields changed in 3 sections"."""
        words = _counted(self.count, "field") + ("" if self.alone else " changed")
        titles = [section.title for section in self.sections]
        where = titles[0] if len(titles) == 1 else f"{len(titles)} sections"
        return f"{words} in {where}" if titles else words


def show_fields(old: dict[str, Any] | None, new: dict[str, Any], look: Look) -> Fields:
    """Compare two configurations for a page; with no `old` the new one stands alone, as added."""
    changes = compare_fields(old or None, new)
    maker = _Maker(look)
    shown = changes[:MOST]
    counts = Counter(change.kind for change in changes)
    return Fields(
        sections=maker.sections(shown, Counter(map(section_of, changes) if old else ())),
        count=len(changes), added=counts["added"], removed=counts["removed"],
        changed=counts["changed"] + counts["moved"], more=len(changes) - len(shown),
        hidden=maker.hidden, alone=not old,
    )  # fmt: skip


def section_of(change: FieldChange) -> str:
    """Under which heading of a page a change stands."""
    if change.section != "agent":
        return change.section
    first = change.steps[0] if change.steps else ""
    return OWN.get(first, "identity") if isinstance(first, str) else "identity"


class _Maker:
    """Makes the rows of one page. All of its texts share the time that there is."""

    def __init__(self, look: Look) -> None:
        self.hidden = False
        self._look = look
        self._until = monotonic() + TIME

    def sections(self, changes: Iterable[FieldChange], counts: Counter[str]) -> list[Section]:
        """The changes under their headings, in the order of a page; `counts` are said beside them."""
        found: dict[str, Section] = {}
        groups: dict[tuple[str, Item | None], list[FieldChange]] = {}
        for change in changes:
            groups.setdefault((section_of(change), change.item), []).append(change)
        for (key, item), inside in groups.items():
            if key not in found:
                title, icon = SECTIONS.get(key, (key.replace("_", " ").capitalize(), "list"))
                found[key] = Section(key, title, icon, _counted(counts[key], "change") if counts else "")
            found[key].groups.append(self._group(item, inside))
        places = [*SECTIONS]
        return sorted(found.values(), key=lambda each: places.index(each.key) if each.key in places else 4.5)

    def _group(self, item: Item | None, changes: list[FieldChange]) -> Group:
        group = Group()
        if item:
            group.label, group.was = item.label, item.was
            group.label += f" ({item.id[:8]})" if item.twin else ""
        if item and not changes[0].steps and changes[0].kind in ("added", "removed"):
            group.kind = changes[0].kind
            group.rows = self._item_rows(changes[0])
        else:
            group.rows = [row for change in _together(changes) for row in [self._row(*change)]]
        group.rows.sort(key=_place)
        return group

    def _item_rows(self, change: FieldChange) -> list[Row]:
        """The fields of an item that came or went; its id and name are its heading."""
        value = change.new if change.kind == "added" else change.old
        if not isinstance(value, dict) or len(value) > MOST_FIELDS:
            return [self._row(change, [])]
        told = {name: each for name, each in value.items() if name != "id" and each not in ("", None, [], {})}
        if told.get("name") == (change.item.label if change.item else None):
            del told["name"]
        side = "new" if change.kind == "added" else "old"
        return [self._row(change._replace(steps=(name,), **{side: each}), []) for name, each in told.items()]

    def _row(self, change: FieldChange, moved: list[FieldChange]) -> Row:
        steps = change.steps[:-1] if moved else change.steps
        lead, leaf = _path(change, steps)
        row = Row(change.kind, lead, leaf, note=change.note)
        if moved:
            row.said, row.icon, row.values = "moved", "updown", moves_of(moved)
        elif change.credential:
            self._secret(row, change)
        elif change.edits and all(in_line(edit) is not None for edit in (*change.old, *change.new)):
            if change.kind == "moved":
                row.said, row.icon = "order changed", "updown"
            row.values = values_of(change, whitespace=self._look.whitespace)
            self._notice(*(edit.value for edit in change.edits))
        elif change.kind == "changed" or change.edits:
            self._changed(row, change.old, change.new)
        else:
            self._one_sided(row, change.new if change.kind == "added" else change.old)
        return row

    def _secret(self, row: Row, change: FieldChange) -> None:
        row.said, row.icon = f"secret {change.credential}", "key"
        if change.kind != "changed" or change.credential == "changed":
            return
        other = change.old if change.credential == "set" else change.new
        html = alone(other, whitespace=self._look.whitespace)
        row.old, row.new = (html, "") if change.credential == "set" else ("", html)

    def _changed(self, row: Row, old: Any, new: Any) -> None:
        if in_line(old) is not None and in_line(new) is not None:
            row.old, row.new = sides(old, new, whitespace=self._look.whitespace)
            self._notice(old, new)
            return
        texts = isinstance(old, str | None) and isinstance(new, str | None)
        before, after = (_cut(row, (each or "") if texts else pretty(each)) for each in (old, new))
        self._text(row, before, after, self._look)

    def _one_sided(self, row: Row, value: Any) -> None:
        came = row.kind == "added"
        if in_line(value) is None:
            text = _cut(row, value if isinstance(value, str) else pretty(value))
            self._text(row, "" if came else text, text if came else "", self._look.in_one_column())
        else:
            html = alone(value, whitespace=self._look.whitespace)
            row.old, row.new = ("", html) if came else (html, "")
            self._notice(value)

    def _text(self, row: Row, before: str, after: str, look: Look) -> None:
        """Two texts, line by line. That a value has no newline at its end is told only where that changed."""
        if not (before.endswith("\n") or after.endswith("\n")):
            before, after = (f"{text}\n" if text else "" for text in (before, after))
        left = self._until - monotonic()
        diff = compare_safely(before, after, timeout=left) if left > 0 else given_up(before, after, TOO_LATE)
        self.hidden |= diff.hidden
        row.diff, row.unified = diff, look.layout == "unified"
        row.note = row.note or diff.reason
        if diff.aligned:
            row.parts = list(parts_of(diff, look, None))
        else:
            row.whole = before, after

    def _notice(self, *values: Any) -> None:
        self.hidden |= hides(*values)


def _together(changes: list[FieldChange]) -> Iterator[tuple[FieldChange, list[FieldChange]]]:
    """Each change alone; those that moved within one list as one, where the first of them stands."""
    moved: dict[tuple[str | Spot, ...], list[FieldChange]] = {}
    for change in changes:
        if _is_move(change):
            moved.setdefault(change.steps[:-1], []).append(change)
    for change in changes:
        if not _is_move(change):
            yield change, []
        elif moved[change.steps[:-1]][0] is change:
            yield change, moved[change.steps[:-1]]


def _is_move(change: FieldChange) -> bool:
    return change.kind == "moved" and not change.edits


def _path(change: FieldChange, steps: tuple[str | Spot, ...]) -> tuple[str, str]:
    """Where a field is, and its name. A section of its own says its name in the heading."""
    if change.section == "agent" and len(steps) > 1 and steps[0] in OWN:
        steps = steps[1:]
    full = change._replace(steps=steps).path
    lead = change._replace(steps=steps[:-1]).path
    if not full:
        return "", change.section
    leaf = full[len(lead) :]
    return (f"{lead}.", leaf[1:]) if leaf.startswith(".") else (lead, leaf)


def _place(row: Row) -> tuple[int, int]:
    name = row.leaf if not row.lead else ""
    if name in LAST:
        return 2, 0
    return (0, FIRST.index(name)) if name in FIRST else (1, 0)


def _cut(row: Row, text: str) -> str:
    """A text as far as a page shows it."""
    if len(text) <= LONGEST:
        return text
    row.note = f"Only the first {LONGEST:,} of {len(text):,} characters are compared here."
    return text[:LONGEST]


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
