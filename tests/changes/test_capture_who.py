"""Whose each change was, in which request, and what was noted of it."""

import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from agents.models import Agent, AgentTrigger
from agents.services import add_part, change_agent
from tests.changes.capture import NAMES, Row, by_sql, make_row
from tests.factories import make_agent, make_prompt
from versioning.changes.models import Change
from versioning.changes.resources import RESOURCES
from versioning.changes.services import restore
from versioning.lib.transaction import noted, tell, told
from versioning.versions import services
from versioning.versions.importing import import_history
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event
from versioning.workspaces.services.keys import create_key


def last_event(id):
    """What was told of an artifact last."""
    return Event.objects.of(id).order_by("sequence").last()


@pytest.mark.parametrize("name", NAMES)
def test_a_change_names_its_person_and_the_request_of_its_event(cast, name):
    row = make_row(cast.eve, name)
    made = row.changes[0]
    event = Event.objects.of(made.agent_id or row.id).order_by("sequence").first()

    assert made.changed_by == cast.eve.person_id == event.actor_id
    assert made.request_id == cast.eve.request_id == event.request_id


def test_each_verb_speaks_for_its_own_actor_whoever_the_transaction_was_told_of(cast):
    agent = make_agent(cast.eve)

    change_agent(cast.ada, agent, bio="Ada's.")
    change_agent(cast.eve, agent, bio="Eve's.")

    ada, eve = Row(RESOURCES["agent"], agent.pk).changes[1:]
    assert (ada.changed_by, eve.changed_by) == (cast.ada.person_id, cast.eve.person_id)
    assert (ada.request_id, eve.request_id) == (cast.ada.request_id, cast.eve.request_id)


def test_all_changes_of_one_act_share_its_request(cast):
    agent = make_agent(cast.eve)

    found = Change.objects.of_agent(agent.pk)

    assert {change.resource_type for change in found} == {"agent", "schema", "trigger", "mcp_server"}
    assert {change.request_id for change in found} == {cast.eve.request_id}


def test_a_keys_change_names_no_person_and_its_event_names_the_key(cast):
    agent = make_agent(cast.eve)
    key, _ = create_key(cast.alice, name="program", kind="live", scopes=["drafts"])
    program = Actor.of_key(key, via="rest")

    change_agent(program, agent, bio="A program's.")

    change, event = Row(RESOURCES["agent"], agent.pk).last, last_event(agent.pk)
    assert change.changed_by is None
    assert change.request_id == event.request_id == program.request_id
    assert event.actor_label == "key program"


def test_by_sql_in_nobodys_name_only_the_login_is_known(cast):
    row = make_row(cast.eve, "agent")

    with told(cast.demo.id):
        by_sql("UPDATE builder_agents SET bio = 'x' WHERE id = %s", row.id)

    said = row.last
    assert (said.changed_by, said.request_id, said.changelog, said.db_role) == (None, "", "", "pv_app")


def test_the_operator_is_recorded_by_the_login_not_by_the_role_taken(cast):
    row = make_row(cast.eve, "agent")

    with told(cast.demo.id, operator=True):
        by_sql("UPDATE builder_agents SET bio = 'x' WHERE id = %s", row.id)

    assert row.last.db_role == "pv_app"


def test_a_note_covers_what_is_changed_inside_it_and_nothing_after(cast):
    row = make_row(cast.eve, "agent")

    with noted("Why it was done"):
        row.objects.update(bio="One.")
    row.objects.update(bio="Two.")

    assert [change.changelog for change in row.changes] == ["", "Why it was done", ""]


def test_a_note_ends_with_the_act_that_failed_inside_it(cast):
    row = make_row(cast.eve, "agent")

    with pytest.raises(DatabaseError), transaction.atomic(), noted("Never"):
        by_sql("SELECT 1 / 0")
    row.objects.update(bio="Two.")

    assert row.last.changelog == ""


def test_a_restore_fills_the_note_in(cast):
    agent = make_agent(cast.eve)
    change_agent(cast.eve, agent, bio="Other.")

    restore(cast.ada, RESOURCES["agent"], agent.pk, 1)

    said = Row(RESOURCES["agent"], agent.pk).last
    assert (said.changelog, said.changed_by) == ("Restored to version 1", cast.ada.person_id)
    assert said.request_id == last_event(agent.pk).request_id


def test_an_act_of_the_past_is_recorded_at_its_moment_and_the_next_one_now(cast):
    then = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)

    agent = make_agent(cast.eve.dated(then))
    change_agent(cast.eve, agent, bio="Now.")

    *came, now = Change.objects.of_agent(agent.pk).order_by("created_at")
    assert {change.created_at for change in came} == {then}
    assert now.created_at.year > 2025


def test_what_an_import_wrote_is_recorded_when_it_was_written(cast):
    line = {"agent": "old", "version": 1, "config": {"instructions": "x"}, "message": "", "author": "Ana"}

    import_history(cast.eve, [json.dumps(line | {"created": "2025-01-02T03:04:05Z"})])

    found = Change.objects.of_agent(Agent.objects.get().pk)
    assert {change.created_at.year > 2025 for change in found} == {True}
    assert {change.changed_by for change in found} == {cast.eve.person_id}


def test_nothing_told_stays_on_the_connection_for_the_next_transaction(committed_cast):
    cast = committed_cast
    with told(cast.demo.id, cast.eve.person_id, "first"):
        row = make_row(cast.eve, "agent")
        by_sql("SELECT set_config('app.changelog', 'first', true), set_config('app.at', '2001-01-01', true)")

    with transaction.atomic():
        by_sql("SELECT set_config('app.workspace_id', %s, true)", str(cast.demo.id))
        by_sql("UPDATE builder_agents SET bio = 'x' WHERE id = %s", row.id)

    with told(cast.demo.id):
        said = row.last
    assert (said.changed_by, said.request_id, said.changelog) == (None, "", "")
    assert said.created_at.year > 2001


def test_a_person_told_wrongly_costs_the_record_not_the_change(cast):
    row = make_row(cast.eve, "agent")

    with transaction.atomic():
        by_sql("SELECT set_config('app.actor_id', 'no person', true)")
        by_sql("UPDATE builder_agents SET bio = 'x' WHERE id = %s", row.id)

    tell(cast.demo.id)
    assert (row.objects.get().bio, row.counted, len(row.changes)) == ("x", 2, 1)


def test_publishing_locking_and_staging_change_no_tracked_row(cast):
    agent, prompt = make_agent(cast.eve), make_prompt(cast.eve)
    add_part(cast.eve, agent, AgentTrigger, name="second")
    before = Change.objects.count()

    services.lock(cast.eve, agent)
    services.promote(cast.eve, agent, 1)
    services.stage(cast.eve, agent, 2)
    services.unpublish(cast.eve, agent)
    services.promote(cast.eve, prompt, 1)

    assert Change.objects.count() == before
