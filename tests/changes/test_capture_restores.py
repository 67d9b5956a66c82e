"""Whatever is done to an agent after a Snapshot, restoring it gives the same four components again.

Each round: some edits, a publish, its Snapshot, 200 edits of all kinds, the restore. Then all is undone.
There are RESTORES rounds: `RESTORES=500 pytest tests/changes/test_capture_restores.py` for the whole proof.
"""

import os
import random
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from agents.canonical import active, canonical, rows_of
from agents.models import PARTS, Agent, AgentSchema, AgentTrigger, Content, Conversation, McpServer, Snapshot
from agents.services import add_part, change_part
from agents.services import restoring as restoring_agents
from agents.services.restoring import restore_snapshot
from tests.factories import make_agent, make_prompt
from versioning.changes import plan as plans
from versioning.changes.services.verifying import verify
from versioning.versions import services
from versioning.versions.services.one_draft import draft_of
from versioning.versions.services.steps import digest_of

RESTORES = int(os.environ.get("RESTORES", "50"))
EDITS = 200
CREDENTIAL = "Zq7-no-credential-of-anyone"
WORDS = ["", "a", "Grüezi", "two\nlines", "  kept ", "0", "null", "🙂"]
OBJECTS = [
    {}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": [0.1, {"b": None}]}, {"": {"__proto__": ""}}, {"é": "é"},
    {"b": 1, "a": 2}, {"n": -0.0, "big": 10**15},
]  # fmt: skip
# What each field may become.
VALUES: dict[type, dict[str, list[Any]]] = {
    Agent: {
        "name": ["Desk", "Night desk", "é"], "bio": WORDS, "commercial_name": ["", "Front"],
        "llm_config": [
            {}, {"model": "small"}, {"prompts": {"greeting": 1}}, {"prompts": {"greeting": "live"}},
            {"model": "other", "temperature": 0.5, "instructions": "Be brief."},
        ],
        "tags": [[], ["a"], ["b", "a"], ["a", "b"]], "type": ["assistant", "voice"],
        "visibility": ["private", "public"], "metadata": OBJECTS, "status": ["active", "paused"],
    },
    AgentSchema: {
        "schema_data": [{"title": "order"}, {"title": "order", "type": "object"}, {"type": "string"}],
        "schema_type": ["input", "output", "tool"], "is_active": [True, False], "metadata": OBJECTS,
        "validation_rules": OBJECTS,
    },
    AgentTrigger: {
        "name": ["nightly", "hourly"], "trigger_type": ["event", "schedule"], "enabled": [True, False],
        "trigger_config": [{}, {"cron": "0 3 * * *"}, {"a": [1, 2.5]}], "description": WORDS,
    },
    McpServer: {
        "name": ["tools", "more tools"], "transport": ["sse", "streamable_http"],
        "endpoint": ["https://a.example/mcp", "https://b.example/mcp"],
        "auth_method": ["none", "bearer"], "config": [{}, {"region": "eu"}, {"a": [1, {"b": 0.5}]}],
        "status": ["active", "paused"],
    },
}  # fmt: skip
OBSERVED: dict[type, dict[str, list[Any]]] = {
    Agent: {"total_interactions": [5, 6], "success_rate": [0.5], "avg_response_time": [1.5, None]},
    AgentTrigger: {"trigger_count": [1, 2]},
    McpServer: {"last_error": ["refused", ""], "tools_count": [3]},
}
RECORDS = """
SELECT md5(string_agg(to_jsonb(h)::text, ',' ORDER BY h.resource_id, h.version)) FROM config_history h
  JOIN unnest(%s::uuid[], %s::int[]) k (resource_id, last)
   ON h.resource_id = k.resource_id AND h.version <= k.last
"""


