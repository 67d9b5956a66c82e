"""Every table of a workspace, whichever there are: the catalogue of the database is asked, not a list.

A new table that forgets its wall, or a key that could lead out of its workspace, turns this file red.
"""

import pytest
from django.db import connection, connections, transaction

from agents.models import Connector, Content, Conversation, McpServer, Secret
from agents.services import add_part
from prompts.services import keep_typing
from tests.delivery.seen import note, sighting
from tests.factories import make_agent, make_prompt
from tests.invariants.by_hand import FOREIGN_KEY, NO_PRIVILEGE, allowed, answers, refused, rows
from versioning.changes.services.health import verify_now
from versioning.lib.roles import weaknesses
from versioning.lib.transaction import told
from versioning.playground.services import change_provider, start_runs
from versioning.versions.services.steps import digest_of
from versioning.webhooks.models import Attempt, Delivery
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.workspaces.models import Once
from versioning.workspaces.services import keys, members, tokens

# A table with the column that says whose workspace a row is of.
OF_WORKSPACES = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
   AND (a.attname IN ('workspace_id', 'tenant_id') OR (c.relname, a.attname) = ('workspaces_workspace', 'id'))
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
OPEN = """
SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
   AND c.relname = ANY(%s) AND NOT (c.relrowsecurity AND c.relforcerowsecurity
     AND ARRAY['operator', 'owner', 'tenant'] = (
       SELECT array_agg(p.polname::text ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid))
"""
KEYS = """
SELECT t.relname, f.relname,
  (SELECT array_agg(a.attname ORDER BY o.n) FROM unnest(k.conkey) WITH ORDINALITY o (num, n)
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = o.num)::text[],
  (SELECT array_agg(a.attname ORDER BY o.n) FROM unnest(k.confkey) WITH ORDINALITY o (num, n)
     JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = o.num)::text[]
  FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
 WHERE k.contype = 'f' AND k.convalidated AND t.relnamespace = 'public'::regnamespace
"""
# Ids that no key holds: of whom or what is gone, or of no row at all.
LOOSE = """
SELECT c.relname || '.' || a.attname FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   AND a.atttypid = 'uuid'::regtype AND a.attname LIKE '%%\\_id'
 WHERE c.relkind IN ('r', 'p') AND c.relname = ANY(%s) AND NOT EXISTS (
   SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY(k.conkey))
"""
KNOWN_LOOSE = {
    "workspaces_event.act_id": "the acts of one request have it in common",
    "workspaces_event.actor_id": "of a person or a key; it stays when they go",
    "agents_conversation.key_id": "a key may be purged, what it started stays",
    "playground_run.actor_id": "of a person or a key; it stays when they go",
    "builder_versions.event_id": "of the publish that it was taken of; no Event ever goes",
    **{
        f"{table}.{column}": "written by the database alone; a record outlives what it is about"
        for table in ("config_history", "config_history_gap", "config_counter")
        for column in ("resource_id", "agent_id", "tenant_id")
    },
}


def columns():
    """The tables of workspaces, each with its column."""
    return dict(answers(OF_WORKSPACES))


def loose_ends(columns, keys):
    """References that could lead from one workspace into another, as `table.column -> table`.

    A column is held when its value must be of the row's own workspace: the column of workspaces itself, an
    id that refers to nothing, and whatever shares a key with a column that is held on both of its sides.
    """
    keys = [(*key[:2], list(zip(key[2], key[3], strict=True))) for key in keys if {*key[:2]} <= {*columns}]
    borrowed = {table for table, _, pairs in keys if [near for near, _ in pairs] == ["id"]}
    held = {*columns.items(), *((table, "id") for table in columns if table not in borrowed)}
    while True:
        found = {
            (table, near)
            for table, far, pairs in keys
            if any(
                {(table, n), (far, f)} <= held and (columns[table] == n) == (columns[far] == f)
                for n, f in pairs
            )
            for near, _ in pairs
        }
        if found <= held:
            break
        held |= found
    return sorted(
        {
            f"{table}.{near} -> {far}"
            for table, far, pairs in keys
            for near, _ in pairs
            if (table, near) not in held
        }
    )


