"""What a configuration from elsewhere becomes: an agent's own fields, and rows that have no id yet."""

from typing import Any

from agents.models import AgentType, SchemaType, State, TriggerType, Visibility
from agents.services.cleaning import NAME_LIMIT

# What a schema says of a tool whose parameters nobody wrote down.
ANYTHING = {"type": "object"}
LONGEST_NAME = NAME_LIMIT - 5  # leaves room for a number
PARAMETERS = ("parameters", "input_schema", "inputSchema")


class Collected:
    """A configuration of ours in the making. A row's key says which row it is in every version."""

    def __init__(self) -> None:
        self.own: dict[str, Any] = {
            "name": "", "bio": "", "commercial_name": "", "llm_config": {}, "tags": [],
            "type": AgentType.ASSISTANT.value, "visibility": Visibility.WORKSPACE.value, "metadata": {},
            "status": State.ACTIVE.value,
        }  # fmt: skip
        self.rows: dict[str, list[tuple[str, dict[str, Any]]]] = {
            "schemas": [], "triggers": [], "mcp_servers": [],
        }  # fmt: skip
        self._names: set[tuple[str, str]] = set()

    def put(self, section: str, key: str, row: dict[str, Any]) -> None:
        """A row under its key."""
        self.rows[section].append((key, row))

    def named(self, section: str, name: str) -> str:
        """A name that no other row of the section has: `fetch`, then `fetch 2`."""
        base, count = name[:LONGEST_NAME] if name.strip() else "unnamed", 1
        found = base
        while (section, found) in self._names:
            count += 1
            found = f"{base} {count}"
        self._names.add((section, found))
        return found

    def trigger(self, name: str, kind: TriggerType, settings: Any) -> None:
        """Something that starts the agent."""
        found = self.named("triggers", name)
        row = {
            "name": found, "trigger_type": kind.value, "trigger_config": as_settings(name, settings),
            "enabled": settings is not False, "description": "",
        }  # fmt: skip
        self.put("triggers", found, row)

    def tool(self, name: str, settings: Any) -> None:
        """A tool: a schema of its parameters where it has one, the rest in the schema's metadata."""
        title = self.named("schemas", name)
        rest = as_settings(name, settings)
        said = _function(rest)
        row = {
            "schema_data": {**(said or ANYTHING), "title": title}, "schema_type": SchemaType.TOOL.value,
            "is_active": settings is not False, "metadata": rest, "validation_rules": {},
        }  # fmt: skip
        self.put("schemas", title, row)


def as_settings(name: str, settings: Any) -> dict[str, Any]:
    """Settings as an object; null is none, and what is no object stands under the name that it had."""
    found = {} if settings is None else dict(settings) if isinstance(settings, dict) else {name: settings}
    if len(name) > LONGEST_NAME:
        found.setdefault("full_name", name)
    return found


def _function(rest: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a tool, taken out of its settings; empty where none are there."""
    name = next((each for each in PARAMETERS if isinstance(rest.get(each), dict)), None)
    if name is None:
        return {}
    found = dict(rest.pop(name))
    if "title" in found:
        rest[name] = {"title": found.pop("title")}
    if isinstance(rest.get("description"), str) and "description" not in found:
        found["description"] = rest.pop("description")
    return found
