"""Recording fails, on purpose, in every way that we know: the change stands, and the gap is named.

What fails the whole change instead (a cancel, a timeout, a deadlock, the strict mode) leaves nothing half.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, connections, transaction

from tests.changes.capture import CHANGE, NAMES, by_owner, by_sql, copy_of, data_of, insertion, make_row
from tests.delivery.house import House
from tests.factories import make_agent
from tests.invariants.by_hand import CHECK, NO_PRIVILEGE, answers
from tests.invariants.together import run_together
from versioning.changes import apps
from versioning.changes.models import Change, Counter, Gap
from versioning.changes.services import change_at
from versioning.changes.services.verifying import gaps_of, verify
from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.versions.services.steps import sqlstate

RAISES = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} RETURN NEW; END $$;
CREATE TRIGGER fail BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION fail();
"""
# Each way to break the record of changes: how, how it is mended, and what PostgreSQL calls it.
FAULTS = {
    "a constraint": (
        "ALTER TABLE config_history ADD CONSTRAINT nothing CHECK (false) NOT VALID",
        "ALTER TABLE config_history DROP CONSTRAINT nothing", CHECK,
    ),
    "a missing privilege": (
        "REVOKE INSERT ON config_history FROM CURRENT_USER",
        "GRANT INSERT ON config_history TO CURRENT_USER", NO_PRIVILEGE,
    ),
    "a full disk": (
        RAISES.format("RAISE EXCEPTION 'disk full' USING ERRCODE = '53100';", "config_history"),
        "DROP FUNCTION fail CASCADE", "53100",
    ),
    "a missing table": (
        "ALTER TABLE config_history RENAME TO elsewhere",
        "ALTER TABLE elsewhere RENAME TO config_history", "42P01",
    ),
}  # fmt: skip
PERSON = uuid.uuid4()  # who changes rows here
NO_GAPS = (
    "ALTER TABLE config_history_gap ADD CONSTRAINT nothing CHECK (false) NOT VALID",
    "ALTER TABLE config_history_gap DROP CONSTRAINT nothing",
)


@contextmanager
def broken(*faults) -> Iterator[None]:
    """The record is broken inside, and mended after. Nothing of it may be open in a transaction."""
    for fault in faults:
        by_owner(fault[0])
    try:
        yield
    finally:
        for fault in faults:
            by_owner(fault[1])


@pytest.fixture
def rows(home):
    """A row of each kind, committed."""
    return [home.act(make_row, name) for name in NAMES]


def change_delete_and_return(home, rows):
    """Three changes of each row, committed, as a person's."""
    with told(home.actor.workspace.id, PERSON, "the request"):
        copies = [copy_of(row) for row in rows]
    for row, copy in zip(rows, copies, strict=True):
        with told(home.actor.workspace.id, PERSON, "the request"):
            by_sql(f"UPDATE {row.table} SET {CHANGE[row.resource.name][2]} WHERE id = %s", row.id)
        with told(home.actor.workspace.id, PERSON, "the request"):
            by_sql("SET CONSTRAINTS ALL DEFERRED")
            by_sql(f"DELETE FROM {row.table} WHERE id = %s", row.id)
            by_sql(insertion(row), copy)


