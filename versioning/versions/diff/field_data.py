"""The changes of fields as data, as REST and MCP answer them: `{"bio": {"from": …, "to": …}}`."""

from collections.abc import Iterable
from typing import Any

from .fields import FieldChange
from .listed import Spot
from .values import masked

PLAIN = "agent"  # the section whose fields go by their own names


def as_data(changes: Iterable[FieldChange]) -> dict[str, dict[str, Any]]:
    """Each change under its full path: `llm_config.temperature`, `triggers.nightly.enabled`.

    `from` is null for what was added and `to` for what was removed; for what moved both are places,
    counted from 0 (a list of plain values is one field, and is given whole). A secret is a mask. A `note`
    tells what the two values do not: that a secret changed, that something moved, that a list was too
    large to align. Their number is the envelope's `changed_field_count`.
    """
    found: dict[str, dict[str, Any]] = {}
    for change in changes:
        name = key = key_of(change)
        count = 1
        while key in found:
            count += 1
            key = f"{name} ({count})"
        found[key] = _sides(change)
    return found


def key_of(change: FieldChange) -> str:
    """The full path of a change; an item whose name another bears too is told by how its id begins."""
    if change.section == PLAIN and change.item is None:
        return change.path or PLAIN
    name = change.section
    if change.item:
        name += f".{change.item.label}" + (f" ({change.item.id[:8]})" if change.item.twin else "")
    if not change.path:
        return name
    return name + change.path if change.path.startswith("[") else f"{name}.{change.path}"


def _sides(change: FieldChange) -> dict[str, Any]:
    last = change.steps[-1] if change.steps else None
    if change.kind == "moved" and isinstance(last, Spot) and not change.edits:
        return {"from": last.old, "to": last.new, "note": "moved"}
    sides = {"from": masked(change.old), "to": masked(change.new)}
    note = (
        f"secret {change.credential}"
        if change.credential
        else "moved"
        if change.kind == "moved"
        else change.note
    )
    return sides | ({"note": note} if note else {})
