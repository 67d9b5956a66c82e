"""Saving the draft: section by section, each save one act, and nothing over somebody else's."""

import json
from typing import Any

import pytest

from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, remove_part, section_of, tag_of
from agents.services.parts import MOST
from tests.cast import Cast
from tests.factories import AgentFactory, make_agent
from tests.keys import key_actor
from tests.refusals import refused
from versioning.versions.models import Version
from versioning.versions.services import archive, promote, save_version, stage, update_draft
from versioning.versions.services.drafts import delete_draft
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.models import Event, Workspace


def source(agent: Agent) -> Any:
    return json.loads(Version.objects.of(agent).drafts().get().source)


def test_a_save_writes_the_fields_that_are_given_and_the_draft_says_so(cast: Cast):
    agent = AgentFactory(actor=cast.eve, tags=["a"])

    change_agent(cast.ada, agent, bio="New.", status="paused")

    own = source(agent)["agent"]
    assert (own["bio"], own["status"], own["tags"], own["name"]) == ("New.", "paused", ["a"], "Front desk")
    draft = Version.objects.of(agent).get()
    assert (draft.source, draft.digest) == (draft_of(agent).source, draft_of(agent).digest)
    assert (draft.author_name, draft.revision) == ("Ada", 2)


def test_a_save_is_one_event_that_keeps_what_was(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    change_agent(cast.eve, agent, section="identity", bio="New.")

    event = Event.objects.get(artifact_id=agent.pk, name="version.updated")
    assert (event.to_number, event.data["section"], event.data["live"]) == (1, "identity", False)
    assert json.loads(event.data["former"]["source"])["agent"]["bio"] == "Answers the phone."


def test_nothing_to_save_is_said_and_leaves_no_trace(cast: Cast):
    agent = AgentFactory(actor=cast.eve, metadata={"a": 1})
    events = Event.objects.count()

    for fields in (
        {"bio": "Answers the phone."},
        {"name": " Front desk "},
        {"metadata": {"a": 1.0}},
        {},
    ):
        with refused("unchanged"):
            change_agent(cast.eve, agent, **fields)

    assert Event.objects.count() == events
    assert Version.objects.of(agent).get().revision == 1


def test_two_sections_are_saved_by_two_people_at_once(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    tags = {section: tag_of(section_of(agent, section)) for section in ("identity", "model", "metadata")}

    change_agent(cast.eve, agent, section="identity", expected=tags["identity"], bio="New.")
    change_agent(cast.ada, agent, section="metadata", expected=tags["metadata"], metadata={"a": 1})
    with refused("stale") as caught:
        change_agent(cast.ada, agent, section="identity", expected=tags["identity"], bio="Newer.")

    agent.refresh_from_db()
    assert (agent.bio, agent.metadata) == ("New.", {"a": 1})
    assert caught.value.data["tag"] == tag_of(section_of(agent, "identity"))


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 201}, {"name": 7}, {"bio": "x" * 20_001}, {"bio": "a\0b"}, {"bio": None},
     {"name": "\ud800"}, {"type": "robot"}, {"status": "off"}, {"visibility": ""}, {"tags": "a"},
     {"tags": ["x" * 51]}, {"tags": [str(n) for n in range(21)]}, {"tags": [1]}, {"metadata": []},
     {"metadata": {"a": float("nan")}}, {"llm_config": {"temperature": 3}},
     {"llm_config": {"temperature": True}}, {"llm_config": {"model": ["small"]}},
     {"llm_config": {"instructions": {}}}, {"slug": "other"}, {"live_id": None}, {"archived_at": None},
     {"total_interactions": 5}],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_its_field(cast: Cast, fields: dict[str, Any]):
    agent = AgentFactory(actor=cast.eve)
    before = draft_of(agent).source

    with refused("invalid") as caught:
        change_agent(cast.eve, agent, **fields)

    assert caught.value.data["field"] == next(iter(fields))
    assert draft_of(agent).source == before


