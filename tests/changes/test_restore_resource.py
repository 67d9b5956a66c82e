"""One resource is put back to an earlier version of itself, field by field where that is wanted."""

import json
from dataclasses import replace

import pytest

from agents.models import Agent, AgentTrigger
from agents.services import change_agent, remove_part
from prompts.models import Prompt
from prompts.services import change_prompt
from tests.changes.restoring import history, restore, sql
from tests.factories import make_agent, make_prompt
from tests.keys import key_actor
from tests.refusals import refused
from versioning.changes.models import Change
from versioning.versions import services as versions
from versioning.versions.models import Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event, Workspace
from versioning.workspaces.services.workspaces import change_workspace


@pytest.fixture
def agent(cast):
    made = make_agent(cast.eve, slug="desk", locked=1, live=1)
    change_agent(cast.eve, made, bio="Second.", commercial_name="Desk two")
    change_agent(cast.eve, made, bio="Third.")
    return made


@pytest.fixture
def trigger(agent):
    return AgentTrigger.objects.of(agent).get()


def test_a_row_becomes_what_it_was_as_a_change_of_its_own(cast, agent):
    done = restore(cast.ada, "agent", agent.pk, 1, reason="The old words were better")

    now = Agent.objects.get(pk=agent.pk)
    assert (now.bio, now.commercial_name) == ("Answers the phone.", "")
    assert history("agent", agent.pk)[-1] == (4, "UPDATE", "Restored to version 1")
    assert (done.version, done.row["bio"], done.row["id"]) == (4, "Answers the phone.", str(agent.pk))
    last = Change.objects.of("agent", agent.pk).latest("version")
    assert (last.changed_by, last.changed_fields) == (cast.ada.person_id, ["bio", "commercial_name"])


def test_one_event_says_so_with_the_reason_and_what_was_there_before(cast, agent):
    restore(cast.ada, "agent", agent.pk, 2, reason="Back to two")

    event = Event.objects.get(artifact_id=agent.pk, name=EventName.RESOURCE_RESTORED)
    assert (event.message, event.to_number) == ("Back to two", 2)
    assert (event.data["resource_type"], event.data["resource_id"]) == ("agent", str(agent.pk))
    assert event.data["version"] == 2
    assert "Third." in event.data["former"]["source"]


def test_what_is_live_stays_and_the_draft_is_what_the_rows_are(cast, agent):
    live = Version.objects.of(agent).get(number=1).source

    restore(cast.eve, "agent", agent.pk, 2)

    agent.refresh_from_db()
    assert agent.live.number == 1
    assert agent.live.source == live
    assert '"Second."' in Version.objects.of(agent).drafts().get().source


def test_only_the_chosen_fields_are_taken(cast, agent):
    done = restore(cast.eve, "agent", agent.pk, 1, fields=["commercial_name"])

    now = Agent.objects.get(pk=agent.pk)
    assert (now.bio, now.commercial_name) == ("Third.", "")
    assert [list(step.changes) for step in done.plan.steps] == [["commercial_name"]]


@pytest.mark.parametrize("fields", [[], ["slug"], ["bio", "id"]])
def test_fields_that_cannot_be_chosen_are_refused(cast, agent, fields):
    with refused("invalid") as error:
        restore(cast.eve, "agent", agent.pk, 1, fields=fields)
    assert error.value.data["field"] == "fields"


def test_a_plan_is_made_without_doing_it(cast, agent):
    planned = restore(cast.eve, "agent", agent.pk, 1, dry_run=True)

    (step,) = planned.plan.steps
    assert step.action == "updated"
    assert step.changes["bio"] == ("Third.", "Answers the phone.")
    assert (planned.version, planned.row["bio"], planned.row["name"]) == (
        3,
        "Answers the phone.",
        "Front desk",
    )
    assert Agent.objects.get(pk=agent.pk).bio == "Third."
    assert len(history("agent", agent.pk)) == 3


def test_a_deleted_row_comes_back_under_its_id(cast, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)

    done = restore(cast.eve, "trigger", trigger.pk, 1)

    back = AgentTrigger.objects.get(pk=trigger.pk)
    assert (back.name, back.trigger_config, back.agent_id) == ("nightly", {"cron": "0 3 * * *"}, agent.pk)
    assert [each[1] for each in history("trigger", trigger.pk)] == ["INSERT", "DELETE", "INSERT"]
    assert [step.action for step in done.plan.steps] == ["created"]


