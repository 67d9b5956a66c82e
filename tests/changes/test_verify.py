"""verify(): each way in which somebody with the owner's rights could falsify the record is found and named.

The guards are switched off for it, as only the owner of the tables can; the rest of the record stays whole.
"""

import time
import uuid

import pytest
from django.db import connection, connections, transaction

from tests.changes.capture import NAMES, by_owner, by_sql, make_row
from tests.delivery.house import House
from versioning.changes.models import Counter
from versioning.changes.resources import RESOURCES
from versioning.changes.services import verifying
from versioning.changes.services.health import APPENDING, TRACKING, silent
from versioning.changes.services.verifying import verify
from versioning.lib.transaction import told

TABLES = {resource.table: TRACKING for resource in RESOURCES.values()} | {
    "config_history": APPENDING, "config_history_gap": APPENDING,
}  # fmt: skip
FORGED = """
INSERT INTO config_history (id, resource_type, resource_id, agent_id, tenant_id, version, operation,
    data_before, data_after, changed_fields, changelog, db_role, request_id, created_at)
  SELECT gen_random_uuid(), {type}, {id}, agent_id, tenant_id, {version}, {operation},
    {before}, {after}, {fields}, '', 'x', '', now()
  FROM config_history WHERE resource_type = 'agent' AND version = 3 AND tenant_id = app_workspace()
"""


def forged(version, *, type="resource_type", id="resource_id", operation="'UPDATE'", before="data_after",
           after="data_after || '{\"bio\": \"forged\"}'", fields="'{bio}'"):  # fmt: skip
    """A record that nobody made."""
    return FORGED.format(
        type=type, id=id, version=version, operation=operation, before=before, after=after, fields=fields
    )


AGENT = "resource_type = 'agent' AND tenant_id = app_workspace()"


def gone(version):
    """A record of the agent is deleted."""
    return f"DELETE FROM config_history WHERE {AGENT} AND version = {version}"


def edited(sets, version):
    """A record of the agent is rewritten."""
    return f"UPDATE config_history SET {sets} WHERE {AGENT} AND version = {version}"


