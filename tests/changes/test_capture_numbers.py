"""Each resource counts its changes 1, 2, 3, … without a gap, for as long as its id is used."""

import uuid

import pytest
from django.db import connection, transaction

from agents.models import AgentSchema
from tests.changes.capture import NAMES, Row, by_sql, copy_of, insertion, make_row
from tests.factories import make_agent
from tests.invariants.by_hand import OTHER, refused, refused_to_owner
from tests.invariants.together import run_together
from versioning.changes.models import Counter
from versioning.changes.resources import RESOURCES
from versioning.changes.services.verifying import verify
from versioning.lib.transaction import told


def numbers(row):
    """What its Changes are numbered."""
    return [change.version for change in row.changes]


@pytest.mark.parametrize("name", NAMES)
def test_numbers_go_on_through_a_deletion_and_a_return(cast, name):
    row = make_row(cast.eve, name)
    copy = copy_of(row)

    for _ in range(3):
        by_sql(f"DELETE FROM {row.table} WHERE id = %s", row.id)
        by_sql(insertion(row), copy)

    assert numbers(row) == [1, 2, 3, 4, 5, 6, 7]
    assert [change.operation for change in row.changes] == ["INSERT", *["DELETE", "INSERT"] * 3]
    assert verify(cast.demo.id).findings == []


def test_each_resource_counts_by_itself(cast):
    one, other = make_row(cast.eve, "agent"), make_row(cast.eve, "agent")

    one.objects.update(bio="x")
    one.objects.update(bio="y")
    other.objects.update(bio="z")

    assert (numbers(one), numbers(other)) == ([1, 2, 3], [1, 2])


def test_numbers_skip_nothing_that_was_rolled_back(cast):
    row = make_row(cast.eve, "trigger")

    for turn in range(5):
        point = transaction.savepoint_create()
        row.objects.update(name=f"name {turn}")
        if turn % 2:
            transaction.savepoint_rollback(point)

    assert numbers(row) == [1, 2, 3, 4]


def test_the_counter_outlives_the_row(cast):
    row = make_row(cast.eve, "schema")

    row.objects.all().delete()

    kept = Counter.objects.get(resource_type="schema", resource_id=row.id)
    assert (kept.last, kept.agent_id, kept.tenant_id) == (2, row.changes[0].agent_id, cast.demo.id)


def test_writers_of_one_row_at_once_leave_no_gap(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        row = make_row(cast.eve, "agent")

    run_together(cast, [lambda n=n: row.objects.update(bio=f"Words {n}") for n in range(12)])

    with told(cast.demo.id):
        assert numbers(row) == list(range(1, 14))
        assert verify(cast.demo.id).findings == []


@pytest.mark.parametrize("name", NAMES)
def test_a_row_never_becomes_another(committed_cast, name):
    cast = committed_cast
    with told(cast.demo.id):
        row = make_row(cast.eve, name)
        refused(OTHER, f"UPDATE {row.table} SET id = %s WHERE id = %s", uuid.uuid4(), row.id)

    for column in ("id", "tenant_id", *(["agent_id"] if row.resource.is_part else [])):
        refused_to_owner(OTHER, f"UPDATE {row.table} SET {column} = gen_random_uuid() WHERE id = %s", row.id)


def test_an_id_never_goes_to_another_agent(cast):
    row, other = make_row(cast.eve, "schema"), make_agent(cast.eve)
    copy = row.objects.get()
    row.objects.all().delete()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    refused(
        OTHER,
        "INSERT INTO builder_agent_schemas"
        " (id, tenant_id, agent_id, schema_data, schema_type, is_active, metadata, validation_rules)"
        " VALUES (%s, %s, %s, '{}', 'input', true, '{}', '{}')",
        row.id, cast.demo.id, other.pk,
    )  # fmt: skip

    AgentSchema.objects.create(
        id=row.id, agent_id=copy.agent_id, tenant_id=copy.tenant_id, schema_data=copy.schema_data
    )
    assert numbers(row) == [1, 2, 3]


def test_an_id_never_goes_to_another_workspace(cast):
    row = make_row(cast.eve, "trigger")
    copy = copy_of(row)
    row.objects.all().delete()
    with told(cast.elsewhere.id, cast.charlie.person_id):
        agent = make_agent(cast.charlie)
        refused(
            OTHER,
            "INSERT INTO builder_agent_triggers SELECT * FROM jsonb_populate_record("
            "NULL::builder_agent_triggers, %s::jsonb || jsonb_build_object('tenant_id', %s, 'agent_id', %s))",
            copy, str(cast.elsewhere.id), str(agent.pk),
        )  # fmt: skip

    assert numbers(Row(RESOURCES["trigger"], row.id)) == [1, 2]
    assert verify(cast.demo.id).findings == []
