"""Which rows of an agent are tracked, and what their columns mean to the record."""

from collections.abc import Mapping
from typing import Any

from agents.canonical import name_of
from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from agents.services.restorable import check_plan
from versioning.changes.resources import Resource

OBSERVED = ("created_at", "updated_at")


def _named(data: Mapping[str, Any]) -> str:
    return name_of(dict(data)) if data else ""


AGENT = Resource(
    name="agent", noun="agent", plural="agents", icon="agent", model=Agent, kind="agent",
    tracked=Agent.TRACKED, label=_named, check=check_plan,
    untracked=(
        "archived_at", "updated_at", "total_interactions", "success_rate", "avg_response_time",
        "last_interaction",
    ),
)  # fmt: skip
SCHEMA = Resource(
    name="schema", noun="schema", plural="schemas", icon="schema", model=AgentSchema, kind="agent",
    tracked=AgentSchema.TRACKED, untracked=OBSERVED, label=_named, check=check_plan,
)  # fmt: skip
TRIGGER = Resource(
    name="trigger", noun="trigger", plural="triggers", icon="trigger", model=AgentTrigger, kind="agent",
    tracked=AgentTrigger.TRACKED, untracked=(*OBSERVED, "trigger_count", "last_triggered_at"), label=_named,
    check=check_plan,
)  # fmt: skip
MCP_SERVER = Resource(
    name="mcp_server", noun="MCP server", plural="MCP servers", icon="mcp", model=McpServer, kind="agent",
    tracked=McpServer.TRACKED, label=_named, check=check_plan,
    untracked=(*OBSERVED, "last_connected_at", "last_error", "tools_count"),
)  # fmt: skip
TRACKED = (AGENT, SCHEMA, TRIGGER, MCP_SERVER)
OF_SECTION = {part.model.section: part for part in (SCHEMA, TRIGGER, MCP_SERVER)}  # type: ignore[attr-defined]
