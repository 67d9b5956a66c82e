"""Rows that were there before the record began get their first one, in every workspace; none is missed.

In databases of their own: migrated to the day before and filled by SQL once, copied for each test, and then
migrated by the migrations that every installation runs.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from tests.changes.capture import NAMES, TRACKED
from versioning.changes.resources import RESOURCES

BEFORE = [("agents", "0004_secrets_stay"), ("prompts", "0002_why_a_copy_was_kept")]
BEGIN = [("agents", "0005_history_and_snapshots"), ("prompts", "0003_history")]
# Two workspaces; in each, two agents with a part of each kind, and a prompt.
ROWS = """
INSERT INTO workspaces_workspace (id, slug, name, staging_enabled, protect_live)
  SELECT gen_random_uuid(), s, s, true, false FROM unnest('{one,other}'::text[]) s;
INSERT INTO versions_artifact (id, workspace_id, kind, slug, created_at, changed_at, last_number)
  SELECT gen_random_uuid(), w.id, k, k || n, now(), now(), 1 FROM workspaces_workspace w,
    (VALUES ('agent', 1), ('agent', 2), ('prompt', 1)) v (k, n);
INSERT INTO versions_version (id, artifact_id, workspace_id, kind, number, source, digest, message,
    author_name, revision, created_at, updated_at)
  SELECT gen_random_uuid(), id, workspace_id, kind, 1, '', '', '', '', 1, now(), now() FROM versions_artifact;
INSERT INTO builder_agents (id, tenant_id, name, bio, commercial_name, llm_config, tags, type, visibility,
    metadata, status, total_interactions)
  SELECT id, workspace_id, slug, 'Words.', '', '{"model": "small"}', '{a,b}', 'assistant', 'workspace', '{}',
    'active', 7 FROM versions_artifact WHERE kind = 'agent';
INSERT INTO builder_agent_schemas (id, tenant_id, agent_id, schema_data, schema_type, is_active, metadata,
    validation_rules)
  SELECT gen_random_uuid(), tenant_id, id, '{"title": "order"}', 'input', true, '{}', '{}'
    FROM builder_agents;
INSERT INTO builder_agent_triggers (id, tenant_id, agent_id, name, trigger_type, trigger_config, enabled,
    description, trigger_count)
  SELECT gen_random_uuid(), tenant_id, id, 'nightly', 'event', '{}', true, '', 3 FROM builder_agents;
INSERT INTO builder_mcp_servers (id, tenant_id, agent_id, name, endpoint, transport, auth_method, config,
    status)
  SELECT gen_random_uuid(), tenant_id, id, 'tools', '', 'sse', 'none', '{}', 'active' FROM builder_agents;
INSERT INTO prompts_prompt (id, tenant_id, name, description, tags)
  SELECT id, workspace_id, slug, '', '{}' FROM versions_artifact WHERE kind = 'prompt';
"""
FIRST = """
SELECT h.version, h.operation, h.data_before, h.data_after - 'id' - 'agent_id', h.changed_fields,
  h.changed_by, h.changelog, h.db_role, h.tenant_id = t.tenant_id, h.data_after ->> 'id' = t.id::text, c.last,
  c.tenant_id = t.tenant_id
  FROM {table} t
  LEFT JOIN config_history h ON h.resource_id = t.id AND h.resource_type = %s
  LEFT JOIN config_counter c ON c.resource_id = t.id AND c.resource_type = %s
"""
OWNED = """
SELECT count(*) FROM config_history h JOIN config_counter c USING (resource_type, resource_id)
 WHERE h.resource_type = %s AND h.agent_id IS NOT DISTINCT FROM {own}
   AND c.agent_id IS NOT DISTINCT FROM {own}