@pytest.fixture
def full(cast):
    """A workspace in which every table has a row: a new table has to be given one here."""
    prompt = make_prompt(cast.alice, slug="full", live=1)
    keep_typing(cast.alice, prompt, source="Hello.", base=1)
    agent = make_agent(cast.alice, slug="full", locked=1, live=1)
    add_part(cast.alice, agent, McpServer, name="paid", config={"api_key": "a-secret-value"})
    key, _ = keys.create_key(cast.alice, name="program", kind="live")
    tokens.make_token(cast.alice, name="assistant")
    members.invite(cast.alice, role="viewer")
    Once.objects.create(workspace=cast.demo, principal=cast.alice.id, key="k", fingerprint=b"x")
    change_provider(cast.alice, base_url="https://api.example/v1", model="tiny", key="")
    verify_now(cast.alice)
    start_runs(cast.alice, prompt, [1], values={"name": "Ann"})
    now = cast.alice.now()
    way_in = Connector.objects.create(
        workspace=cast.demo, agent=agent, name="line", channel="web", created_at=now, changed_at=now
    )
    Content.objects.create(workspace=cast.demo, digest=digest_of("x"), body="x")
    Conversation.objects.create(
        workspace=cast.demo, agent=agent, number=1, digest=digest_of("x"), served_from="live", key_id=key.id,
        connector=way_in,
    )  # fmt: skip
    note(sighting(key, prompt, 1))
    create_endpoint(cast.alice, url="https://receiver.example/hook")
    Attempt.objects.create(
        workspace=cast.demo, delivery=Delivery.objects.get(), number=1, started_at=now, milliseconds=1
    )
    with connection.cursor() as cursor:  # a person who is none: the change is made, and cannot be recorded
        cursor.execute("SELECT set_config('app.actor_id', 'nobody', true)")
        cursor.execute("UPDATE builder_agents SET bio = 'Other words.'")
        cursor.execute("SELECT set_config('app.actor_id', '', true)")
    return agent


def test_every_table_of_a_workspace_is_walled(cast):
    assert answers(OPEN, list(columns())) == []
    with connections["default"].cursor() as cursor:
        assert weaknesses(cursor) == []


def test_every_table_that_refers_to_one_of_a_workspace_is_one_itself(cast):
    known = columns()

    outside = {table for table, far, *_ in answers(KEYS) if far in known and table not in known}

    assert outside == set()


def test_no_key_leads_out_of_a_workspace(cast):
    assert loose_ends(columns(), answers(KEYS)) == []


def test_every_id_is_held_by_a_key_or_known_to_be_loose(cast):
    found = {name for (name,) in answers(LOOSE, list(columns()))}

    assert found == set(KNOWN_LOOSE)


def test_another_workspaces_rows_cannot_be_read_changed_or_deleted(cast, full):
    before = {table: rows(f"SELECT * FROM {table}") for table in columns()}
    assert {table for table, count in before.items() if not count} == set(), "give them a row in `full`"

    with told(cast.elsewhere.id, cast.charlie.person_id):
        for table, column in columns().items():
            assert answers(f"SELECT count(*) FROM {table} WHERE {column} = %s", cast.demo.id) == [(0,)], table
            for privilege, statement in (("UPDATE", f"UPDATE {table} SET {column} = {column}"),
                                         ("DELETE", f"DELETE FROM {table}")):  # fmt: skip
                if answers("SELECT has_table_privilege(%s, %s)", table, privilege) == [(True,)]:
                    assert rows(f"{statement} WHERE {column} = %s", cast.demo.id) == 0, table

    assert {table: rows(f"SELECT * FROM {table}") for table in columns()} == before


def test_without_a_workspace_there_is_nothing_at_all(cast, full):
    with told(None):
        assert [table for table in columns() if rows(f"SELECT * FROM {table}")] == []


def test_no_table_can_be_emptied_by_the_application(cast, full):
    for table in columns():
        refused(NO_PRIVILEGE, f"TRUNCATE {table} CASCADE")


