"""The two examples of the configuration history, letter by letter, through the official client."""

import json
from itertools import count

import pytest

from agents.services import change_agent
from tests.factories import make_agent

_numbers = count(1)


@pytest.fixture
def agent(world):
    """An agent at its version 3: the bio was written twice."""
    slug, eve = f"example-{next(_numbers)}", world.cast.eve
    made = world.act(eve, make_agent, slug=slug, bio="Original bio text")
    for bio in ("Draft bio text", "Updated bio text"):
        world.act(eve, change_agent, made, bio=bio)
    return made


def test_comparing_two_versions(world, agent):
    asked = {"resource_type": "agent", "resource_id": str(agent.pk), "from_version": 1, "to_version": 3}

    said = world.of(world.cast.bob).said("compare_versions", **asked)

    assert said == {
        "success": True,
        "comparison": {
            "from_version": 1,
            "to_version": 3,
            "diff": {"bio": {"from": "Original bio text", "to": "Updated bio text"}},
            "changed_field_count": 1,
        },
    }


def test_rolling_back_to_version_1_makes_version_4(world, agent):
    asked = {"resource_type": "agent", "resource_id": str(agent.pk), "target_version": 1}

    result = world.of(world.cast.eve).call("rollback_version", **asked)

    wanted = {
        "success": True,
        "message": "Resource restored to version 1",
        "restored": {"id": str(agent.pk), "bio": "Original bio text"},
        "restored_to_version": 1,
        "new_version": 4,
    }
    assert result.structured_content == wanted
    assert json.dumps(json.loads(result.content[0].text)) == json.dumps(wanted)  # the fields in this order
    listed = world.of(world.cast.bob).said("list_versions", resource_type="agent", resource_id=agent.slug)
    assert [item["version"] for item in listed["items"]] == [4, 3, 2, 1]
    newest = listed["items"][0]
    assert (newest["changelog"], newest["changed_by"]) == ("Restored to version 1", str(world.cast.eve.id))
    assert (newest["actor"]["via"], newest["actor"]["label"]) == ("mcp", "Eve")
