"""The canonical form of an agent's configuration: equal configurations, equal texts.

A JSON object with the agent's own fields and the lists of its parts. Names are sorted, numbers that are
whole are written whole, parts are sorted by name and then id, for rows have no order of their own.
"""

import json
from collections.abc import Iterable
from typing import Any

from agents.models import PARTS, Agent, Part

SECTIONS = tuple(part.section for part in PARTS)


def canonical(configuration: dict[str, Any]) -> str:
    """A configuration as text."""
    ordered = dict(configuration)
    for section in SECTIONS:
        ordered[section] = sorted(ordered.get(section, []), key=_place)
    return _text(ordered)


def parsed(source: str) -> dict[str, Any]:
    """A text of the canonical form as values."""
    found: dict[str, Any] = json.loads(source)
    return found


def rows_of(agent: Agent) -> dict[str, Any]:
    """An agent's rows as a configuration: what people set, none of what is observed."""
    found: dict[str, Any] = {"agent": own_fields(agent)}
    for model in PARTS:
        found[model.section] = [part_fields(part) for part in model.objects.of(agent)]
    return found


def own_fields(agent: Agent) -> dict[str, Any]:
    """The agent's own fields."""
    return {name: getattr(agent, name) for name in Agent.TRACKED}


def part_fields(part: Part) -> dict[str, Any]:
    """A part's fields, its id first among them."""
    return {"id": str(part.id), **{name: getattr(part, name) for name in part.TRACKED}}


def name_of(item: dict[str, Any]) -> str:
    """What a part of a configuration is called."""
    if "schema_data" in item:
        schema = item["schema_data"]  # by SQL it may have become something else than an object
        title = schema.get("title") if isinstance(schema, dict) else None
        return str(title or item["schema_type"])
    return str(item.get("name", ""))


def alike(one: Any, other: Any) -> bool:
    """Whether two values are one in the canonical form. Unlike to Python, true is not 1 to JSON."""
    return _text(one) == _text(other)


def _text(value: Any) -> str:
    return json.dumps(settled(value), ensure_ascii=False, sort_keys=True, indent=1)


def settled(value: Any) -> Any:
    """A value with whole numbers written whole, as the database gives them back. Without recursion."""
    root = [value]
    waiting: list[tuple[Any, Any]] = [(root, 0)]
    while waiting:
        holder, at = waiting.pop()
        found = holder[at]
        if isinstance(found, float) and found.is_integer():
            holder[at] = int(found)
        elif isinstance(found, dict):
            holder[at] = found = dict(found)
            waiting += [(found, name) for name in found]
        elif isinstance(found, list | tuple):
            holder[at] = found = list(found)
            waiting += [(found, index) for index in range(len(found))]
    return root[0]


def _place(item: dict[str, Any]) -> tuple[str, str]:
    return name_of(item), str(item["id"])


def active(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The schemas that are in force."""
    return [item for item in items if item["is_active"]]
