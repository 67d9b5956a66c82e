"""The planted faults of the audit: each question finds what it is there for, else an empty list says nothing.

The owner of the tables takes all guards away, breaks one thing, asks, and takes it back.
"""

import pytest
from django.db import connections, transaction

from agents.models import McpServer
from agents.services import add_part
from agents.services.connectors import create_connector
from tests.factories import make_agent, make_prompt
from tests.invariants.audit import AUDIT, EVERYTHING
from versioning.lib.transaction import told
from versioning.versions import services

GUARDED = (
    "versions_artifact", "versions_version", "workspaces_event", "agents_secret", "agents_connector",
    "builder_agents", "builder_agent_schemas", "builder_agent_triggers", "builder_mcp_servers",
    "prompts_prompt", "config_history", "config_history_gap", "builder_versions",
)  # fmt: skip
OF = "(SELECT id FROM versions_artifact WHERE slug = '{}')"
DESK, OTHER, PROMPT = (OF.format(slug) for slug in ("desk", "other", "greeting"))
DRAFT = f"artifact_id = {DESK} AND locked_at IS NULL"
EVENT = f"UPDATE workspaces_event SET {{}} WHERE artifact_id = {DESK} AND name = '{{}}'"
FAULTS = {
    "a live draft": f"UPDATE versions_artifact SET live_id ="
    f" (SELECT id FROM versions_version WHERE artifact_id = {PROMPT} AND number = 2) WHERE slug = 'greeting'",
    "not exactly one draft": f"UPDATE versions_version SET locked_at = now() WHERE {DRAFT}",
    "a draft that is not the newest": "UPDATE versions_artifact SET last_number = 9 WHERE slug = 'desk'",
    "a pointer outside": f"UPDATE versions_artifact SET live_id ="
    f" (SELECT id FROM versions_version WHERE artifact_id = {OTHER} AND number = 1) WHERE slug = 'desk'",
    "a fork of another or of a later one": f"UPDATE versions_version SET forked_from_id = id WHERE {DRAFT}",
    "a number above the counter": f"UPDATE versions_version SET number = 99 WHERE {DRAFT}",
    "a number twice": f"UPDATE versions_version SET number = 1 WHERE {DRAFT}",
    "a gap in an agent's numbers": f"DELETE FROM versions_version WHERE artifact_id = {OTHER} AND number = 1",
    "a digest of something else": f"UPDATE versions_version SET digest = 'x' WHERE {DRAFT}",
    "a draft whose own fields are not its rows": "UPDATE builder_agents SET bio = 'Other words.'",
    "a draft whose schemas are not its rows": "UPDATE builder_agent_schemas SET is_active = false",
    "a draft whose triggers are not its rows": "DELETE FROM builder_agent_triggers",
    "a draft whose MCP servers are not its rows": "UPDATE builder_mcp_servers SET name = 'other'",
    "a draft that names other prompts than its row": "UPDATE builder_agents SET llm_config ="
    " llm_config || '{\"prompts\": {\"another\": 1}}'",
    "a frozen or served version that names what can change": f"UPDATE versions_version SET locked_at = NULL"
    f" WHERE artifact_id = {PROMPT} AND number = 1",
    "a secret that is not the agent's": f"UPDATE agents_secret SET agent_id = {OTHER}",
    "a part of another workspace": "UPDATE builder_agent_triggers SET tenant_id ="
    " (SELECT id FROM workspaces_workspace WHERE slug = 'elsewhere')",
    "a connector to what can change": "UPDATE agents_connector SET split = '[{\"version\": 3}]'",
    "a gap in the sequence": EVENT.format("sequence = 99", "version.rolled_back"),
    "a sequence that the artifact does not count": "UPDATE versions_artifact SET last_sequence = 99",
    "a live pointer that the events do not tell": "UPDATE versions_artifact SET live_id = NULL",
    "a staging pointer that the events do not tell": "UPDATE versions_artifact SET staging_id = NULL",
    "two events that moved live from elsewhere": EVENT.format("from_number = 9", "version.rolled_back"),
    "a version that was locked twice, or never": EVENT.format("to_number = 1", "version.locked"),
    "a change that does not begin where the one before ended": "UPDATE config_history SET data_before ="
    " data_before || '{\"bio\": \"Other words.\"}' WHERE version = 2",
    "a counter that is not its records": "UPDATE config_counter SET last = last + 1",
    "a change that could not be recorded": "INSERT INTO config_history_gap (resource_type, resource_id,"
    " tenant_id, version, operation, sqlstate, reason, changed_by, db_role, request_id, created_at)"
    " SELECT resource_type, resource_id, tenant_id, 1, 'UPDATE', '', '', '', '', '', now()"
    " FROM config_counter LIMIT 1",
    "a row that is not its last record": "UPDATE prompts_prompt SET name = 'Other words.'",
    "a record of a row that is gone unrecorded": "DELETE FROM builder_agent_triggers",
    "a publish that left no snapshot, or two": "DELETE FROM builder_versions",
    "a gap in the numbers of snapshots": "UPDATE builder_versions SET version_number = 7",
    "a snapshot of something else": "UPDATE builder_versions SET triggers_snapshot = '[]'",
}  # fmt: skip


@pytest.fixture
def world(committed_cast):
    """An agent with all that there can be of one, another, and the prompt that both name."""
    cast = committed_cast
    with told(cast.demo.id):
        prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
        desk, _ = (
            make_agent(cast.eve, slug=slug, locked=2, llm_config={"prompts": {prompt.slug: "live"}})
            for slug in ("desk", "other")
        )
        services.promote(cast.eve, desk, 2)
        services.roll_back(cast.eve, desk, 1)
        services.stage(cast.eve, desk, 3)
        add_part(cast.eve, desk, McpServer, name="paid", config={"api_key": "a-secret-value"})
        aim = {"target": "version", "split": [{"version": 1, "weight": 100}]}
        create_connector(cast.eve, desk, name="line", channel="api", **aim)


def test_every_question_has_a_fault_that_it_finds(world):
    assert set(FAULTS) == set(AUDIT)


def test_each_fault_is_found_by_its_question(world):
    unseen = []
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:

        def broken():
            cursor.execute(EVERYTHING)
            return {name for (name,) in cursor.fetchall()}

        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE versions_version DROP CONSTRAINT version_number CASCADE")
        assert broken() == set()
        for name, fault in FAULTS.items():
            point = transaction.savepoint_create(using="owner")
            cursor.execute(fault)
            if name not in broken():
                unseen.append(name)
            transaction.savepoint_rollback(point, using="owner")
        transaction.set_rollback(True, using="owner")

    assert unseen == []
