"""A whole agent is put back to a Snapshot: as a plan, then in one transaction, each row its own change."""

from dataclasses import replace

import pytest
from django.db import connection

from agents.canonical import active, canonical, parsed, rows_of
from agents.models import Agent, AgentSchema, AgentTrigger, McpServer, Secret, Snapshot
from agents.services import add_part, change_agent, change_part, create_agent, remove_part
from agents.services.restoring import restore_snapshot, snapshot_of
from prompts.models import Prompt
from tests.factories import AgentFactory, make_agent, make_prompt
from tests.kept import begin_with
from tests.keys import key_actor
from tests.refusals import refused
from versioning.changes.models import Change
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event, Workspace
from versioning.workspaces.services.workspaces import change_workspace


def components(agent):
    """The four components as they are now, of the schemas those in force."""
    found = rows_of(Agent.objects.get(pk=agent.pk))
    return parsed(canonical({**found, "schemas": active(found["schemas"])}))


def wreck(actor, agent):
    """Change, delete and add something in every section."""
    change_agent(actor, agent, bio="Wrecked.", llm_config={"model": "other"}, tags=["broken"])
    trigger = AgentTrigger.objects.of(agent).get()
    remove_part(actor, agent, AgentTrigger, trigger.pk)
    add_part(actor, agent, AgentTrigger, name="another")
    change_part(actor, agent, McpServer, McpServer.objects.of(agent).get().pk, endpoint="https://bad.example")
    change_part(actor, agent, AgentSchema, AgentSchema.objects.of(agent).get().pk, is_active=False)
    add_part(actor, agent, AgentSchema, schema_data={"title": "new", "type": "object"})


def beginning(cast):
    return make_agent(cast.eve, slug="desk", locked=1, live=1)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


@pytest.fixture
def snapshot(agent):
    return Snapshot.objects.of(agent.pk).get()


def test_all_four_components_are_what_they_were(cast, agent, snapshot):
    was = components(agent)
    wreck(cast.ada, agent)

    restore_snapshot(cast.eve, agent, snapshot)

    assert components(agent) == was == parsed(canonical(snapshot.configuration))


def test_the_plan_says_what_happens_in_order(cast, agent, snapshot):
    wreck(cast.ada, agent)

    planned = restore_snapshot(cast.eve, agent, snapshot, dry_run=True)

    found = [(step.action, step.resource.name, step.label) for step in planned.plan.steps]
    assert found == [
        ("updated", "agent", "Front desk"), ("updated", "schema", "order"), ("updated", "schema", "new"),
        ("created", "trigger", "nightly"), ("updated", "mcp_server", "tools"),
        ("deleted", "trigger", "another"),
    ]  # fmt: skip
    assert planned.plan.steps[2].changes == {"is_active": (True, False)}
    assert Agent.objects.get(pk=agent.pk).bio == "Wrecked."


def test_a_part_that_was_deleted_comes_back_under_its_id(cast, agent, snapshot):
    id = AgentTrigger.objects.of(agent).get().pk
    wreck(cast.ada, agent)

    restore_snapshot(cast.eve, agent, snapshot)

    assert AgentTrigger.objects.of(agent).get().pk == id


def test_schemas_that_it_has_not_are_kept_out_of_force(cast, agent, snapshot):
    wreck(cast.ada, agent)

    restore_snapshot(cast.eve, agent, snapshot)

    found = {schema.name: schema.is_active for schema in AgentSchema.objects.of(agent)}
    assert found == {"order": True, "new": False}


def test_each_row_is_a_change_of_its_own_by_who_restored(cast, agent, snapshot):
    wreck(cast.ada, agent)
    before = Change.objects.of_agent(agent.pk).count()

    done = restore_snapshot(cast.eve, agent, snapshot)

    made = Change.objects.of_agent(agent.pk).filter(changelog="Restored to snapshot 1")
    assert made.count() == len(done.plan.steps) == Change.objects.of_agent(agent.pk).count() - before
    assert {each.changed_by for each in made} == {cast.eve.person_id}


def test_one_event_tells_it_with_the_reason(cast, agent, snapshot):
    wreck(cast.ada, agent)

    restore_snapshot(cast.eve, agent, snapshot, reason="It was better")

    event = Event.objects.get(artifact_id=agent.pk, name=EventName.SNAPSHOT_RESTORED)
    assert (event.message, event.data["snapshot"], event.data["snapshot_id"]) == (
        "It was better", 1, str(snapshot.pk),
    )  # fmt: skip
    assert "Wrecked." in event.data["former"]["source"]