def named(home):
    """What verify() finds, by kind, resource and version."""
    return sorted(
        (each.code, each.resource_type, each.version) for each in verify(home.actor.workspace.id).findings
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_change_that_cannot_be_recorded_is_made_and_its_gap_is_named(home, rows, fault):
    state = FAULTS[fault][2]

    with broken(FAULTS[fault]):
        change_delete_and_return(home, rows)

    with told(home.actor.workspace.id):
        assert all(row.objects.exists() for row in rows), "the changes were made"
        assert [row.counted for row in rows] == [4] * 5
        assert [len(row.changes) for row in rows] == [1] * 5
        assert named(home) == sorted(("gap", name, version) for name in NAMES for version in (2, 3, 4))
        assert gaps_of(home.actor.workspace.id) == 15
        for row in rows:
            gaps = Gap.objects.filter(resource_id=row.id).order_by("version")
            assert [gap.operation for gap in gaps] == ["UPDATE", "DELETE", "INSERT"]
            said = {(gap.sqlstate, gap.changed_by, gap.request_id, gap.db_role) for gap in gaps}
            assert said == {(state, str(PERSON), "the request", "pv_app")}
            assert {gap.agent_id for gap in gaps} == {row.changes[0].agent_id}


@pytest.mark.parametrize("fault", ["a constraint", "a missing privilege"])
def test_where_not_even_a_gap_can_be_written_the_counter_keeps_the_number(home, rows, fault):
    with broken(FAULTS[fault], NO_GAPS):
        change_delete_and_return(home, rows)

    with told(home.actor.workspace.id):
        assert all(row.objects.exists() for row in rows)
        assert Gap.objects.count() == 0
        assert {tuple(Counter.objects.get(resource_id=row.id).lost) for row in rows} == {(2, 3, 4)}
        assert named(home) == sorted(("lost", name, version) for name in NAMES for version in (2, 3, 4))
        assert gaps_of(home.actor.workspace.id) == 15


def test_what_was_lost_is_told_to_the_log_of_the_server(home, rows):
    heard = []
    with told(home.actor.workspace.id):
        connection.connection.add_notice_handler(lambda notice: heard.append(notice.message_primary))

    with broken(FAULTS["a constraint"], NO_GAPS), told(home.actor.workspace.id):
        rows[0].objects.update(bio="x")

    assert heard == [f"PV_HISTORY_LOST agent {rows[0].id} version 2 (23514)"]
    connection.close()


def test_recording_goes_on_behind_a_gap(home, rows):
    row = rows[0]
    with broken(FAULTS["a constraint"]), told(home.actor.workspace.id):
        row.objects.update(bio="Unrecorded.")

    with told(home.actor.workspace.id):
        row.objects.update(bio="Recorded.")

        assert [change.version for change in row.changes] == [1, 3]
        assert row.last.data_before["bio"] == "Unrecorded."
        assert named(home) == [("gap", "agent", 2)]
        with pytest.raises(DomainError, match="23514") as refusal:
            change_at(home.actor, row.resource, row.id, 2)
    assert refusal.value.code == "not_recorded"


def test_a_service_that_makes_many_changes_loses_none_of_them_silently(home):
    with broken(FAULTS["a constraint"]), told(home.actor.workspace.id):
        agent = make_agent(home.actor)

    with told(home.actor.workspace.id):
        found = verify(home.actor.workspace.id).findings
        assert {each.resource_type for each in found} == {"agent", "schema", "trigger", "mcp_server"}
        assert {each.agent_id for each in found} == {agent.pk}
        assert {each.code for each in found} == {"gap"}


def test_a_value_too_large_for_a_record_is_kept_and_its_gap_is_named(home, rows):
    """A text may have a gigabyte, a string in JSON a quarter of one. Some three seconds."""
    row = rows[0]

    by_owner("UPDATE builder_agents SET bio = repeat(repeat('x', 1024), 262144) WHERE id = %s", row.id)

    with told(home.actor.workspace.id):
        assert answers("SELECT octet_length(bio) FROM builder_agents WHERE id = %s", row.id) == [(2**28,)]
        assert named(home) == [("gap", "agent", 2)]
        assert Gap.objects.get().sqlstate == "54000"


def test_a_record_that_waits_for_a_lock_too_long_is_a_gap(home, rows):
    row = rows[0]
    with transaction.atomic(using="owner"):
        by_owner("LOCK TABLE config_history IN ACCESS EXCLUSIVE MODE")
        with told(home.actor.workspace.id):
            by_sql("SET LOCAL lock_timeout = '50ms'")
            row.objects.update(bio="x")

    with told(home.actor.workspace.id):
        assert row.objects.get().bio == "x"
        assert [gap.sqlstate for gap in Gap.objects.all()] == ["55P03"]


# The whole change fails, or the whole change is made


def unchanged(home, row, before):
    """Nothing of a change is there: not the row's, not its number, no record, no gap."""
    with told(home.actor.workspace.id):
        assert data_of(row) == before
        assert (row.counted, len(row.changes), Gap.objects.count()) == (1, 1, 0)
        assert verify(home.actor.workspace.id).findings == []


@pytest.mark.parametrize("fault", ["a constraint", "a missing privilege"])
def test_in_strict_mode_a_change_that_cannot_be_recorded_is_refused(home, rows, fault):
    row = rows[0]
    with told(home.actor.workspace.id):
        before = data_of(row)
    strict = ("UPDATE config_mode SET strict = true", "UPDATE config_mode SET strict = false")

    with broken(strict, FAULTS[fault]), pytest.raises(DatabaseError) as caught, told(home.actor.workspace.id):
        row.objects.update(bio="x")

    assert sqlstate(caught.value) == FAULTS[fault][2]
    unchanged(home, row, before)


@pytest.mark.parametrize("strict", [True, False])
def test_every_migration_run_tells_the_database_the_mode(home, settings, strict):
    settings.HISTORY_STRICT = strict
    try:
        apps.say_mode("owner")
        with told(home.actor.workspace.id):
            assert answers("SELECT strict FROM config_mode") == [(strict,)]
    finally:
        by_owner("UPDATE config_mode SET strict = false")


@pytest.mark.parametrize("state", ["40001", "40P01"])
@pytest.mark.parametrize("table", ["config_history", "config_history_gap"])
def test_what_must_be_tried_again_fails_the_whole_change(home, rows, table, state):
    """PostgreSQL asks for the whole transaction to be repeated: half of it would be neither."""
    row = rows[0]
    with told(home.actor.workspace.id):
        before = data_of(row)
    fault = (RAISES.format(f"RAISE EXCEPTION 'again' USING ERRCODE = '{state}';", table),
             "DROP FUNCTION fail CASCADE")  # fmt: skip
    faults = [fault, *([FAULTS["a constraint"]] if table == "config_history_gap" else [])]

    with broken(*faults), pytest.raises(DatabaseError) as caught, told(home.actor.workspace.id):
        row.objects.update(bio="x")

    assert sqlstate(caught.value) == state
    unchanged(home, row, before)


def test_a_counter_that_another_moved_meanwhile_fails_the_whole_change(home, rows):
    """Where transactions are isolated from each other PostgreSQL refuses the later one (40001)."""
    row = rows[0]
    with told(home.actor.workspace.id):
        before = data_of(row)

    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        by_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        by_sql("SELECT set_config('app.workspace_id', %s, true)", str(home.actor.workspace.id))
        by_sql("SELECT count(*) FROM builder_agents")
        by_owner("UPDATE config_counter SET last = last WHERE resource_id = %s", row.id)
        row.objects.update(bio="x")

    assert sqlstate(caught.value) == "40001"
    unchanged(home, row, before)


@pytest.mark.parametrize("how", ["timeout", "cancel"])
def test_a_change_stopped_while_it_is_recorded_is_not_made(home, rows, how):
    row = rows[0]
    with told(home.actor.workspace.id):
        before = data_of(row)
    slow = (RAISES.format("PERFORM pg_sleep(20);", "config_history"), "DROP FUNCTION fail CASCADE")

    with broken(slow), pytest.raises(DatabaseError) as caught, told(home.actor.workspace.id):
        if how == "timeout":
            by_sql("SET LOCAL statement_timeout = '150ms'")
        else:
            threading.Timer(0.3, connection.connection.cancel_safe).start()
        row.objects.update(bio="x")

    assert sqlstate(caught.value) == "57014"
    unchanged(home, row, before)


def test_of_two_changes_in_a_deadlock_one_is_made_and_recorded_and_one_is_not(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        agent, prompt = (make_row(cast.eve, name) for name in ("agent", "prompt"))
    gate = threading.Barrier(2)

    def change(first, second, word):
        first.objects.update(name=word)
        gate.wait()
        second.objects.update(name=word)

    outcome = run_together(
        cast,
        [lambda: change(agent, prompt, "one"), lambda: change(prompt, agent, "other")],
        database_may_refuse=True,
    )

    assert sorted(outcome) == ["40P01", "done"]
    with told(cast.demo.id):
        word = "one" if outcome[0] == "done" else "other"
        for row in (agent, prompt):
            assert (row.objects.get().name, row.last.data_after["name"], row.counted) == (word, word, 2)
        assert verify(cast.demo.id).findings == []


# Planted faults: what verify() must see although the database wrote it, or did not


HERE = "tenant_id = app_workspace()"
AGENT, TRIGGER = f"resource_type = 'agent' AND {HERE}", f"resource_type = 'trigger' AND {HERE}"
TAMPERED = {
    "a record that is gone": (f"DELETE FROM config_history WHERE version = 2 AND {AGENT}", "lost"),
    "a record that was changed": (
        "UPDATE config_history SET data_after = data_after || '{\"bio\": \"forged\"}'"
        f" WHERE version = 2 AND {AGENT}", "broken",
    ),
    "a counter that was set back": (f"UPDATE config_counter SET last = 1 WHERE {AGENT}", "broken"),
    "a counter that is gone": (f"DELETE FROM config_counter WHERE {AGENT}", "broken"),
    "a row that was changed unseen": (f"UPDATE builder_agents SET bio = 'unseen' WHERE {HERE}", "differs"),
    "a row that came unseen": (
        f"DELETE FROM config_history WHERE {TRIGGER}; DELETE FROM config_counter WHERE {TRIGGER}",
        "differs",
    ),
    "a row that went unseen": (f"DELETE FROM builder_agent_triggers WHERE {HERE}", "differs"),
}  # fmt: skip
GUARDED = ("config_history", "builder_agents", "builder_agent_triggers")


@pytest.mark.parametrize("fault", TAMPERED)
def test_verify_finds_what_was_tampered_with_while_the_guards_were_off(home, rows, fault):
    statement, code = TAMPERED[fault]
    with told(home.actor.workspace.id):
        rows[0].objects.update(bio="Two.")
        rows[0].objects.update(bio="Three.")
        assert named(home) == []

    with transaction.atomic(using="owner"):
        by_owner("SELECT set_config('app.workspace_id', %s, true)", str(home.actor.workspace.id))
        for table in GUARDED:
            by_owner(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        by_owner(statement)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in GUARDED:
            by_owner(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for (name,) in always(table):
                by_owner(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

    with told(home.actor.workspace.id):
        found = verify(home.actor.workspace.id).findings
    assert {each.code for each in found} == {code}


def always(table):
    """Its triggers that fire whoever writes; of `builder_*` that are ours they are these."""
    if table == "config_history":
        return [("append_only",), ("append_only_all",)]
    return [("z_track_row",), ("z_track_update",), ("same_row",), ("append_only_all",)]


def test_verify_of_what_is_whole_finds_nothing_and_counts(home, rows):
    change_delete_and_return(home, rows)

    with told(home.actor.workspace.id):
        report = verify(home.actor.workspace.id)
        assert report.findings == []
        assert (report.resources, report.records) == (Counter.objects.count(), Change.objects.count())
    other = House.build().actor.workspace
    with told(other.id):
        assert verify(other.id).records == 0