class Hands:
    """Somebody who edits an agent at random: by services seldom, and in SQL, for speed, mostly."""

    def __init__(self, actor: Any, agent: Agent, seed: int):
        self.actor, self.agent, self.chance = actor, agent, random.Random(seed)
        self.ids = {model: list(model.objects.of(agent).values_list("pk", flat=True)) for model in PARTS}

    def edit(self, times: int) -> None:
        """Edits of all kinds: changes, deletions, returns under the same id, new rows, what is observed."""
        acts = [self.change_own, self.change, self.delete, self.create, self.bring_back, self.observe]
        chosen = self.chance.choices(acts, weights=[20, 40, 14, 6, 14, 6], k=times)
        with connection.cursor() as cursor:
            statements = [cursor.mogrify(*act()) for act in chosen]
            if statements:
                cursor.execute(";".join(statements))

    def fields(self, model: type, *, all_of_them: bool = False) -> dict[str, Any]:
        """Values for some fields, or for each."""
        names = [*VALUES[model]]
        chosen = names if all_of_them else self.chance.sample(names, self.chance.randint(1, 3))
        return {name: self.chance.choice(VALUES[model][name]) for name in chosen}

    def part(self) -> tuple[Any, Any]:
        """A model, and one of the ids that it has or had."""
        model = self.chance.choice(PARTS)
        return model, self.chance.choice(self.ids[model])

    def update(self, model: Any, fields: dict[str, Any], where: str, id: Any) -> tuple[str, list[Any]]:
        told = ", ".join(f"{name} = %s" for name in fields)
        return f"UPDATE {model._meta.db_table} SET {told} WHERE {where} = %s", [*written(fields), id]

    def change_own(self) -> tuple[str, list[Any]]:
        return self.update(Agent, self.fields(Agent), "id", self.agent.pk)

    def change(self) -> tuple[str, list[Any]]:
        model, id = self.part()
        return self.update(model, self.fields(model), "id", id)

    def delete(self) -> tuple[str, list[Any]]:
        model, id = self.part()
        return f"DELETE FROM {model._meta.db_table} WHERE id = %s", [id]

    def create(self) -> tuple[str, list[Any]]:
        model = self.chance.choice(PARTS)
        if len(self.ids[model]) < 30:
            self.ids[model].append(uuid.uuid4())
        return self.insert(model, self.ids[model][-1])

    def bring_back(self) -> tuple[str, list[Any]]:
        return self.insert(*self.part())

    def insert(self, model: Any, id: uuid.UUID) -> tuple[str, list[Any]]:
        keys = {"id": id, "agent_id": self.agent.pk, "tenant_id": self.agent.tenant_id}
        new = {**keys, **self.fields(model, all_of_them=True)}
        values = ", ".join(["%s"] * len(new))
        table = model._meta.db_table
        return (
            f"INSERT INTO {table} ({', '.join(new)}) VALUES ({values}) ON CONFLICT DO NOTHING",
            written(new),
        )

    def observe(self) -> tuple[str, list[Any]]:
        model = self.chance.choice([*OBSERVED])
        values = {name: self.chance.choice(each) for name, each in OBSERVED[model].items()}
        return self.update(model, values, "id" if model is Agent else "agent_id", self.agent.pk)

    def act(self) -> None:
        """What people do by services meanwhile: lock, publish, stage, a credential."""
        server = add_part(
            self.actor, self.agent, McpServer, **SERVER, config={"api_key": CREDENTIAL + "-new"}
        )
        change_part(self.actor, self.agent, McpServer, server.pk, config={"api_key": CREDENTIAL + "-newer"})
        services.lock(self.actor, self.agent)
        number = 1 if self.chance.random() < 0.5 else draft_of(self.agent).number
        services.promote(self.actor, self.agent, number)
        services.stage(self.actor, self.agent, draft_of(self.agent).number)


def written(fields: dict[str, Any]) -> list[Any]:
    """Values as psycopg takes them."""
    return [Jsonb(each) if isinstance(each, dict) else each for each in fields.values()]


SERVER = {"name": "paid", "endpoint": "https://paid.example/mcp"}