def test_live_stays_and_it_is_published_where_that_is_asked(cast, agent, snapshot):
    wreck(cast.ada, agent)
    restore_snapshot(cast.eve, agent, snapshot)
    agent.refresh_from_db()
    assert agent.live.number == 1

    change_agent(cast.eve, agent, bio="Wrecked again.")
    done = restore_snapshot(cast.eve, agent, snapshot, publish=True, reason="Back")

    agent.refresh_from_db()
    assert (agent.live.number, done.draft.number) == (2, 3)
    assert '"Answers the phone."' in agent.live.source
    assert list(agent.snapshots.order_by("version_number").values_list("number", "message")) == [
        (1, ""), (2, "Back"),
    ]  # fmt: skip


def test_a_draft_that_is_live_is_served_at_once_and_needs_no_publishing(cast, agent, snapshot):
    services.promote(cast.eve, agent, 2, lock=False)
    change_agent(cast.eve, agent, bio="Wrecked.")

    restore_snapshot(cast.eve, agent, snapshot, publish=True)

    agent.refresh_from_db()
    assert agent.live.number == 2
    assert '"Answers the phone."' in Version.objects.of(agent).get(number=2).source


def test_a_staged_draft_is_restored_as_it_is_served(cast, agent, snapshot):
    services.stage(cast.eve, agent, 2)
    change_agent(cast.eve, agent, bio="Wrecked.")

    restore_snapshot(cast.eve, agent, snapshot)

    event = Event.objects.get(artifact_id=agent.pk, name=EventName.SNAPSHOT_RESTORED)
    assert (event.data["staged"], event.data["live"]) == (True, False)


def test_the_second_time_there_is_nothing_to_restore(cast, agent, snapshot):
    change_agent(cast.eve, agent, bio="Wrecked.")
    restore_snapshot(cast.eve, agent, snapshot)

    with refused("unchanged"):
        restore_snapshot(cast.eve, agent, snapshot)


def test_who_looked_at_an_older_draft_is_refused(cast, agent, snapshot):
    change_agent(cast.eve, agent, bio="Wrecked.")
    seen = draft_of(agent).tag
    change_agent(cast.ada, agent, bio="Wrecked more.")

    for dry_run in (True, False):
        with refused("stale") as error:
            restore_snapshot(cast.eve, agent, snapshot, expected=seen, dry_run=dry_run)
        assert "Ada" in error.value.message
    restore_snapshot(cast.eve, agent, snapshot, expected=draft_of(agent).tag)


def test_viewers_and_keys_restore_nothing_and_plan_nothing(cast, agent, snapshot):
    change_agent(cast.eve, agent, bio="Wrecked.")

    for actor in (cast.bob, key_actor(cast, scopes=["drafts", "history"])):
        for dry_run in (True, False):
            with refused("forbidden"):
                restore_snapshot(actor, agent, snapshot, dry_run=dry_run)


def test_protected_live_is_kept_from_editors(cast, agent, snapshot):
    services.promote(cast.eve, agent, 2, lock=False)
    change_agent(cast.eve, agent, bio="Wrecked.")
    change_workspace(cast.alice, protect_live=True)
    demo = Workspace.objects.get(pk=cast.demo.pk)
    eve, ada = replace(cast.eve, workspace=demo), replace(cast.ada, workspace=demo)

    for options in ({}, {"dry_run": True}, {"publish": True}):
        with refused("forbidden"):
            restore_snapshot(eve, agent, snapshot, **options)
    restore_snapshot(ada, agent, snapshot)


def test_the_operator_restores_with_an_owners_rights(cast, agent, snapshot):
    change_agent(cast.eve, agent, bio="Wrecked.")

    restore_snapshot(Actor.of_operator(cast.demo, via="command"), agent, snapshot, publish=True)

    assert Event.objects.get(artifact_id=agent.pk, name=EventName.SNAPSHOT_RESTORED).actor_kind == "operator"


def test_an_archived_agent_is_refused(cast, agent, snapshot):
    services.unpublish(cast.eve, agent)
    services.archive(cast.eve, Agent.objects.get(pk=agent.pk))

    for dry_run in (True, False):
        with refused("archived"):
            restore_snapshot(cast.eve, Agent.objects.get(pk=agent.pk), snapshot, dry_run=dry_run)


def test_a_snapshot_of_another_agent_is_not_found(cast, agent, snapshot):
    other = AgentFactory(actor=cast.eve, slug="other")

    with refused("not_found"):
        snapshot_of(cast.eve, other, snapshot.pk)
    with refused("not_found"):
        restore_snapshot(cast.eve, other, snapshot)


