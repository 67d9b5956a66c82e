"""Each kind of tracked row, as tests of the record make and change one; and what was recorded."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from tests.factories import make_agent, make_prompt
from versioning.changes.models import Change, Counter
from versioning.changes.resources import RESOURCES, Resource
from versioning.lib import postgres

# What the mission says is tracked, and of prompts what we say.
TRACKED = {
    "agent": {
        "name", "bio", "commercial_name", "llm_config", "tags", "type", "visibility", "metadata", "status",
    },
    "schema": {"schema_data", "schema_type", "is_active", "metadata", "validation_rules"},
    "trigger": {"name", "trigger_type", "trigger_config", "enabled", "description"},
    "mcp_server": {"name", "endpoint", "transport", "auth_method", "config", "status"},
    "prompt": {"name", "description", "tags", "archived_at"},
}  # fmt: skip
NEVER = {
    "updated_at", "trigger_count", "last_triggered_at", "total_interactions", "success_rate",
    "avg_response_time", "last_interaction", "last_connected_at", "last_error", "tools_count",
}  # fmt: skip

# One change of each kind of row: for the ORM, and the same in SQL.
CHANGE: dict[str, tuple[str, Any, str]] = {
    "agent": ("bio", "Other words.", "bio = 'Other words.'"),
    "schema": ("is_active", False, "is_active = false"),
    "trigger": ("trigger_config", {"cron": "0 4 * * *"}, """trigger_config = '{"cron": "0 4 * * *"}'"""),
    "mcp_server": ("endpoint", "https://other.example/mcp", "endpoint = 'https://other.example/mcp'"),
    "prompt": ("tags", ["one", "two"], "tags = '{one,two}'"),
}
NAMES = list(CHANGE)


@dataclass(frozen=True)
class Row:
    """A tracked row that is there."""

    resource: Resource
    id: uuid.UUID

    @property
    def table(self) -> str:
        return self.resource.table

    @property
    def objects(self) -> Any:
        """The row by itself, as a queryset."""
        return self.resource.model._default_manager.filter(pk=self.id)

    @property
    def changes(self) -> list[Change]:
        """What was recorded of it, the oldest first."""
        return list(Change.objects.of(self.resource.name, self.id).order_by("version"))

    @property
    def last(self) -> Change:
        """What was recorded of it last."""
        return self.changes[-1]

    @property
    def counted(self) -> int:
        """The last number that it was given."""
        number: int = Counter.objects.get(resource_type=self.resource.name, resource_id=self.id).last
        return number


def make_row(actor: Any, name: str) -> Row:
    """A row of that kind; what belongs to it (an agent, for a part) is there too."""
    if name == "prompt":
        return Row(RESOURCES[name], make_prompt(actor).pk)
    agent = make_agent(actor, parts={}) if name == "agent" else make_agent(actor)
    models = {"agent": Agent, "schema": AgentSchema, "trigger": AgentTrigger, "mcp_server": McpServer}
    found = agent if name == "agent" else models[name].objects.get(agent=agent)
    return Row(RESOURCES[name], found.pk)


def by_sql(statement: str, *values: Any) -> int:
    """Round the ORM, as the application. How many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def by_owner(statement: str, *values: Any) -> int:
    """As the owner of the tables, by hand; committed at once."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)


def copy_of(row: Row) -> str:
    """The row as JSON, to be inserted again."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {row.table} t WHERE id = %s", [row.id])
        return str(cursor.fetchone()[0])


def insertion(row: Row) -> str:
    """The statement that inserts such a copy, with generated columns as they were."""
    return f"INSERT INTO {row.table} SELECT * FROM jsonb_populate_record(NULL::{row.table}, %s::jsonb)"


def superuser() -> psycopg.Connection[Any]:
    """The owner of the whole server, where it is ours; who has none of these rights cannot do more."""
    if not postgres.wanted():
        pytest.skip("the superuser of a server that is not ours is not known")
    database = connections["owner"].settings_dict["NAME"]
    server = postgres.Embedded(postgres.data_folder())
    return psycopg.connect(server.url("postgres", database), autocommit=True)


def data_of(row: Row) -> dict[str, Any]:
    """What `data_after` shall be for the row as it is: its keys and all tracked columns, nothing else."""
    names = ["id", *(["agent_id"] if row.resource.is_part else []), *sorted(TRACKED[row.resource.name])]
    pairs = ", ".join(f"'{name}', t.{name}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT jsonb_build_object({pairs}) FROM {row.table} t WHERE id = %s", [row.id])
        (found,) = cursor.fetchone()
    return dict(json.loads(found) if isinstance(found, str) else found)