"""
COUNTS = {"agent": 4, "schema": 4, "trigger": 4, "mcp_server": 4, "prompt": 2}


class Database:
    """A database beside that of the other tests, and its owner's connection."""

    def __init__(self, name: str, template: str = "template1"):
        self.name = name
        with psycopg.connect(**self.address("postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name}")
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        connections.databases[name] = {**connections["owner"].settings_dict, "NAME": name}

    def address(self, database: str) -> dict[str, Any]:
        """How psycopg reaches a database of this server as the owner of tables."""
        return connections["owner"].get_connection_params() | {"dbname": database, "context": None}

    def migrate(self, targets: list[tuple[str, str]]) -> None:
        """Up to there, as `manage.py migrate` would."""
        try:
            MigrationExecutor(connections[self.name]).migrate(targets)
        finally:
            connections[self.name].close()

    def ask(self, question: str, *values: Any) -> list[Any]:
        """The rows of an answer; committed."""
        with psycopg.connect(**self.address(self.name), autocommit=True) as one:
            done = one.execute(question, values or None)
            return done.fetchall() if done.description else []

    def remove(self) -> None:
        """As if it had never been."""
        connections[self.name].close()
        del connections[self.name], connections.databases[self.name]
        with psycopg.connect(**self.address("postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE {self.name}")


@pytest.fixture(scope="module")
def day_before(django_db_setup: None, django_db_blocker: Any) -> Iterator[Database]:
    """What each test copies."""
    with django_db_blocker.unblock():
        made = Database("test_day_before")
        made.migrate(BEFORE)
        made.ask(ROWS)
        yield made
        made.remove()


@pytest.fixture
def database(day_before: Database, django_db_blocker: Any) -> Iterator[Database]:
    """The day before, in a database of one's own."""
    with django_db_blocker.unblock():
        made = Database("test_first_records", template=day_before.name)
        yield made
        made.remove()


def test_every_row_has_its_first_record_in_every_workspace(database: Database) -> None:
    database.migrate(BEGIN)

    for name in NAMES:
        table = RESOURCES[name].table
        found = database.ask(FIRST.format(table=table), name, name)
        assert len(found) == COUNTS[name]
        for version, operation, before, after, *rest in found:
            assert (version, operation, before, set(after)) == (1, "INSERT", None, TRACKED[name])
            said = (None, None, "As it was when its history began", "pv_owner", True, True, 1, True)
            assert tuple(rest) == said
    assert database.ask("SELECT count(*), count(DISTINCT tenant_id) FROM config_history") == [(18, 2)]
    assert database.ask("SELECT count(*) FROM config_counter") == [(18,)]


def test_parts_are_recorded_with_their_agent_and_prompts_with_none(database: Database) -> None:
    database.migrate(BEGIN)

    for name in NAMES:
        own = {"agent": "h.resource_id", "prompt": "NULL"}.get(name, "(h.data_after ->> 'agent_id')::uuid")
        assert database.ask(OWNED.format(own=own), name) == [(COUNTS[name],)]


def test_the_next_change_is_the_second(database: Database) -> None:
    database.migrate(BEGIN)

    database.ask("UPDATE builder_agents SET bio = 'Other.'; UPDATE builder_agents SET total_interactions = 9")

    found = database.ask(
        "SELECT s.version, s.data_before = f.data_after, s.changed_fields FROM config_history s"
        " JOIN config_history f USING (resource_type, resource_id) WHERE f.version = 1 AND s.version > 1"
    )
    assert found == [(2, True, ["bio"])] * 4


def test_an_empty_database_begins_with_no_record(database: Database) -> None:
    for table in ("builder_agent_schemas", "builder_agent_triggers", "builder_mcp_servers", "builder_agents",
                  "prompts_prompt"):  # fmt: skip
        database.ask(f"DELETE FROM {table}")

    database.migrate(BEGIN)

    assert database.ask("SELECT count(*) FROM config_history") == [(0,)]


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_the_wall_hides_from_the_migration_stop_it(database: Database, name: str) -> None:
    """The planted fault: without the owner's policy it sees no row, and would record none."""
    table = RESOURCES[name].table
    database.ask(f"DROP POLICY owner ON {table}")
    assert database.ask(f"SELECT count(*) FROM {table}") == [(0,)]

    with pytest.raises(
        DatabaseError, match=f"of {COUNTS[name]} rows of {table} 0 were counted and 0 recorded"
    ):
        database.migrate(BEGIN)

    assert database.ask("SELECT relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table) == [
        (True,)
    ]
    assert database.ask("SELECT to_regclass('builder_versions')") == [(None,)] or name == "prompt"


def test_a_row_written_meanwhile_is_recorded_as_it_then_is(database: Database) -> None:
    """The migration waits for who writes already, and who comes after waits for it."""
    with psycopg.connect(**database.address(database.name)) as writer, ThreadPoolExecutor(1) as pool:
        writer.execute("UPDATE builder_agents SET bio = 'Written meanwhile.'")
        migration = pool.submit(database.migrate, BEGIN)
        deadline = time.monotonic() + 20
        while database.ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]:
            assert not migration.done(), "it did not wait"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        writer.commit()
        migration.result()

    said = "SELECT DISTINCT version, data_after ->> 'bio' FROM config_history WHERE resource_type = 'agent'"
    assert database.ask(said) == [(1, "Written meanwhile.")]


def test_what_was_recorded_outlives_the_migration_that_is_taken_back(database: Database) -> None:
    database.migrate(BEGIN)

    database.migrate([("prompts", "0002_why_a_copy_was_kept")])
    database.ask("UPDATE prompts_prompt SET name = 'Unrecorded.'")

    assert database.ask("SELECT count(*) FROM config_history WHERE resource_type = 'prompt'") == [(2,)]