def rows(statement: str, *values: Any) -> Any:
    """The answer to a question, as it is."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def components(found: dict[str, Any]) -> str:
    """The four components in the canonical form; of the schemas those in force."""
    return canonical({**found, "schemas": active(found["schemas"])})


def of_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    """A Snapshot as a configuration."""
    own = {name: value for name, value in snapshot.agent_snapshot.items() if name != "id"}
    parts = {model.section: getattr(snapshot, f"{model.section}_snapshot") for model in PARTS}
    return {"agent": own, **parts}


UNTOUCHABLE = {
    "pointers": "SELECT live_id, staging_id FROM versions_artifact WHERE id = %s",
    "versions": "SELECT id, source, message, locked_at FROM versions_version WHERE artifact_id = %s"
    " AND locked_at IS NOT NULL ORDER BY number",
    "secrets": "SELECT id, sealed, rev, changed_at FROM agents_secret WHERE agent_id = %s ORDER BY id",
    "conversations": "SELECT c.*, k.body FROM agents_conversation c JOIN agents_content k"
    " USING (workspace_id, digest) WHERE agent_id = %s ORDER BY c.id",
    "snapshots": "SELECT to_jsonb(s) FROM builder_versions s WHERE agent_id = %s ORDER BY version_number",
    "observed": "SELECT total_interactions, success_rate, avg_response_time, last_interaction, archived_at"
    " FROM builder_agents WHERE id = %s",
}


def untouchable(agent: Agent) -> dict[str, Any]:
    """What a restore must leave as it is."""
    return {name: rows(question, agent.pk) for name, question in UNTOUCHABLE.items()}


def observed_of_parts(agent: Agent) -> dict[Any, Any]:
    """What the system observed of each part."""
    found = rows("SELECT id, trigger_count, last_triggered_at FROM builder_agent_triggers WHERE agent_id = %s"
                 " UNION ALL SELECT id, tools_count, last_connected_at FROM builder_mcp_servers"
                 " WHERE agent_id = %s", agent.pk, agent.pk)  # fmt: skip
    return {id: tuple(rest) for id, *rest in found}


def recorded(agent: Agent) -> tuple[list[Any], list[int]]:
    """How far each resource of an agent had been counted."""
    found = rows("SELECT resource_id, last FROM config_counter WHERE agent_id = %s ORDER BY 1", agent.pk)
    return [id for id, _ in found], [last for _, last in found]


@pytest.fixture
def agent(cast: Any) -> Agent:
    """v1 published, with two of each part, a credential, and a conversation under way."""
    make_prompt(cast.eve, slug="greeting", live=1)
    made = make_agent(cast.eve, locked=1, live=1)
    add_part(cast.eve, made, AgentSchema, schema_data={"title": "second"}, is_active=False)
    add_part(cast.eve, made, AgentTrigger, name="second")
    add_part(cast.eve, made, McpServer, **SERVER, config={"api_key": CREDENTIAL})
    Content.objects.create(workspace=cast.demo, digest=digest_of("x"), body="x")
    Conversation.objects.create(
        workspace=cast.demo, agent=made, number=1, digest=digest_of("x"), served_from="live",
        key_id=uuid.uuid4(),
    )  # fmt: skip
    return made


def edited_after_a_snapshot(cast: Any, agent: Agent, seed: int) -> Snapshot:
    """A Snapshot of something, and EDITS edits after it."""
    hands = Hands(cast.eve, agent, seed)
    hands.edit(seed % 7)
    number = draft_of(agent).number
    services.promote(cast.eve, agent, number, lock=bool(seed % 2))
    snapshot = Snapshot.objects.of(agent.pk).latest("version_number")
    hands.edit(EDITS // 2)
    if seed % 4 == 0:
        hands.act()
    hands.edit(EDITS - EDITS // 2)
    return snapshot


def one_round(cast: Any, agent: Agent, seed: int) -> None:
    """Restore, and see that it is what it was and that nothing else is touched."""
    snapshot = edited_after_a_snapshot(cast, agent, seed)
    kept, seen, before = untouchable(agent), observed_of_parts(agent), recorded(agent)
    history = rows(RECORDS, *before)

    done = restore_snapshot(cast.eve, agent, snapshot)

    assert components(rows_of(Agent.objects.get(pk=agent.pk))) == expected(cast, agent, snapshot)
    now = observed_of_parts(agent)
    assert {id: seen[id] for id in seen.keys() & now.keys()} == {
        id: now[id] for id in seen.keys() & now.keys()
    }
    assert untouchable(agent) == kept
    assert rows(RECORDS, *before) == history, "what was recorded before is there, as it was"
    notes = rows("SELECT count(*) FROM config_history WHERE changelog = %s",
                 f"Restored to snapshot {snapshot.version_number}")  # fmt: skip
    assert notes == [(len(done.plan.steps),)], "each row by a tracked change of its own"
    assert verify(cast.demo.id).findings == []


def expected(cast: Any, agent: Agent, snapshot: Snapshot) -> str:
    """The Snapshot's components; a prompt that is followed still and gives the same stays followed."""
    found = of_snapshot(snapshot)
    restored = Agent.objects.get(pk=agent.pk).llm_config.get("prompts", {})
    if restored.get("greeting") == "live":
        assert found["agent"]["llm_config"]["prompts"] == {"greeting": 1}
        found["agent"]["llm_config"] = found["agent"]["llm_config"] | {"prompts": {"greeting": "live"}}
    return components(found)


def test_a_restored_agent_is_what_the_snapshot_says_whatever_was_done_meanwhile(
    cast: Any, agent: Agent
) -> None:
    for seed in range(RESTORES):
        point = transaction.savepoint_create()
        one_round(cast, agent, seed)
        transaction.savepoint_rollback(point)


def deletes_nothing(artifact: Any, step: Any) -> None:
    if step.action != "deleted":
        plans.take(artifact, step)


def forgets_a_field(artifact: Any, step: Any) -> None:
    step.changes.pop("metadata", None)
    plans.take(artifact, step)


def writes_what_is_observed(artifact: Any, step: Any) -> None:
    plans.take(artifact, step)
    Agent.objects.filter(pk=artifact.pk).update(total_interactions=0)


@pytest.mark.parametrize("fault", [deletes_nothing, forgets_a_field, writes_what_is_observed])
def test_a_planted_fault_is_found(cast: Any, agent: Agent, monkeypatch: Any, fault: Any) -> None:
    monkeypatch.setattr(restoring_agents, "take", fault)

    with pytest.raises(AssertionError):
        for seed in range(20):
            point = transaction.savepoint_create()
            try:
                one_round(cast, agent, seed)
            finally:
                transaction.savepoint_rollback(point)
