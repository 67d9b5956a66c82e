"""Every INSERT, UPDATE and DELETE of a tracked row leaves a Change, by whatever way it came."""

import uuid

import pytest
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, remove_part
from prompts.models import Prompt
from prompts.services import archive, change_prompt
from tests.changes.capture import (
    CHANGE,
    NAMES,
    NEVER,
    TRACKED,
    Row,
    by_owner,
    by_sql,
    copy_of,
    data_of,
    insertion,
    make_row,
)
from tests.factories import make_agent, make_prompt
from versioning.changes.models import Change
from versioning.changes.resources import RESOURCES
from versioning.lib.transaction import told

PARTS = {
    AgentSchema: ("schema", {"schema_data": {"title": "order", "type": "object"}}, {"is_active": False}),
    AgentTrigger: ("trigger", {"name": "nightly"}, {"enabled": False}),
    McpServer: ("mcp_server", {"name": "tools", "endpoint": "https://a.example/mcp"}, {"status": "paused"}),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_was_made_by_a_service_is_recorded_whole(cast, name):
    row = make_row(cast.eve, name)

    (made,) = row.changes

    assert (made.version, made.operation, made.data_before, made.changed_fields) == (1, "INSERT", None, None)
    assert made.data_after == data_of(row)
    assert set(made.data_after) - {"id", "agent_id"} == TRACKED[name] == set(row.resource.tracked)
    assert not set(made.data_after) & (NEVER | {"tenant_id"})
    assert made.tenant_id == cast.demo.id
    assert made.agent_id == {"agent": row.id, "prompt": None}.get(name, made.agent_id)
    assert (made.agent_id is None) == (name == "prompt")
    assert made.db_role == "pv_app"


@pytest.mark.parametrize("model", PARTS)
def test_a_part_changed_and_removed_by_services_is_recorded(cast, model):
    name, fields, change = PARTS[model]
    agent = make_agent(cast.eve, parts={})
    part = add_part(cast.eve, agent, model, **fields)
    row = Row(RESOURCES[name], part.pk)
    first = data_of(row)

    change_part(cast.eve, agent, model, part.pk, **change)
    second = data_of(row)
    remove_part(cast.eve, agent, model, part.pk)

    _, changed, deleted = row.changes
    assert (changed.operation, changed.data_before, changed.data_after) == ("UPDATE", first, second)
    assert changed.changed_fields == list(change)
    assert (deleted.operation, deleted.data_before, deleted.data_after) == ("DELETE", second, None)
    assert deleted.changed_fields is None
    assert deleted.agent_id == agent.pk


def test_own_fields_changed_by_services_are_recorded(cast):
    agent, prompt = make_agent(cast.eve), make_prompt(cast.eve)

    change_agent(cast.eve, agent, bio="Other.", tags=["b", "a"])
    change_prompt(cast.eve, prompt, name="Other", description="Words.")
    archive(cast.eve, prompt)

    assert Row(RESOURCES["agent"], agent.pk).last.changed_fields == ["bio", "tags"]
    _, named, put_away = Row(RESOURCES["prompt"], prompt.pk).changes
    assert named.changed_fields == ["description", "name"]
    assert put_away.changed_fields == ["archived_at"]


@pytest.mark.parametrize("name", NAMES)
def test_a_queryset_update_is_recorded(cast, name):
    row, (field, value, _) = make_row(cast.eve, name), CHANGE[name]
    before = data_of(row)

    row.objects.update(**{field: value})

    assert row.counted == 2
    assert (row.last.operation, row.last.changed_fields) == ("UPDATE", [field])
    assert (row.last.data_before, row.last.data_after) == (before, before | {field: value})


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_save_is_recorded_by_the_fields_that_differ(cast, name):
    row, (field, value, _) = make_row(cast.eve, name), CHANGE[name]
    thing = row.objects.get()

    thing.save()
    setattr(thing, field, value)
    thing.save()

    assert row.counted == 2, "a save of what is there already changes nothing"
    assert row.last.changed_fields == [field]


@pytest.mark.parametrize("name", NAMES)
def test_a_bulk_update_is_recorded_row_by_row(cast, name):
    rows, (field, value, _) = [make_row(cast.eve, name) for _ in range(3)], CHANGE[name]
    things = [row.objects.get() for row in rows]
    for thing in things:
        setattr(thing, field, value)

    rows[0].resource.model._default_manager.bulk_update(things, [field])

    assert [(row.counted, row.last.changed_fields) for row in rows] == [(2, [field])] * 3


@pytest.mark.parametrize("model", PARTS)
def test_a_bulk_create_and_a_queryset_delete_are_recorded_row_by_row(cast, model):
    name, fields, _ = PARTS[model]
    agent = make_agent(cast.eve, parts={})
    made = model.objects.bulk_create(
        [model(agent=agent, tenant_id=agent.tenant_id, **fields) for _ in range(3)]
    )

    model.objects.of(agent).delete()

    for part in made:
        first, last = Row(RESOURCES[name], part.pk).changes
        assert (first.operation, last.operation) == ("INSERT", "DELETE")
        assert first.data_after == last.data_before


def test_one_statement_over_many_rows_is_recorded_row_by_row(cast):
    agents = [make_agent(cast.eve) for _ in range(3)]

    Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(bio=Concat(F("bio"), Value(" More.")))

    found = Change.objects.filter(resource_type="agent", operation="UPDATE")
    assert {change.resource_id for change in found} == {agent.pk for agent in agents}
    assert {change.data_after["bio"] for change in found} == {"Answers the phone. More."}


@pytest.mark.parametrize("name", NAMES)
def test_sql_of_the_application_is_recorded(cast, name):
    row, (field, value, assignment) = make_row(cast.eve, name), CHANGE[name]
    copy, first = copy_of(row), data_of(row)

    by_sql(f"UPDATE {row.table} SET {assignment} WHERE id = %s", row.id)
    by_sql(f"DELETE FROM {row.table} WHERE id = %s", row.id)
    by_sql(insertion(row), copy)

    _, changed, deleted, again = row.changes
    assert (changed.operation, changed.data_before, changed.changed_fields) == ("UPDATE", first, [field])
    assert changed.data_after == first | {field: value}
    assert (deleted.operation, deleted.data_before) == ("DELETE", first | {field: value})
    assert (again.operation, again.data_after, again.version) == ("INSERT", first, 4)


def test_sql_of_the_owner_is_recorded_with_the_login_and_no_person(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        rows = [make_row(cast.eve, name) for name in NAMES]
        copies = [copy_of(row) for row in rows]

    for row, copy in zip(rows, copies, strict=True):
        by_owner(f"UPDATE {row.table} SET {CHANGE[row.resource.name][2]} WHERE id = %s", row.id)
        by_owner(f"DELETE FROM {row.table} WHERE id = %s", row.id)
        by_owner(insertion(row), copy)

    with told(cast.demo.id):
        for row in rows:
            made, changed, deleted, again = row.changes
            assert [changed.operation, deleted.operation, again.operation] == ["UPDATE", "DELETE", "INSERT"]
            assert again.data_after == made.data_after
            for change in (changed, deleted, again):
                said = (change.db_role, change.changed_by, change.request_id, change.changelog)
                assert said == ("pv_owner", None, "", "")
                assert change.tenant_id == cast.demo.id


def test_merge_and_upsert_are_recorded(cast):
    agent = make_agent(cast.eve, parts={})
    ids = [uuid.uuid4() for _ in range(2)]
    values = "'x', 'event', '{}', true, ''"

    for turn, enabled in enumerate(("true", "false"), 1):
        by_sql(
            "INSERT INTO builder_agent_triggers"
            " (id, tenant_id, agent_id, name, trigger_type, trigger_config, enabled, description)"
            f" VALUES (%s, %s, %s, {values}) ON CONFLICT (id) DO UPDATE SET enabled = {enabled}",
            ids[0], cast.demo.id, agent.pk,
        )  # fmt: skip
        assert Row(RESOURCES["trigger"], ids[0]).counted == turn
    by_sql(
        "MERGE INTO builder_agent_triggers t USING (SELECT %s::uuid AS id) s ON t.id = s.id"
        " WHEN NOT MATCHED THEN INSERT"
        " (id, tenant_id, agent_id, name, trigger_type, trigger_config, enabled, description)"
        f" VALUES (s.id, %s, %s, {values})",
        ids[1], cast.demo.id, agent.pk,
    )  # fmt: skip

    assert [each.operation for each in Row(RESOURCES["trigger"], ids[0]).changes] == ["INSERT", "UPDATE"]
    assert Row(RESOURCES["trigger"], ids[1]).last.operation == "INSERT"


def test_a_change_that_is_rolled_back_leaves_nothing(cast):
    row = make_row(cast.eve, "agent")

    with transaction.atomic():
        point = transaction.savepoint_create()
        row.objects.update(bio="Never.")
        assert row.counted == 2
        transaction.savepoint_rollback(point)
    row.objects.update(bio="Really.")

    assert (row.counted, len(row.changes), row.last.version) == (2, 2, 2)
    assert row.last.data_after["bio"] == "Really."


def test_a_refused_service_leaves_nothing(cast):
    row = make_row(cast.eve, "agent")

    with pytest.raises(Exception, match="Nothing differs"):
        change_agent(cast.eve, row.objects.get(), bio=row.objects.get().bio)

    assert row.counted == 1


def test_two_changes_of_one_transaction_are_two_records(cast):
    prompt = Row(RESOURCES["prompt"], make_prompt(cast.eve).pk)

    prompt.objects.update(name="One")
    prompt.objects.update(name="Two")

    assert [change.data_after["name"] for change in prompt.changes[1:]] == ["One", "Two"]
    assert prompt.changes[1].created_at <= prompt.changes[2].created_at
    assert Prompt.objects.get(pk=prompt.id).name == "Two"