# What is done to the agent's record of three versions; what is found: code, version, a word of why.
FAULTS = {
    "the first record is gone": (gone(1), ("lost", 1, "gone")),
    "a record is gone": (gone(2), ("lost", 2, "gone")),
    "the last record is gone": (gone(3), ("lost", 3, "gone")),
    "a record is gone, and a forged one makes up the count": (
        f"{gone(2)}; {forged(4)}",
        ("lost", 2, "gone"), ("broken", 4, "never gave"),
    ),
    "what a change left was rewritten": (
        edited("data_after = data_after || '{\"type\": \"x\"}'", 1),
        ("broken", 2, "does not begin"),
    ),
    "what the last change left was rewritten": (
        edited("data_after = data_after || '{\"bio\": \"x\"}'", 3),
        ("differs", 3, "not what its last record says"),
    ),
    "what a change met was rewritten": (
        edited("data_before = data_before || '{\"bio\": \"x\"}'", 3),
        ("broken", 3, "does not begin"),
    ),
    "an operation was rewritten": (
        edited("operation = 'INSERT'", 2), ("broken", 2, "operation")),
    "a beginning was made a change": (
        edited("operation = 'UPDATE', data_before = data_after", 1),
        ("broken", 1, "operation"),
    ),
    "the fields of a change were rewritten": (
        edited("changed_fields = '{name}'", 2),
        ("broken", 2, "fields"),
    ),
    "the fields of a change were left out": (
        edited("changed_fields = NULL", 2), ("broken", 2, "fields")),
    "a record was filed under another agent": (
        edited("agent_id = gen_random_uuid()", 2),
        ("broken", 2, "filed under"),
    ),
    "a record was given to another row": (
        edited("resource_id = gen_random_uuid()", 3),
        ("lost", 3, "gone"), ("broken", 3, "counter is gone"),
    ),
    "a record was forged behind the last": (forged(4), ("broken", 4, "never gave")),
    "a record was forged before the first": (forged(0), ("broken", 0, "never gave")),
    "a record was forged behind the last, and counted": (
        f"{forged(4)}; UPDATE config_counter SET last = 4 WHERE {AGENT}",
        ("differs", 4, "not what its last record says"),
    ),
    "a deletion was forged, and counted": (
        forged(4, operation="'DELETE'", after="NULL", fields="NULL")
        + f"; UPDATE config_counter SET last = 4 WHERE {AGENT}",
        ("differs", 4, "says that it was deleted"),
    ),
    "a record was forged of what never was": (
        forged(1, id="gen_random_uuid()", operation="'INSERT'", before="NULL", fields="NULL"),
        ("broken", 1, "counter is gone"),
    ),
    "a record was forged of a kind that is not tracked": (
        forged(1, type="'secret'", operation="'INSERT'", before="NULL", fields="NULL"),
        ("broken", 1, "tracked"),
    ),
    "the counter was lowered": (
        f"UPDATE config_counter SET last = 2 WHERE {AGENT}", ("broken", 3, "never gave")),
    "the counter was raised": (f"UPDATE config_counter SET last = 4 WHERE {AGENT}", ("lost", 4, "gone")),
    "the counter is gone": (
        f"DELETE FROM config_counter WHERE {AGENT}",
        ("broken", 1, "counter"), ("broken", 2, "counter"), ("broken", 3, "counter"),
    ),
    "a loss is noted that there is none of": (
        f"UPDATE config_counter SET lost = '{{2}}' WHERE {AGENT}", ("broken", 2, "noted as lost")),
    "a row was changed unseen": ("UPDATE builder_agents SET bio = 'unseen'", ("differs", 3, "not what")),
    "the record and the counter of a row are gone": (
        f"DELETE FROM config_history WHERE {AGENT}; DELETE FROM config_counter WHERE {AGENT}",
        ("differs", None, "no record"),
    ),
}  # fmt: skip


