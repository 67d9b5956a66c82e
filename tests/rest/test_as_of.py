"""What was configured, live and staged at a moment: `/as-of?at=` of agents and prompts."""

from datetime import timedelta, timezone

import pytest

from agents.models import AgentTrigger
from agents.services import change_agent
from agents.services.parts import remove_part
from prompts.services import change_prompt
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from versioning.changes.models import Change
from versioning.versions import services


def beginning(cast):
    """v1 was published, the bio changed, v2 published, the trigger removed."""
    made = make_agent(cast.eve, slug="desk", bio="First.")
    services.promote(cast.eve, made, 1)
    change_agent(cast.eve, made, bio="Second.")
    services.promote(cast.eve, made, 2, message="Out")
    remove_part(cast.eve, made, AgentTrigger, AgentTrigger.objects.of(made).get().pk)
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def moment_of(agent, version, **of):
    """When a Change was made."""
    rows = Change.objects.filter(**of) if of else Change.objects.filter(resource_id=agent.pk)
    return rows.get(version=version).created_at


def as_of(rest, at, path="agents/desk"):
    answer = rest.get(f"{path}/as-of", at=at.isoformat() if at else "")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_moment_answers_what_each_resource_was_with_its_version(rest, agent):
    found = as_of(rest, moment_of(agent, 1, resource_type="mcp_server"))

    assert set(found["configuration"]) == {"agent", "schema", "trigger", "mcp_server"}
    [own] = found["configuration"]["agent"]
    assert (own["version"], own["data"]["bio"], own["resource_id"]) == (1, "First.", str(agent.pk))
    assert (found["live"], found["staging"]) == (None, None)


def test_a_later_moment_answers_the_later_version_and_what_was_live(rest, agent):
    found = as_of(rest, moment_of(agent, 2))

    assert [each["data"]["bio"] for each in found["configuration"]["agent"]] == ["Second."]
    assert (found["live"]["label"], found["live"]["actor"]["label"]) == ("v1", "Eve")


def test_what_was_deleted_by_then_is_left_out_and_now_is_the_default(rest, agent):
    found = as_of(rest, None)

    assert "trigger" not in found["configuration"]
    assert (found["live"]["number"], found["live"]["message"]) == (2, "Out")


def test_a_moment_takes_any_offset_and_is_answered_in_utc(rest, agent):
    at = moment_of(agent, 2)
    in_kolkata = at.astimezone(timezone(timedelta(hours=5, minutes=30)))

    by_offset = as_of(rest, in_kolkata)
    plain = rest.get(f"agents/desk/as-of?at={at:%Y-%m-%dT%H:%M:%S.%f}Z").json()

    assert by_offset == plain
    assert plain["at"] == f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def test_before_anything_was_there_is_nothing(rest, agent):
    found = rest.get("agents/desk/as-of?at=2001-01-01T00:00:00Z").json()

    assert (found["configuration"], found["live"]) == ({}, None)


def test_a_prompt_answers_its_row_and_what_was_live(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", name="Greeting", live=1)
    at = Change.objects.get(resource_id=prompt.pk).created_at
    change_prompt(cast.eve, prompt, name="Other")

    then, now = as_of(rest, at, "prompts/greeting"), as_of(rest, None, "prompts/greeting")

    [was], [is_now] = then["configuration"]["prompt"], now["configuration"]["prompt"]
    assert (was["version"], was["data"]["name"], then["live"]) == (1, "Greeting", None)
    assert (is_now["version"], is_now["data"]["name"], now["live"]["label"]) == (2, "Other", "v1")


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", "9999-12-31T23:59:59-23:59", "1", "a" * 61])
@pytest.mark.parametrize("path", ["agents/desk", "prompts/greeting"])
def test_what_is_no_moment_is_refused(rest, cast, agent, path, at):
    make_prompt(cast.eve, slug="greeting")

    answer = rest.get(f"{path}/as-of", at=at)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