def test_a_deleted_row_comes_back_whole_or_not_at_all(cast, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)

    with refused("invalid"):
        restore(cast.eve, "trigger", trigger.pk, 1, fields=["name"])


def test_restoring_a_deletion_deletes_the_row_again(cast, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)
    restore(cast.eve, "trigger", trigger.pk, 1)

    done = restore(cast.eve, "trigger", trigger.pk, 2)

    assert not AgentTrigger.objects.filter(pk=trigger.pk).exists()
    assert done.row is None
    assert done.version == 4
    with refused("invalid"):
        restore(cast.eve, "trigger", trigger.pk, 2, fields=["name"])
    with refused("unchanged"):
        restore(cast.eve, "trigger", trigger.pk, 2)


def test_restoring_twice_does_nothing_the_second_time(cast, agent):
    restore(cast.eve, "agent", agent.pk, 1)

    with refused("unchanged"):
        restore(cast.eve, "agent", agent.pk, 1)
    assert len(history("agent", agent.pk)) == 4


def test_who_looked_at_an_older_state_is_refused(cast, agent):
    with refused("stale") as error:
        restore(cast.eve, "agent", agent.pk, 1, expected=2)
    assert error.value.data["version"] == 3

    assert restore(cast.eve, "agent", agent.pk, 1, expected=3).version == 4


def test_what_never_was_or_is_elsewhere_is_not_found(cast, agent, trigger):
    other = make_agent(cast.eve, slug="other")

    for version in (0, 99, 2**40):
        with refused("not_found"):
            restore(cast.eve, "agent", agent.pk, version)
    with refused("not_found"):
        restore(cast.eve, "trigger", trigger.pk, 1, agent_id=other.pk)
    with refused("not_found"):
        restore(cast.eve, "schema", trigger.pk, 1)


def test_a_version_that_could_not_be_recorded_says_so(cast, agent):
    sql("SET LOCAL app.actor_id = 'nobody'")
    sql("UPDATE builder_agents SET bio = 'Lost.' WHERE id = %s", agent.pk)
    cast.eve.tell()

    with refused("not_recorded"):
        restore(cast.eve, "agent", agent.pk, 4)
    assert restore(cast.eve, "agent", agent.pk, 1).version == 5


def test_viewers_and_keys_restore_nothing_and_plan_nothing(cast, agent):
    key = key_actor(cast, scopes=["drafts", "history"])

    for actor in (cast.bob, key):
        for dry_run in (False, True):
            with refused("forbidden"):
                restore(actor, "agent", agent.pk, 1, dry_run=dry_run)


def test_a_live_draft_takes_the_right_to_publish(cast, agent):
    versions.promote(cast.ada, agent, 2, lock=False)
    change_workspace(cast.alice, protect_live=True)
    protected = replace(cast.eve, workspace=Workspace.objects.get(pk=cast.demo.pk))

    for dry_run in (True, False):
        with refused("forbidden"):
            restore(protected, "agent", agent.pk, 1, dry_run=dry_run)
    restore(replace(cast.ada, workspace=protected.workspace), "agent", agent.pk, 1)
    assert '"Answers the phone."' in Version.objects.of(agent).get(number=2).source


def test_the_operator_restores_and_is_recorded_as_such(cast, agent):
    restore(Actor.of_operator(cast.demo, via="command"), "agent", agent.pk, 1)

    event = Event.objects.get(artifact_id=agent.pk, name=EventName.RESOURCE_RESTORED)
    assert (event.actor_kind, event.actor_label) == ("operator", "operator")


def test_an_archived_agent_is_refused(cast, agent):
    versions.unpublish(cast.eve, agent)
    versions.archive(cast.eve, Agent.objects.get(pk=agent.pk))

    for dry_run in (True, False):
        with refused("archived"):
            restore(cast.eve, "agent", agent.pk, 1, dry_run=dry_run)


def test_it_is_published_afterwards_where_that_is_asked(cast, agent):
    restore(cast.eve, "agent", agent.pk, 1, publish=True, reason="Back, and live")

    agent.refresh_from_db()
    assert agent.live.number == 2
    assert '"Answers the phone."' in agent.live.source
    published = Event.objects.filter(artifact_id=agent.pk, name=EventName.VERSION_PUBLISHED).latest(
        "sequence"
    )
    assert published.message == "Back, and live"
    assert agent.snapshots.count() == 2


