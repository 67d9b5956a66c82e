"""What was recorded stays as it was recorded, whoever asks; and nobody writes records by hand."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from tests.changes.capture import NAMES, by_owner, make_row, superuser
from tests.delivery.house import House
from tests.invariants.by_hand import APPEND_ONLY, NO_PRIVILEGE, answers, refused, refused_to_owner
from versioning.changes.models import Change, Counter
from versioning.changes.resources import RESOURCES
from versioning.lib.transaction import told

RECORDS = ("config_history", "config_history_gap", "builder_versions")
WRITTEN_BY_THE_DATABASE = (*RECORDS[:2], "config_counter", "config_mode")
BY_HAND = {
    "changed": "UPDATE {} SET id = id",
    "deleted": "DELETE FROM {}",
    "emptied": "TRUNCATE {} CASCADE",
}
FORGED = {
    "config_history": "INSERT INTO config_history (id, resource_type, resource_id, tenant_id, version,"
    " operation, changelog, db_role, request_id, created_at) VALUES (gen_random_uuid(), 'agent',"
    " gen_random_uuid(), app_workspace(), 1, 'INSERT', '', 'x', '', now())",
    "config_history_gap": "INSERT INTO config_history_gap (resource_type, resource_id, tenant_id, version,"
    " operation, sqlstate, reason, changed_by, db_role, request_id, created_at) VALUES ('agent',"
    " gen_random_uuid(), app_workspace(), 1, 'INSERT', '', '', '', 'x', '', now())",
    "config_counter": "INSERT INTO config_counter (resource_type, resource_id, tenant_id, last, lost)"
    " VALUES ('agent', gen_random_uuid(), app_workspace(), 1, '{}')",
    "config_mode": "INSERT INTO config_mode (id, strict) VALUES (false, true)",
}
FALSE_CLOCK = (
    "CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
    " $$ SELECT 'epoch'::timestamptz $$"
)
GAP = (
    "INSERT INTO config_history_gap (resource_type, resource_id, tenant_id, version, operation, sqlstate,"
    " reason, changed_by, db_role, request_id, created_at)"
    " SELECT resource_type, resource_id, tenant_id, 99, 'UPDATE', '', '', '', 'x', '', now()"
    " FROM config_history LIMIT 1"
)


@pytest.fixture(scope="module")
def committed(house: House) -> House:
    """A row in each of the tables that nobody rewrites, for the whole module: nothing takes them away."""
    house.agent(live=1)
    by_owner(GAP)
    return house


@pytest.fixture
def recorded(committed: House, django_db_blocker: Any) -> Iterator[House]:
    """The same, out of any transaction. What a test makes there stays until the end of the module."""
    with django_db_blocker.unblock():
        with told(committed.actor.workspace.id):
            assert [answers(f"SELECT count(*) > 0 FROM {table}") for table in RECORDS] == [[(True,)]] * 3
        yield committed
        connection.close()


@pytest.mark.parametrize("act", BY_HAND)
@pytest.mark.parametrize("table", WRITTEN_BY_THE_DATABASE)
def test_the_application_can_change_nothing_of_the_record(cast, table, act):
    make_row(cast.eve, "agent")
    statement = BY_HAND[act].format(table)
    if table == "config_counter":
        statement = statement.replace("id = id", "last = last + 1, lost = '{}'")

    refused(NO_PRIVILEGE, statement)


@pytest.mark.parametrize("act", BY_HAND)
def test_the_application_can_change_no_snapshot(cast, act):
    refused(NO_PRIVILEGE, BY_HAND[act].format("builder_versions"))


@pytest.mark.parametrize("table", FORGED)
def test_the_application_can_forge_no_record(cast, table):
    refused(NO_PRIVILEGE, FORGED[table])


def test_the_application_cannot_call_the_author_of_records_for_a_table_of_its_own(cast):
    refused(
        NO_PRIVILEGE,
        "CREATE TEMP TABLE mine (id uuid, tenant_id uuid);"
        "CREATE TRIGGER forge AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION"
        " public.capture_change('agent', '')",
    )  # fmt: skip


@pytest.mark.parametrize("table", [resource.table for resource in RESOURCES.values()])
@pytest.mark.parametrize("how", ["DISABLE TRIGGER ALL", "DISABLE TRIGGER z_track_row"])
def test_the_application_cannot_switch_the_record_off(cast, table, how):
    refused(NO_PRIVILEGE, f"ALTER TABLE {table} {how}")


def test_the_application_cannot_pose_as_a_replica(cast):
    refused(NO_PRIVILEGE, "SET LOCAL session_replication_role = replica")


@pytest.mark.parametrize("act", BY_HAND)
@pytest.mark.parametrize("table", RECORDS)
def test_the_owner_of_the_tables_can_change_nothing_of_the_record(recorded, table, act):
    refused_to_owner(APPEND_ONLY, BY_HAND[act].format(table))


@pytest.mark.parametrize("act", BY_HAND)
@pytest.mark.parametrize("table", RECORDS)
def test_not_even_a_superuser_who_poses_as_a_replica_can(recorded, table, act):
    with superuser() as root:
        root.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.Error) as caught:
            root.execute(BY_HAND[act].format(table))

    assert caught.value.sqlstate == APPEND_ONLY


@pytest.mark.parametrize("name", NAMES)
def test_a_tracked_table_is_never_emptied_without_a_record(recorded, name):
    table = RESOURCES[name].table
    refused_to_owner(APPEND_ONLY, f"TRUNCATE {table} CASCADE")
    with superuser() as root:
        root.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.Error) as caught:
            root.execute(f"TRUNCATE {table} CASCADE")

    assert caught.value.sqlstate == APPEND_ONLY


def test_emptying_what_a_tracked_table_refers_to_is_refused_too(recorded):
    refused_to_owner(APPEND_ONLY, "TRUNCATE workspaces_workspace CASCADE")
    refused_to_owner(APPEND_ONLY, "TRUNCATE versions_artifact CASCADE")


@pytest.mark.parametrize("name", NAMES)
def test_what_a_replica_writes_is_recorded(recorded, name):
    """The planted fault is a trigger that is enabled as usual: it would be silent here."""
    row = recorded.act(make_row, name)

    with superuser() as root:
        root.execute("SET session_replication_role = replica")
        root.execute(f"DELETE FROM {row.table} WHERE id = %s", [row.id])

    with told(recorded.actor.workspace.id):
        assert (row.counted, row.last.operation, row.last.db_role) == (2, "DELETE", "postgres")


def test_the_application_makes_no_temporary_table_at_all(cast):
    refused(NO_PRIVILEGE, "CREATE TEMP TABLE config_history (LIKE public.config_history)")


@pytest.mark.parametrize("path", ["pg_temp, public", "public, pg_temp"])
def test_a_temporary_table_takes_no_record_away(recorded, path):
    """Of one who may make them: the names of tables and of functions are not looked for there."""
    row = recorded.act(make_row, "agent")

    with transaction.atomic(using="owner"):
        for table in WRITTEN_BY_THE_DATABASE[:3]:
            by_owner(f"CREATE TEMP TABLE {table} (LIKE public.{table}) ON COMMIT DROP")
        by_owner(FALSE_CLOCK)
        by_owner(f"SET LOCAL search_path = {path}")
        by_owner("UPDATE public.builder_agents SET bio = 'x' WHERE id = %s", row.id)
        assert by_owner("SELECT * FROM pg_temp.config_history") == 0
    by_owner("DROP FUNCTION pg_temp.clock_timestamp()")

    with told(recorded.actor.workspace.id):
        assert (row.counted, row.last.data_after["bio"]) == (2, "x")
        assert row.last.created_at.year > 1970


def test_a_look_alike_function_cannot_be_put_in_its_place(cast):
    refused(
        NO_PRIVILEGE,
        "CREATE OR REPLACE FUNCTION public.capture_change() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$",
    )  # fmt: skip
    refused(NO_PRIVILEGE, "ALTER FUNCTION public.capture_change() SET search_path = pg_temp")
    refused(NO_PRIVILEGE, "DROP FUNCTION public.capture_change() CASCADE")


def test_the_record_outlives_the_row(recorded):
    row = recorded.act(make_row, "prompt")

    by_owner("DELETE FROM prompts_prompt WHERE id = %s", row.id)

    with told(recorded.actor.workspace.id):
        assert [change.operation for change in row.changes] == ["INSERT", "DELETE"]
        assert Counter.objects.get(resource_id=row.id).last == 2


def test_records_of_another_workspace_are_not_seen(cast):
    row = make_row(cast.eve, "agent")

    with told(cast.elsewhere.id, cast.charlie.person_id):
        assert not Change.objects.of("agent", row.id).exists()
        assert not Counter.objects.filter(resource_id=row.id).exists()
        assert answers("SELECT count(*) FROM config_history WHERE id = %s", uuid.uuid4()) == [(0,)]