def test_a_prompt_that_follows_live_goes_on_following(cast):
    make_prompt(cast.eve, slug="greeting", live=1)
    agent = create_agent(cast.eve, slug="follower", llm_config={"prompts": {"greeting": "live"}})
    services.promote(cast.eve, agent, 1)
    snapshot = Snapshot.objects.of(agent.pk).get()
    change_agent(cast.eve, agent, bio="Wrecked.")

    done = restore_snapshot(cast.eve, agent, snapshot)
    assert [list(step.changes) for step in done.plan.steps] == [["bio"]]
    assert Agent.objects.get(pk=agent.pk).llm_config == {"prompts": {"greeting": "live"}}


def test_a_prompt_that_went_on_is_named_by_its_number_of_then(cast):
    make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    agent = create_agent(cast.eve, slug="follower", llm_config={"prompts": {"greeting": "live"}})
    services.promote(cast.eve, agent, 1)
    snapshot = Snapshot.objects.of(agent.pk).get()
    services.promote(cast.eve, Prompt.objects.get(slug="greeting"), 2)

    restore_snapshot(cast.eve, agent, snapshot)

    assert Agent.objects.get(pk=agent.pk).llm_config == {"prompts": {"greeting": 1}}


def test_runtime_fields_and_secrets_stay_as_they_are(cast, agent):
    server = add_part(cast.eve, agent, McpServer, name="crm", config={"authorization": "Bearer first-value"})
    services.promote(cast.eve, agent, 2)
    snapshot = Snapshot.objects.of(agent.pk).get(version_number=2)
    change_part(cast.eve, agent, McpServer, server.pk, config={"authorization": "Bearer second-value"})
    McpServer.objects.filter(pk=server.pk).update(tools_count=5, last_error="Too slow")
    Agent.objects.filter(pk=agent.pk).update(total_interactions=9)

    restore_snapshot(cast.eve, agent, snapshot)

    row = McpServer.objects.get(pk=server.pk)
    assert (row.tools_count, row.last_error, row.config["authorization"]["rev"]) == (5, "Too slow", 1)
    assert Secret.objects.get(agent=agent).rev == 2
    assert Agent.objects.get(pk=agent.pk).total_interactions == 9


def test_more_than_two_hundred_parts_are_not_brought_back(cast, agent, snapshot, monkeypatch):
    remove_part(cast.eve, agent, AgentSchema, AgentSchema.objects.of(agent).get().pk)
    add_part(cast.eve, agent, AgentSchema, schema_data={"title": "new", "type": "object"})
    monkeypatch.setattr("agents.services.restorable.MOST", 1)

    with refused("invalid") as error:
        restore_snapshot(cast.eve, agent, snapshot)
    assert "Remove 1 first" in error.value.message


def test_triggers_that_make_room_for_others_are_counted_as_gone(cast, agent, snapshot, monkeypatch):
    remove_part(cast.eve, agent, AgentTrigger, AgentTrigger.objects.of(agent).get().pk)
    add_part(cast.eve, agent, AgentTrigger, name="another")
    monkeypatch.setattr("agents.services.restorable.MOST", 1)

    restore_snapshot(cast.eve, agent, snapshot)

    assert [trigger.name for trigger in AgentTrigger.objects.of(agent)] == ["nightly"]


def test_a_row_that_sql_broke_is_mended(cast, agent, snapshot):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE builder_agent_schemas SET schema_data = '[1]' WHERE agent_id = %s", [agent.pk])
        cursor.execute("UPDATE builder_agents SET llm_config = '[1]' WHERE id = %s", [agent.pk])

    restore_snapshot(cast.eve, agent, snapshot)

    assert components(agent) == parsed(canonical(snapshot.configuration))


def test_when_one_row_fails_no_row_is_restored(cast, agent, snapshot, monkeypatch):
    wreck(cast.ada, agent)
    was = components(agent)
    steps = []

    def fails_at_the_third(row, step):
        steps.append(step)
        if len(steps) == 3:
            raise RuntimeError("planted")

    monkeypatch.setattr("agents.services.restoring.take", fails_at_the_third)
    with pytest.raises(RuntimeError):
        restore_snapshot(cast.eve, agent, snapshot)

    assert components(agent) == was
    assert not Event.objects.filter(artifact_id=agent.pk, name=EventName.SNAPSHOT_RESTORED).exists()
