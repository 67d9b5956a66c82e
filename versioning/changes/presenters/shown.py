"""The data of tracked rows as templates/versions/fields.html shows it: what changed, or all that it was."""

from dataclasses import dataclass, field
from typing import Any

from versioning.changes.models import Change
from versioning.versions.presenters.fields import Fields, show_fields
from versioning.versions.presenters.look import Look

LOOK = Look(whole=True)
ALONE = Look(layout="unified", whole=True)
Data = dict[str, Any] | None


@dataclass(frozen=True)
class Shown:
    """A comparison of two states of one row, or one of them alone."""

    fields: Fields
    label: str
    noun: str
    look: Look
    links: dict[str, str] = field(default_factory=dict)
    target: str = ""


def show_change(change: Change, label: str) -> Shown:
    """What a Change made of its row, field by field."""
    return show_states(change.resource_type, change.data_before, change.data_after, label)


def show_states(resource_type: str, before: Data, after: Data, label: str) -> Shown:
    """Two states of a row; None where it was not there. Of one that came or went, all its fields."""
    old, new = _section(resource_type, before), _section(resource_type, after)
    look = LOOK if before is not None and after is not None else ALONE
    found = show_fields(old, new if new is not None else {key: [] for key in old or {}}, look)
    return Shown(found, label, resource_type.replace("_", " "), look)


def _section(resource_type: str, data: Data) -> dict[str, Any] | None:
    """A row as a configuration with nothing else in it. None where there is nothing to compare with."""
    if data is None:
        return None
    plain = {name: value for name, value in data.items() if name != "agent_id"}
    if resource_type in ("agent", "prompt"):
        del plain["id"]
        return {resource_type: plain}
    return {f"{resource_type}s": [plain]}
