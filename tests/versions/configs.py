"""Configurations of agents, and changes applied to them: what the tests of the diff by field share."""

import copy
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from versioning.versions.diff.fields import FieldChange
from versioning.versions.diff.listed import Spot

SECTIONS = ("schemas", "triggers", "mcp_servers")


def agent(**fields: Any) -> dict[str, Any]:
    """A configuration in its canonical form, some of it replaced: `agent(bio="…", triggers=[…])`."""
    made = copy.deepcopy(BASE)
    for name, value in fields.items():
        (made if name in SECTIONS else made["agent"])[name] = value
    return made


def edited(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value replaced: `edited(config, "triggers.0.enabled", False)`."""
    made = copy.deepcopy(config)
    *steps, last = path.split(".")
    box: Any = made
    for step in steps:
        box = box[int(step) if isinstance(box, list) else step]
    box[int(last) if isinstance(box, list) else last] = value
    return made


BASE: dict[str, Any] = {
    "agent": {
        "bio": "Answers the phone.",
        "commercial_name": "Reception",
        "llm_config": {
            "instructions": "You answer the phone.\nBe kind.\nBe brief.\n",
            "model": "claude-sonnet-4-6",
            "prompts": {"greeting": 3},
            "temperature": 0.2,
        },
        "metadata": {"team": "front desk"},
        "name": "Phone",
        "status": "active",
        "tags": ["phone"],
        "type": "assistant",
        "visibility": "workspace",
    },
    "mcp_servers": [
        {
            "auth_method": "bearer",
            "config": {"headers": {"Authorization": {"$secret": "0c51aa77", "rev": 1}}, "timeout": 30},
            "endpoint": "https://calendar.example.com/mcp",
            "id": "3333aaaa-0000-4000-8000-000000000001",
            "name": "calendar",
            "status": "enabled",
            "transport": "http",
        }
    ],
    "schemas": [
        {
            "id": "1111aaaa-0000-4000-8000-000000000001",
            "is_active": True,
            "metadata": {},
            "schema_data": {
                "properties": {"email": {"type": "string"}, "when": {"type": "string"}},
                "required": ["email"],
                "title": "booking",
                "type": "object",
            },
            "schema_type": "output",
            "validation_rules": [],
        }
    ],
    "triggers": [
        {
            "description": "",
            "enabled": True,
            "id": "2222aaaa-0000-4000-8000-000000000001",
            "name": "incoming-call",
            "trigger_config": {"event": "call.started"},
            "trigger_type": "event",
        },
        {
            "description": "Sends the summary of the day.",
            "enabled": True,
            "id": "2222aaaa-0000-4000-8000-000000000002",
            "name": "nightly",
            "trigger_config": {"cron": "0 3 * * *"},
            "trigger_type": "schedule",
        },
    ],
}


def written(config: dict[str, Any]) -> str:
    """What makes two configurations the same: JSON, in which True is not 1, sections sorted by id."""
    made = dict(config)
    for section, value in config.items():
        if isinstance(value, list) and all(isinstance(each, dict) and "id" in each for each in value):
            made[section] = sorted(value, key=lambda each: each["id"])
    return json.dumps(made, sort_keys=True)


def applied(old: dict[str, Any], changes: Iterable[FieldChange]) -> dict[str, Any]:
    """The old configuration with the changes made in it, by nothing but what they say."""
    sections: dict[str, list[tuple[tuple[Any, ...], FieldChange]]] = defaultdict(list)
    for change in changes:
        item = () if change.item is None else (Spot(None, None, change.item.id),)
        sections[change.section].append(((*item, *change.steps), change))
    made = copy.deepcopy(old)
    for section, inside in sections.items():
        steps, change = inside[0]
        if not steps and change.kind == "removed":
            del made[section]
        elif change.item:
            made[section] = _items(made.get(section, []), inside)
        else:
            empty: Any = [] if steps and isinstance(steps[0], Spot) else {}
            made[section] = _rebuilt(made.get(section, empty), inside)
    return made


def _items(old: list[Any], changes: list[tuple[tuple[Any, ...], FieldChange]]) -> list[Any]:
    found = {each["id"]: each for each in old}
    inside = defaultdict(list)
    for steps, change in changes:
        inside[steps[0].name].append((steps[1:], change))
    for name, group in inside.items():
        steps, change = group[0]
        if not steps and change.kind == "removed":
            del found[name]
        else:
            found[name] = _rebuilt(found.get(name), group)
    return list(found.values())


def _rebuilt(value: Any, changes: list[tuple[tuple[Any, ...], FieldChange]]) -> Any:
    """A value with the changes below it; those without steps left replace it."""
    steps, change = changes[0]
    if not steps:
        assert len(changes) == 1
        return _with_edits(change) if change.edits else change.new
    inside: dict[Any, list[tuple[tuple[Any, ...], FieldChange]]] = defaultdict(list)
    for steps, change in changes:
        inside[steps[0]].append((steps[1:], change))
    if isinstance(value, dict):
        for key, group in inside.items():
            if not group[0][0] and group[0][1].kind == "removed":
                del value[key]
            else:
                value[key] = _rebuilt(value.get(key), group)
        return value
    gone, placed = set(), {}
    for spot, group in inside.items():
        moved = [
            change for steps, change in group if not steps and change.kind == "moved" and not change.edits
        ]
        deeper = [(steps, change) for steps, change in group if change not in moved]
        if spot.new is None:
            gone.add(spot.old)
        elif spot.old is None:
            placed[spot.new] = deeper[0][1].new
        else:
            now = _rebuilt(value[spot.old], deeper) if deeper else value[spot.old]
            value[spot.old] = now
            if moved:
                gone.add(spot.old)
                placed[spot.new] = now
    return _filled([each for at, each in enumerate(value) if at not in gone], placed)


def _with_edits(change: FieldChange) -> list[Any]:
    gone = {edit.old for edit in change.edits if edit.old is not None}
    placed = {edit.new: edit.value for edit in change.edits if edit.new is not None}
    return _filled([each for at, each in enumerate(change.old) if at not in gone], placed)


def _filled(stayed: list[Any], placed: dict[int, Any]) -> list[Any]:
    """What came and moved at its place, and what stayed, in its order, between."""
    rest = iter(stayed)
    made = [placed[at] if at in placed else next(rest) for at in range(len(stayed) + len(placed))]
    assert next(rest, None) is None
    return made
