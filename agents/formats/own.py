"""Our own form: the canonical one, as an export writes it. What is left out has its default."""

from typing import Any

from agents.formats.collected import Collected
from agents.models import PARTS, Agent, AgentSchema, Part
from agents.values import refused

SECTIONS = {model.section: model for model in PARTS}
BLANK: dict[type[Part], dict[str, Any]] = {
    model: {
        field.name: field.get_default()
        for field in model._meta.concrete_fields
        if field.name in model.TRACKED
    }
    for model in PARTS
}


def is_ours(config: dict[str, Any]) -> bool:
    """Whether a configuration is in our own form."""
    agent = config.get("agent")
    known = {"agent", *SECTIONS}
    return isinstance(agent, dict) and config.keys() <= known and agent.keys() <= set(Agent.TRACKED)


def read(config: dict[str, Any]) -> Collected:
    """A configuration of ours. Error: `invalid`, where a section is no list of objects."""
    into = Collected()
    into.own |= config["agent"]
    for section, model in SECTIONS.items():
        rows = config.get(section, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise refused(section, "It is a list of objects.")
        for row in rows:
            _add(into, model, dict(row))
    return into


def _add(into: Collected, model: type[Part], row: dict[str, Any]) -> None:
    """A row under the id that it had; one without is known by its name."""
    was, title = row.pop("id", None), None
    if model is AgentSchema:
        data = row.get("schema_data")
        title = data.get("title") if isinstance(data, dict) else None
    key = str(was) if was else into.named(model.section, str(title or row.get("name") or ""))
    into.put(model.section, key, BLANK[model] | row)
