"""The tools of Snapshots: each answers what REST answers, byte for byte."""

from itertools import count

import pytest

from agents.services import change_agent
from tests.factories import make_agent
from versioning.lib.transaction import told
from versioning.workspaces.models import Event

_numbers = count(1)
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def agent(world):
    """An agent whose v2 is live: it has Snapshot 1; its draft was changed since."""
    made = world.act(world.cast.eve, make_agent, locked=2, live=2, slug=f"snapped-{next(_numbers)}")
    world.act(world.cast.eve, change_agent, made, bio="Changed since")
    return made


@pytest.fixture
def bob(world):
    return world.of(world.cast.bob)


@pytest.fixture
def eve(world):
    return world.of(world.cast.eve)


def rest(world, path):
    return world.server.get(f"/api/{path}", key=world.jwt(world.cast.bob))


def test_list_snapshots_is_what_rest_answers(world, bob, agent):
    result = bob.call("list_snapshots", agent_id=agent.slug)

    assert result.content[0].text == rest(world, f"agents/{agent.pk}/snapshots").text
    [item] = result.structured_content["items"]
    assert (item["version_number"], item["number"], item["published_by"]) == (1, 2, "Eve")


def test_get_snapshot_is_what_rest_answers_by_id_and_by_number(world, bob, agent):
    [item] = bob.said("list_snapshots", agent_id=str(agent.pk))["items"]

    by_id = bob.call("get_snapshot", snapshot_id=item["id"])
    by_number = bob.call("get_snapshot", agent_id=agent.slug, snapshot_id="1")

    answer = rest(world, f"agents/{agent.pk}/snapshots/{item['id']}").text
    assert by_id.content[0].text == by_number.content[0].text == answer
    whole = by_id.structured_content
    assert whole["agent_snapshot"]["id"] == str(agent.pk)
    assert [len(whole[f"{name}_snapshot"]) for name in ("schemas", "triggers", "mcp_servers")] == [1, 1, 1]


def test_a_number_alone_does_not_say_whose(bob):
    refused = bob.refused("get_snapshot", snapshot_id="1")

    assert (refused["code"], refused["field"]) == ("invalid", "agent_id")


def test_a_dry_run_shows_the_plan_and_binds_the_rollback(world, eve, agent):
    asked = {"agent_id": agent.slug, "snapshot_id": "1"}
    plan = eve.said("rollback_snapshot", **asked, dry_run=True)
    bound = asked | {"expected_version": plan["expected_version"], "reason": "It was better"}

    done = eve.said("rollback_snapshot", **bound)
    again = eve.refused("rollback_snapshot", **bound)

    assert (plan["dry_run"], plan["plan"]["updated"]) == (True, 1)
    assert done["restored_to_version"] == 1
    assert done["message"] == "Agent restored to snapshot 1"
    assert again["code"] == "stale"
    with told(world.cast.demo.id):
        event = Event.objects.get(name="snapshot.restored", artifact_id=agent.pk)
    assert (event.message, event.via, event.actor_id) == ("It was better", "mcp", world.cast.eve.id)


def test_every_row_of_it_is_a_change_of_its_own(eve, agent):
    eve.said("rollback_snapshot", agent_id=agent.slug, snapshot_id="1")

    newest = eve.said("list_agent_history", agent_id=agent.slug)["items"][0]
    assert (newest["changelog"], newest["actor"]["via"]) == ("Restored to snapshot 1", "mcp")


def test_publishing_afterwards_makes_it_live(eve, agent):
    done = eve.said("rollback_snapshot", agent_id=agent.slug, snapshot_id="1", publish=True)

    assert done["published"]["label"] == "v3"
    assert eve.said("list_snapshots", agent_id=agent.slug)["total"] == 2


@pytest.mark.parametrize(
    "asked", [{"snapshot_id": NOBODY}, {"snapshot_id": "9"}, {"snapshot_id": "0"}, {"snapshot_id": "x"},
              {"snapshot_id": "1", "agent_id": "nobody"}, {"snapshot_id": "9" * 40}],
)  # fmt: skip
def test_what_is_not_there_is_not_found(bob, agent, asked):
    found = bob.refused("get_snapshot", **{"agent_id": agent.slug, **asked})

    assert found == {"title": "Resource not found", "status": 404, "code": "not_found"}


def test_a_snapshot_of_another_agent_is_not_found(world, bob, agent):
    other = world.act(world.cast.eve, make_agent, slug=f"snapped-{next(_numbers)}")
    [item] = bob.said("list_snapshots", agent_id=agent.slug)["items"]

    assert bob.refused("get_snapshot", agent_id=other.slug, snapshot_id=item["id"])["code"] == "not_found"