def test_a_viewer_and_a_key_without_the_scope_save_nothing(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("forbidden"):
        change_agent(cast.bob, agent, bio="New.")
    with refused("missing_scope"):
        change_agent(key_actor(cast, scopes=["history"]), agent, bio="New.")


def test_a_key_saves_a_draft_until_it_is_served(cast: Cast):
    agent, key = AgentFactory(actor=cast.eve), key_actor(cast, scopes=["drafts"])

    change_agent(key, agent, bio="By a program.")
    add_part(key, agent, AgentTrigger, name="By a program")
    stage(cast.eve, agent, 1)

    with refused("forbidden"):
        change_agent(key, agent, bio="Once more.")
    with refused("forbidden"):
        remove_part(key, agent, AgentTrigger, AgentTrigger.objects.of(agent).latest("created_at").pk)
    assert Version.objects.of(agent).get().author_name == "key program"


def test_a_draft_that_is_live_is_saved_by_those_who_may_publish(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    promote(cast.eve, agent, 1, lock=False)
    change_agent(cast.eve, agent, bio="Editors publish here.")
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)
    for actor in (cast.eve, cast.ada):
        actor.workspace.refresh_from_db()

    with refused("forbidden"):
        change_agent(cast.eve, agent, bio="Not here.")
    with refused("forbidden"):
        add_part(cast.eve, agent, AgentTrigger, name="Not here")
    change_agent(cast.ada, agent, bio="By an admin.")


def test_nothing_of_an_archived_agent_is_saved(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    archive(cast.eve, agent)

    with refused("archived"):
        change_agent(cast.eve, agent, bio="New.")


def test_what_belongs_to_another_workspace_does_not_exist(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    trigger = AgentTrigger.objects.of(agent).get()

    with refused("not_found"):
        change_agent(cast.charlie, agent, bio="New.")
    with refused("not_found"):
        change_part(cast.charlie, agent, AgentTrigger, trigger.pk, name="New")


def test_a_part_is_added_changed_and_removed_each_as_one_act(cast: Cast):
    agent = AgentFactory(actor=cast.eve, parts={})

    made = add_part(cast.eve, agent, AgentTrigger, name="nightly", trigger_config={"cron": "0 3 * * *"})
    change_part(cast.eve, agent, AgentTrigger, made.pk, enabled=False)
    assert (
        source(agent)["triggers"][0] | {"name": "nightly", "enabled": False} == source(agent)["triggers"][0]
    )
    remove_part(cast.eve, agent, AgentTrigger, made.pk)

    assert source(agent)["triggers"] == []
    acts = Event.objects.filter(artifact_id=agent.pk, name="version.updated").order_by("sequence")
    assert [(act.data["section"], act.data["did"]) for act in acts] == [
        ("triggers", "added"), ("triggers", "changed"), ("triggers", "removed"),
    ]  # fmt: skip


def test_a_part_that_was_changed_or_removed_meanwhile_is_not_overwritten(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    server = McpServer.objects.of(agent).get()
    shown = tag_of({"id": str(server.pk), **{name: getattr(server, name) for name in McpServer.TRACKED}})
    change_part(cast.ada, agent, McpServer, server.pk, expected=shown, status="paused")

    with refused("stale"):
        change_part(cast.eve, agent, McpServer, server.pk, expected=shown, name="other")
    with refused("stale"):
        remove_part(cast.eve, agent, McpServer, server.pk, expected=shown)
    remove_part(cast.ada, agent, McpServer, server.pk)
    with refused("not_found"):
        change_part(cast.eve, agent, McpServer, server.pk, name="other")


def test_a_part_of_another_agent_is_not_found_here(cast: Cast):
    mine, other = AgentFactory(actor=cast.eve), AgentFactory(actor=cast.eve)
    part = AgentSchema.objects.of(other).get()

    for verb in (change_part, remove_part):
        with refused("not_found"):
            verb(cast.eve, mine, AgentSchema, part.pk)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (AgentTrigger, {}),
        (AgentTrigger, {"name": " "}),
        (AgentTrigger, {"name": "x", "trigger_type": "moon"}),
        (AgentTrigger, {"name": "x", "enabled": 1}),
        (AgentSchema, {}),
        (AgentSchema, {"schema_data": {"type": "nothing"}}),
        (AgentSchema, {"schema_data": {"title": "x" * 201}}),
        (AgentSchema, {"schema_data": {"title": 7}}),
        (AgentSchema, {"schema_data": {"$ref": 7}}),
        (AgentSchema, {"schema_data": {"pattern": "("}}),
        (AgentSchema, {"schema_data": {"title": "x"}, "validation_rules": {"type": 5}}),
        (AgentSchema, {"schema_data": {"title": "x"}, "name": "x"}),
        (McpServer, {"name": "x", "endpoint": "tools.example"}),
        (McpServer, {"name": "x", "endpoint": "ftp://tools.example"}),
        (McpServer, {"name": "x", "transport": "pigeon"}),
        (McpServer, {"name": "x", "last_error": "none"}),
        (McpServer, {"name": "x", "agent_id": None}),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(cast: Cast, model: Any, fields: dict[str, Any]):
    agent = AgentFactory(actor=cast.eve, parts={})

    with refused("invalid"):
        add_part(cast.eve, agent, model, **fields)

    assert not model.objects.of(agent).exists()


def test_a_section_has_a_bounded_number_of_parts(cast: Cast):
    agent = AgentFactory(
        actor=cast.eve, parts={"triggers": [{"name": f"t{number}"} for number in range(MOST)]}
    )

    with refused("invalid"):
        add_part(cast.eve, agent, AgentTrigger, name="one more")


@pytest.mark.parametrize("verb", ["save_version", "update_draft", "delete_draft"])
def test_the_verbs_of_texts_are_not_those_of_an_agent(cast: Cast, verb: str):
    agent = make_agent(cast.eve, locked=1)

    with refused("one_draft"):
        if verb == "save_version":
            save_version(cast.eve, agent, source="{}")
        elif verb == "update_draft":
            update_draft(cast.eve, agent, 2, source="{}")
        else:
            delete_draft(cast.eve, agent, 2)