def in_the_dark(home, *statements):
    """What the owner does there while no trigger looks; all are switched on again as they were."""
    with transaction.atomic(using="owner"):
        by_owner("SELECT set_config('app.workspace_id', %s, true)", str(home.actor.workspace.id))
        for table in TABLES:
            by_owner(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            by_owner(statement)
        by_owner("SET CONSTRAINTS ALL IMMEDIATE")
        for table, names in TABLES.items():
            by_owner(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for name in names:
                by_owner(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


@pytest.fixture
def rows(home):
    """A row of each kind, one agent in all that was changed twice."""
    found = {name: home.act(make_row, name) for name in ("agent", "prompt")}
    with told(home.actor.workspace.id):
        for bio in ("Two.", "Three."):
            found["agent"].objects.update(bio=bio)
        assert verify(home.actor.workspace.id).findings == []
    return found


def found_in(home):
    with told(home.actor.workspace.id):
        return verify(home.actor.workspace.id).findings


@pytest.mark.parametrize("fault", FAULTS)
def test_each_falsification_is_found_and_named(home, rows, fault):
    statement, *expected = FAULTS[fault]

    in_the_dark(home, statement)

    found = sorted(found_in(home), key=lambda each: (each.code != "lost", each.version or 0))
    assert [(each.code, each.version) for each in found] == [(code, version) for code, version, _ in expected]
    for each, (_, _, word) in zip(found, expected, strict=True):
        assert word in each.words, each.words
    assert {each.resource_type for each in found} <= {"agent", "secret"}
    assert silent() == []


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("agent", "prompt")])
def test_a_part_that_went_or_came_unseen_is_found(home, name):
    row = home.act(make_row, name)

    in_the_dark(home, f"DELETE FROM {row.table} WHERE id = '{row.id}'")

    (finding,) = found_in(home)
    assert (finding.code, finding.resource_type, finding.resource_id) == ("differs", name, row.id)
    assert "gone, and no record says so" in finding.words


def test_a_row_that_came_back_unseen_is_found(home):
    row = home.act(make_row, "trigger")
    with told(home.actor.workspace.id):
        copy = by_sql_one(f"SELECT to_jsonb(t)::text FROM {row.table} t WHERE id = %s", row.id)
        by_sql(f"DELETE FROM {row.table} WHERE id = %s", row.id)
        assert verify(home.actor.workspace.id).findings == []

    with transaction.atomic(using="owner"):
        by_owner(f"ALTER TABLE {row.table} DISABLE TRIGGER USER")
        by_owner(
            f"INSERT INTO {row.table} SELECT * FROM jsonb_populate_record(NULL::{row.table}, %s::jsonb)", copy
        )
        by_owner("SET CONSTRAINTS ALL IMMEDIATE")
        by_owner(f"ALTER TABLE {row.table} ENABLE TRIGGER USER")
        for name in TRACKING:
            by_owner(f"ALTER TABLE {row.table} ENABLE ALWAYS TRIGGER {name}")

    (finding,) = found_in(home)
    assert (finding.code, finding.version) == ("differs", 2)


def test_a_record_of_another_workspace_is_missed_here_and_found_there(home, rows):
    other = House.build()
    in_the_dark(home, edited(f"tenant_id = '{other.actor.workspace.id}'", 2))

    (here,), (there,) = found_in(home), found_in(other)

    assert (here.code, here.version) == ("lost", 2)
    assert (there.code, there.version) == ("broken", 2)


def test_what_is_found_of_one_kind_is_named_up_to_a_bound_and_that_is_said(home, rows, monkeypatch):
    monkeypatch.setattr(verifying, "NAMED", 2)
    in_the_dark(home, f"UPDATE config_counter SET last = 90 WHERE {AGENT}")

    with told(home.actor.workspace.id):
        report = verify(home.actor.workspace.id)

    assert len(report.findings) == 2
    assert report.more


@pytest.mark.parametrize(
    ("table", "name"), [("builder_agents", "z_track_update"), ("prompts_prompt", "z_track_row"),
                        ("config_history", "append_only")],
)  # fmt: skip
def test_a_trigger_that_does_not_fire_is_named(home, table, name):
    by_owner(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    try:
        assert silent() == [f"{table}: {name}"]
        by_owner(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
        assert silent() == [f"{table}: {name}"], "it would not fire for a replica"
    finally:
        by_owner(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    assert silent() == []


def test_ten_thousand_records_are_verified_in_a_second(home, rows):
    """By hand 100,000 took 1.1 s."""
    with told(home.actor.workspace.id), connection.cursor() as cursor:
        cursor.execute(
            "DO $$ BEGIN FOR i IN 1..5000 LOOP UPDATE builder_agents SET bio = 'b' || i;"
            " UPDATE prompts_prompt SET name = 'n' || i; END LOOP; END $$"
        )

    began = time.monotonic()
    with told(home.actor.workspace.id):
        report = verify(home.actor.workspace.id)
    took = time.monotonic() - began

    assert report.records >= 10_000
    assert report.findings == []
    assert took < 5


def test_what_others_do_meanwhile_is_no_fault(home, rows):
    """Each question is one statement: of a change that commits between two of them it sees all or nothing."""
    with told(home.actor.workspace.id):
        questions = verifying._rows

        def between(question, asked):
            by_owner("UPDATE builder_agents SET bio = %s", uuid.uuid4().hex)
            return questions(question, asked)

        verifying._rows = between
        try:
            assert verify(home.actor.workspace.id).findings == []
        finally:
            verifying._rows = questions
        assert Counter.objects.get(resource_type="agent").last > 5


def by_sql_one(statement, *values):
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