def test_a_draft_that_is_live_needs_no_publishing(cast, agent):
    versions.promote(cast.eve, agent, 2, lock=False)

    restore(cast.eve, "agent", agent.pk, 1, publish=True)

    agent.refresh_from_db()
    assert agent.live.number == 2
    assert '"Answers the phone."' in Version.objects.of(agent).get(number=2).source


def test_a_publish_that_is_refused_takes_the_restore_with_it(cast, agent):
    make_prompt(cast.eve, slug="greeting")  # which is not live
    config = Agent.objects.get(pk=agent.pk).llm_config
    change_agent(cast.eve, agent, llm_config={**config, "prompts": {"greeting": "live"}})

    with refused("prompt_not_live"):
        restore(cast.eve, "agent", agent.pk, 1, fields=["bio"], publish=True)
    assert Agent.objects.get(pk=agent.pk).bio == "Third."


def test_a_name_of_live_comes_back_as_it_was_written(cast, agent):
    make_prompt(cast.eve, slug="greeting", live=1)
    config = Agent.objects.get(pk=agent.pk).llm_config
    change_agent(cast.eve, agent, llm_config={**config, "prompts": {"greeting": "live"}})
    change_agent(cast.eve, agent, llm_config=config)

    restore(cast.eve, "agent", agent.pk, 4)

    assert Agent.objects.get(pk=agent.pk).llm_config["prompts"] == {"greeting": "live"}


def test_a_draft_of_a_prompt_that_is_gone_is_not_named_again(cast, agent):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    config = Agent.objects.get(pk=agent.pk).llm_config
    change_agent(cast.eve, agent, llm_config={**config, "prompts": {"greeting": 2}})
    change_agent(cast.eve, agent, llm_config=config)
    versions.delete_draft(cast.eve, prompt, 2)

    with refused("invalid") as error:
        restore(cast.eve, "agent", agent.pk, 4)
    assert "There is no v2 of the prompt 'greeting'" in error.value.message


def test_the_words_of_a_prompt_come_back(cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    change_prompt(cast.eve, prompt, name="Hello", tags=["one"])

    restore(cast.eve, "prompt", prompt.pk, 1)

    now = Prompt.objects.get(pk=prompt.pk)
    assert (now.name, now.tags, now.live.number) == ("greeting", [], 1)
    assert history("prompt", prompt.pk)[-1] == (3, "UPDATE", "Restored to version 1")
    with refused("invalid"):
        restore(cast.eve, "prompt", prompt.pk, 2, publish=True)


def test_a_prompt_leaves_the_archive_by_the_verb_that_does_so(cast):
    prompt = make_prompt(cast.eve, slug="greeting")
    versions.archive(cast.eve, prompt)

    restore(cast.eve, "prompt", prompt.pk, 1)
    assert Prompt.objects.get(pk=prompt.pk).archived_at is None
    assert Event.objects.filter(artifact_id=prompt.pk, name=EventName.ARTIFACT_UNARCHIVED).count() == 1

    versions.promote(cast.eve, prompt, 1)
    with refused("live_in_the_way"):
        restore(cast.eve, "prompt", prompt.pk, 2)


def test_words_of_a_prompt_that_nobody_could_type_do_not_come_back(cast):
    prompt = make_prompt(cast.eve, slug="greeting")
    sql("UPDATE prompts_prompt SET tags = ARRAY[NULL]::varchar[] WHERE id = %s", prompt.pk)
    change_prompt(cast.eve, prompt, tags=["fine"])

    with refused("invalid"):
        restore(cast.eve, "prompt", prompt.pk, 2)


def test_a_reason_that_cannot_be_kept_is_refused(cast, agent):
    for reason in ("x" * 2_001, "a\0b"):
        with refused("invalid"):
            restore(cast.eve, "agent", agent.pk, 1, reason=reason)


def test_a_row_of_the_plan_can_be_written_as_json(cast, agent):
    planned = restore(cast.eve, "agent", agent.pk, 1, dry_run=True)

    assert json.loads(json.dumps(planned.row))["bio"] == "Answers the phone."