# What refers to an agent, each with the columns that a row needs beside its id, workspace and agent.
OF_AGENTS = {
    "builder_agent_schemas": {
        "schema_data": "'{}'", "schema_type": "'input'", "is_active": "true", "metadata": "'{}'",
        "validation_rules": "'{}'",
    },
    "builder_agent_triggers": {
        "name": "'x'", "trigger_type": "'event'", "trigger_config": "'{}'", "enabled": "true",
        "description": "''",
    },
    "builder_mcp_servers": {
        "name": "'x'", "endpoint": "''", "transport": "'sse'", "auth_method": "'none'", "config": "'{}'",
        "status": "'active'",
    },
    "agents_secret": {
        "sealed": "'x'", "last4": "''", "rev": "1", "created_at": "now()", "changed_at": "now()",
        "changed_by": "'x'",
    },
    "agents_connector": {
        "name": "'x'", "channel": "'web'", "address": "''", "target": "'live'", "split": "'[]'",
        "places": "'[]'", "revision": "1", "created_at": "now()", "changed_at": "now()",
    },
    "agents_conversation": {
        "number": "1", "digest": "encode(sha256('x'), 'hex')", "served_from": "'live'", "caller": "''",
        "key_id": "gen_random_uuid()",
    },
    "workspaces_event": {
        "sequence": "99", "act_id": "gen_random_uuid()", "name": "'version.locked'", "message": "''",
        "data": "'{}'", "actor_kind": "'member'", "actor_label": "'x'", "via": "'web'", "request_id": "'x'",
        "created_at": "now()",
    },
}  # fmt: skip


def insertion(table):
    """A row of an agent, of a workspace and an agent that are handed in."""
    more = OF_AGENTS[table]
    agent = "artifact_id" if table == "workspaces_event" else "agent_id"
    return (
        f"INSERT INTO {table} (id, {columns()[table]}, {agent}, {', '.join(more)})"
        f" SELECT gen_random_uuid(), %s, %s, {', '.join(more.values())}"
    )


@pytest.mark.parametrize("table", OF_AGENTS)
def test_a_row_as_it_should_be_is_written(cast, full, table):
    assert allowed(insertion(table), cast.demo.id, full.pk) == 1


@pytest.mark.parametrize("table", OF_AGENTS)
def test_nothing_of_an_agent_is_written_into_another_workspace(cast, full, table):
    refused(NO_PRIVILEGE, insertion(table), cast.elsewhere.id, full.pk)


@pytest.mark.parametrize("table", OF_AGENTS)
def test_nothing_of_one_workspace_refers_to_an_agent_of_another(cast, full, table):
    with told(cast.elsewhere.id, cast.charlie.person_id):
        refused(FOREIGN_KEY, insertion(table), cast.elsewhere.id, full.pk)


def test_a_secret_is_seen_from_its_own_workspace_alone(cast, full):
    mine = Secret.objects.get()

    with told(cast.elsewhere.id, cast.charlie.person_id):
        assert not Secret.objects.filter(pk=mine.pk).exists()
        assert rows("SELECT sealed FROM agents_secret") == 0


def test_a_wall_that_is_forgotten_is_found(transactional_db):
    """The planted fault: a new table with a column of workspaces, and nothing else."""
    with pytest.raises(RuntimeError), transaction.atomic(using="owner"):
        owner = connections["owner"].cursor()
        owner.execute("CREATE TABLE forgotten (id uuid, workspace_id uuid)")
        owner.execute(OF_WORKSPACES)
        tables = [name for name, _ in owner.fetchall()]
        owner.execute(OPEN, [tables])
        assert owner.fetchall() == [("forgotten",)]
        raise RuntimeError("put it back")


def test_a_key_that_leads_out_is_found():
    """The planted fault: a table that refers to agents by their id alone."""
    known = {"builder_agents": "tenant_id", "forgotten": "workspace_id"}
    alone = ("forgotten", "builder_agents", ["agent_id"], ["id"])
    together = ("forgotten", "builder_agents", ["agent_id", "workspace_id"], ["id", "tenant_id"])
    crossed = ("forgotten", "builder_agents", ["agent_id", "workspace_id"], ["tenant_id", "id"])

    assert loose_ends(known, [alone]) == ["forgotten.agent_id -> builder_agents"]
    assert loose_ends(known, [alone, together]) == []
    assert loose_ends(known, [alone, crossed]) != []
