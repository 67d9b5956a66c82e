"""The tools of resources: each answers what REST answers, byte for byte."""

from itertools import count

import pytest

from agents.models import AgentTrigger
from agents.services import change_agent
from agents.services.parts import remove_part
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.workspaces.models import Event

_numbers = count(1)


@pytest.fixture
def agent(world):
    """An agent at its version 3, with a schema, a trigger and a server."""
    made = world.act(world.cast.eve, make_agent, slug=f"history-{next(_numbers)}", bio="One")
    for bio in ("Two", "Three"):
        world.act(world.cast.eve, change_agent, made, bio=bio)
    return made


@pytest.fixture
def bob(world):
    return world.of(world.cast.bob)


@pytest.fixture
def eve(world):
    return world.of(world.cast.eve)


def rest(world, path):
    return world.server.get(f"/api/{path}", key=world.jwt(world.cast.bob))


def of(agent, **more):
    return {"resource_type": "agent", "resource_id": str(agent.pk), **more}


def text(result):
    return result.content[0].text


def test_list_versions_is_what_rest_answers(world, bob, agent):
    result = bob.call("list_versions", **of(agent, limit=2))

    answer = rest(world, f"agents/{agent.pk}/versions/agent/{agent.pk}?limit=2")
    assert text(result) == answer.text
    assert [item["version"] for item in result.structured_content["items"]] == [3, 2]
    assert result.structured_content["total"] == 3


def test_a_long_list_is_read_on_by_its_cursor(bob, agent):
    first = bob.said("list_versions", **of(agent, limit=2))
    second = bob.said("list_versions", **of(agent, limit=2, cursor=first["next_cursor"]))

    assert [item["version"] for item in second["items"]] == [1]
    assert second["next_cursor"] is None


def test_get_version_is_what_rest_answers(world, bob, agent):
    result = bob.call("get_version", **of(agent, version=2))

    assert text(result) == rest(world, f"agents/{agent.pk}/versions/agent/{agent.pk}/2").text
    found = result.structured_content
    assert (found["data_before"]["bio"], found["data_after"]["bio"]) == ("One", "Two")
    assert found["changed_fields"] == ["bio"]


def test_compare_versions_is_what_rest_answers(world, bob, agent):
    result = bob.call("compare_versions", **of(agent, from_version=1, to_version=2))

    answer = rest(world, f"agents/{agent.pk}/versions/agent/{agent.pk}/compare?from=1&to=2")
    assert text(result) == answer.text


def test_list_agent_history_is_what_rest_answers(world, bob, agent):
    for query in ({}, {"resource_type": "trigger"}, {"include": "events"}, {"act": "changed", "limit": 1}):
        result = bob.call("list_agent_history", agent_id=str(agent.pk), **query)

        path = f"agents/{agent.pk}/history?" + "&".join(f"{name}={value}" for name, value in query.items())
        assert text(result) == rest(world, path).text
    everything = bob.said("list_agent_history", agent_id=agent.slug)["items"]
    assert {item["resource_type"] for item in everything} == {"agent", "schema", "trigger", "mcp_server"}


@pytest.mark.parametrize("tool", ["list_versions", "get_version", "compare_versions"])
def test_a_slug_is_as_good_as_an_id(bob, agent, tool):
    more = {
        "list_versions": {}, "get_version": {"version": 1},
        "compare_versions": {"from_version": 1, "to_version": 2},
    }[tool]  # fmt: skip

    by_slug = bob.said(tool, resource_type="agent", resource_id=agent.slug, **more)

    assert by_slug == bob.said(tool, **of(agent, **more))
    assert by_slug == bob.said(tool, **of(agent, **more), agent_id=agent.slug)


def test_prompts_have_a_history_too(world, bob):
    prompt = world.act(world.cast.eve, make_prompt, slug=f"told-{next(_numbers)}", source="Hello")

    found = bob.said("list_versions", resource_type="prompt", resource_id=prompt.slug)

    assert [item["operation"] for item in found["items"]] == ["INSERT"]


def test_a_dry_run_shows_the_plan_and_changes_nothing(world, eve, agent):
    plan = eve.said("rollback_version", **of(agent, target_version=1, dry_run=True))

    assert (plan["dry_run"], plan["expected_version"]) == (True, 3)
    assert plan["plan"]["steps"][0]["fields"] == {"bio": {"from": "Three", "to": "One"}}
    assert eve.said("list_versions", **of(agent))["total"] == 3


def test_a_rollback_is_bound_to_the_plan_and_says_why(world, eve, agent):
    plan = eve.said("rollback_version", **of(agent, target_version=1, dry_run=True))
    bound = of(agent, target_version=1, expected_version=plan["expected_version"], reason="It was better")

    done = eve.said("rollback_version", **bound)
    again = eve.refused("rollback_version", **bound)

    assert done["new_version"] == 4
    assert (again["code"], again["status"], again["version"]) == ("stale", 412, 4)
    with told(world.cast.demo.id):
        event = Event.objects.get(name="resource.restored", artifact_id=agent.pk)
    assert (event.message, event.via, event.actor_id) == ("It was better", "mcp", world.cast.eve.id)


def test_single_fields_are_restored(world, eve, agent):
    world.act(world.cast.eve, change_agent, agent, bio="Four", commercial_name="Shop")

    eve.said("rollback_version", **of(agent, target_version=1, fields=["commercial_name"]))

    newest = eve.said("get_version", **of(agent, version=5))
    assert newest["changed_fields"] == ["commercial_name"]


def test_a_deleted_trigger_comes_back_under_its_id(world, eve, agent):
    with told(world.cast.demo.id):
        trigger = AgentTrigger.objects.get(agent_id=agent.pk)
    world.act(world.cast.eve, remove_part, agent, AgentTrigger, trigger.pk)

    done = eve.said(
        "rollback_version", resource_type="trigger", resource_id=str(trigger.pk), target_version=1
    )

    assert (done["restored"]["id"], done["new_version"]) == (str(trigger.pk), 3)


def test_publishing_afterwards_makes_it_live(world, eve, agent):
    done = eve.said("rollback_version", **of(agent, target_version=1, publish=True))

    assert done["published"] == {"number": 1, "label": "v1"}
    with told(world.cast.demo.id):
        agent.refresh_from_db()
    assert agent.live_id


def test_what_is_equal_already_is_said_to_be(eve, agent):
    assert eve.refused("rollback_version", **of(agent, target_version=3))["code"] == "unchanged"


@pytest.mark.parametrize(
    "wrong",
    [
        {"resource_id": "00000000-0000-4000-8000-000000000000"}, {"resource_id": "nobody"},
        {"resource_id": "../x"}, {"resource_type": "secret"}, {"resource_type": "schema"}, {"version": 99},
        {"version": 0}, {"version": -1}, {"version": 2**31}, {"version": 10**30},
        {"agent_id": "00000000-0000-4000-8000-000000000000"},
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(bob, agent, wrong):
    found = bob.refused("get_version", **{**of(agent, version=1), **wrong})

    assert found == {"title": "Resource not found", "status": 404, "code": "not_found"}
