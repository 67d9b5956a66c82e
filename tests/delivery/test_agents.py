"""What a read of an agent answers, where it differs from a prompt's."""

import hashlib
import json
from typing import Any

import pytest

from agents.models import AgentSchema
from agents.services import add_part, change_agent
from prompts.services import create_prompt
from tests.delivery.house import House, until
from tests.server import Server
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Version


def source_of(house: House, agent: Any, number: int) -> str:
    """The canonical text of a version."""
    with told(house.actor.workspace.id):
        return str(Version.objects.get(artifact=agent, number=number).source)


def test_a_live_key_reads_the_live_configuration_with_all_its_fields(house: House, server: Server):
    agent = house.agent(live=2)
    house.act(services.roll_back, agent, 1)

    answer = server.read("agent", agent.slug, house.key())

    said, source = answer.json(), source_of(house, agent, 1)
    assert answer.status_code == 200
    assert list(said) == [
        "kind", "slug", "label", "number", "content", "served_from", "generation", "since", "digest", "stale",
    ]  # fmt: skip
    assert (said["kind"], said["slug"], said["label"], said["number"]) == ("agent", agent.slug, "v1", 1)
    assert said["content"] == json.loads(source)
    assert list(said["content"]) == ["agent", "mcp_servers", "schemas", "triggers"]
    assert (said["served_from"], said["stale"]) == ("live", False)
    assert said["digest"] == hashlib.sha256(source.encode()).hexdigest()
    assert answer.headers["etag"].startswith('"')
    assert int(answer.headers["previse-generation"]) == said["generation"]


def test_only_schemas_in_force_are_served(house: House, server: Server):
    agent = house.agent(live=0)
    house.act(
        add_part, agent, AgentSchema, schema_data={"title": "retired", "type": "object"}, is_active=False
    )
    house.act(services.promote, agent, 1)

    content = server.read("agent", agent.slug, house.key()).json()["content"]

    assert [each["schema_data"]["title"] for each in content["schemas"]] == ["order"]
    assert "retired" in source_of(house, agent, 1)


def test_prompts_that_it_names_are_numbers_however_they_are_followed(house: House, server: Server):
    prompt = house.act(create_prompt, slug="greeting-of-agents", source="Hello.")
    house.act(services.promote, prompt, 1)
    agent = house.agent(live=0, llm_config={"prompts": {prompt.slug: "live"}})

    house.act(services.promote, agent, 1, lock=False)

    content = server.read("agent", agent.slug, house.key()).json()["content"]
    assert content["agent"]["llm_config"]["prompts"] == {prompt.slug: 1}


def test_a_live_key_never_reads_staging_and_a_test_key_does(house: House, server: Server):
    agent = house.agent(live=2)
    house.act(change_agent, agent, bio="On trial.")
    house.act(services.stage, agent, 3)

    for_live = server.read("agent", agent.slug, house.key("live")).json()
    for_test = server.read("agent", agent.slug, house.key("test")).json()

    assert (for_live["number"], for_live["served_from"]) == (2, "live")
    assert (for_test["number"], for_test["served_from"]) == (3, "staging")
    assert for_test["content"]["agent"]["bio"] == "On trial."


def test_with_nothing_live_it_says_what_to_do(house: House, server: Server):
    agent, key = house.agent(live=0), house.key()

    nothing, unknown = server.read("agent", agent.slug, key), server.read("agent", "never-was", key)

    assert (nothing.status_code, nothing.json()["code"]) == (404, "no_live_version")
    assert nothing.json()["title"] == "Nothing is live here. Publish a version first."
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("key_kind", ["live", "test"])
def test_a_locked_version_may_be_kept_for_ever_and_a_draft_cannot_be_pinned(
    house: House, server: Server, key_kind: str
):
    agent, key = house.agent(live=2), house.key(key_kind)

    locked = server.read("agent", agent.slug, key, version=1)
    draft = server.read("agent", agent.slug, key, version=3)

    assert (locked.json()["number"], locked.json()["served_from"]) == (1, "pinned")
    assert locked.json()["generation"] is None
    assert "immutable" in locked.headers["cache-control"]
    assert (draft.status_code, draft.json()["code"]) == (404, "not_found")


def test_a_draft_that_is_live_cannot_be_pinned_and_is_served(house: House, server: Server):
    agent, key = house.agent(live=0), house.key()
    house.act(services.promote, agent, 1, lock=False)

    served, pinned = server.read("agent", agent.slug, key), server.read("agent", agent.slug, key, version=1)

    assert (served.status_code, served.json()["number"], pinned.status_code) == (200, 1, 404)


def test_locking_a_draft_that_is_live_leaves_what_is_served(house: House, server: Server):
    agent, key = house.agent(live=0), house.key()
    house.act(services.promote, agent, 1, lock=False)
    before = server.read("agent", agent.slug, key).json()

    house.act(services.lock, agent)

    until(lambda: server.read("agent", agent.slug, key, version=1).status_code == 200)
    after = server.read("agent", agent.slug, key).json()
    assert (after["number"], after["content"]) == (1, before["content"])


def test_a_prompt_and_an_agent_of_one_slug_do_not_meet(house: House, server: Server):
    key = house.key()
    house.prompt(slug="twin", live=1)
    house.agent(slug="twin", live=2)

    numbers = [server.read(kind, "twin", key).json()["number"] for kind in ("prompt", "agent")]

    assert numbers == [1, 2]


@pytest.mark.parametrize("query", [{}, {"version": 1}])
def test_another_workspace_s_agent_answers_byte_for_byte_as_what_never_was(
    house: House, server: Server, query: dict[str, int]
):
    agent, stranger = house.agent(), House.build().key()

    theirs = server.read("agent", agent.slug, stranger, **query)
    never = server.read("agent", "never-was", stranger, **query)

    assert (theirs.status_code, theirs.content) == (never.status_code, never.content)
    assert theirs.status_code == 404


def test_an_archived_agent_has_nothing_live_and_its_pins_still_answer(house: House, server: Server):
    agent, key = house.agent(), house.key()
    house.act(services.unpublish, agent)
    house.act(services.archive, agent)

    served, pinned = (server.read("agent", agent.slug, key, **query) for query in ({}, {"version": 1}))

    assert (served.status_code, served.json()["code"]) == (404, "no_live_version")
    assert (pinned.status_code, pinned.json()["number"]) == (200, 1)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_an_agent_is_read_with_get_and_head_alone(house: House, server: Server, method: str):
    answer = server.ask(method, "/v1/agents/desk", house.key())

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
