"""What an editor says of a draft that differs: how much in each section, and what each field was.

For whole diffs see `fields.py`; this is the same comparison, told beside the fields themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from versioning.versions.diff import FieldChange, compare_fields
from versioning.versions.diff.fields import is_long
from versioning.versions.diff.values import is_secret
from versioning.versions.presenters.field_values import in_line, written

LONGEST = 60  # characters that "was …" says
NAMED = 3  # fields of an item that its phrase names

type Became = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Was:
    """A field that differs. `phrase` tells all: "was 0.2", "new", "secret changed", "3 values changed".

    `value` is the former value where it fits ("0.2"; '' where there was none, or it is long or a secret).
    `text` says that it is read as a text: the phrase is "text changed" then, and a link to the diff helps.
    """

    became: Became
    phrase: str
    value: str = ""
    text: bool = False


@dataclass(frozen=True)
class ItemSince:
    """An item that differs: its name, what became of it, and in short what of it changed.

    The phrase of a changed item: "enabled was true", "close-issue added", "changed: a, b and 2 more".
    `fields` has its own fields by name, as `Since.fields` has those of the agent.
    """

    label: str
    became: Became
    phrase: str
    fields: dict[str, Was] = field(default_factory=dict)


@dataclass(frozen=True)
class Since:
    """What changed since another configuration.

    `sections` counts, for each of identity, model, schemas, triggers and mcp_servers (always all five):
    fields of the first two, items of the others. `fields` goes by the name of a field of the form:
    "bio", "tags", "metadata", and "llm_config.temperature" for one of the model's; what changed deeper
    inside is told there. `items` goes by an item's id, removed ones included.
    """

    sections: dict[str, int]
    fields: dict[str, Was]
    items: dict[str, ItemSince]

    @property
    def total(self) -> int:
        """How many fields and items changed."""
        return sum(self.sections.values())


def changes_since(old: dict[str, Any], new: dict[str, Any]) -> Since:
    """Compare a former configuration with the one in the editor."""
    own: dict[str, list[FieldChange]] = {}
    items: dict[str, dict[str, list[FieldChange]]] = {"schemas": {}, "triggers": {}, "mcp_servers": {}}
    for change in compare_fields(old, new):
        if change.item and change.section in items:
            items[change.section].setdefault(change.item.id, []).append(change)
        elif change.section == "agent":
            own.setdefault(_field(change), []).append(change)
    fields = {name: _was(name.count(".") + 1, changes) for name, changes in own.items()}
    model = sum(name.split(".")[0] == "llm_config" for name in fields)
    sections = {"identity": len(fields) - model, "model": model}
    sections |= {section: len(found) for section, found in items.items()}
    told = {name: _item(changes) for found in items.values() for name, changes in found.items()}
    return Since(sections, fields, told)


def _field(change: FieldChange) -> str:
    """The field of the form that a change is in."""
    deep = 2 if change.steps[:1] == ("llm_config",) else 1
    return ".".join(str(step) for step in change.steps[:deep])


def _item(changes: list[FieldChange]) -> ItemSince:
    first = changes[0]
    label = first.item.label if first.item else ""
    if not first.steps and first.kind in ("added", "removed"):
        became: Became = "added" if first.kind == "added" else "removed"
        return ItemSince(label, became, "new" if became == "added" else "removed")
    inside: dict[str, list[FieldChange]] = {}
    for change in changes:
        inside.setdefault(_field(change), []).append(change)
    fields = {name: _was(1, group) for name, group in inside.items()}
    return ItemSince(label, "changed", _in_short(changes), fields)


def _was(depth: int, changes: list[FieldChange]) -> Was:
    """What a field was, from the changes at it or inside it."""
    (first, *more) = changes
    if more or len(first.steps) > depth:
        phrase = _in_short(changes) if not more else f"{len(changes):,} values changed"
        return Was("changed", phrase)
    became: Became = "changed" if first.kind == "moved" else first.kind
    return Was(became, _phrase(first), _former(first.old) if became != "added" else "", first.text)


def _in_short(changes: Iterable[FieldChange]) -> str:
    """A few changes as a phrase, each by its own name."""
    changes = list(changes)
    if len(changes) == 1:
        name, phrase = _own_name(changes[0]), _phrase(changes[0])
        return {"new": f"{name} added"}.get(phrase, f"{name} {phrase}")
    names = list(dict.fromkeys(_own_name(change) for change in changes))
    rest = len(names) - NAMED
    return f"changed: {', '.join(names[:NAMED])}" + (f" and {rest:,} more" if rest > 0 else "")


def _phrase(change: FieldChange) -> str:
    """What became of a field, without its name."""
    if change.credential:
        return f"secret {change.credential}"
    if change.kind == "moved":
        return "moved" if not change.edits else "in another order"
    if change.kind == "added":
        return "new"
    if change.kind == "removed":
        return "removed"
    if change.text:
        return "text changed"
    former = _former(change.old)
    return f"was {former}" if former else "changed"


def _former(value: Any) -> str:
    """A former value in a few words, '' where it takes more."""
    if is_secret(value) or is_long(value):
        return ""
    if value in ("", [], {}):
        return "empty"
    if isinstance(value, list) and value and all(isinstance(each, str) and each for each in value):
        text = ", ".join(value)
    elif isinstance(value, dict | list) and in_line(value) is None:
        return ""
    else:
        text = written(value)
    return text if len(text) <= LONGEST and "\n" not in text else ""


def _own_name(change: FieldChange) -> str:
    """The last part of its path."""
    lead = change._replace(steps=change.steps[:-1]).path
    return change.path[len(lead) :].removeprefix(".") or change.section
