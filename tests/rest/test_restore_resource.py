"""Restoring one resource by REST: the plan, the choice of fields, what comes back, and what is refused."""

import pytest

from agents.models import AgentTrigger
from agents.services.parts import remove_part
from prompts.services import change_prompt
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from versioning.changes.models import Change
from versioning.versions import services


def beginning(cast):
    return make_agent(cast.eve, slug="desk", bio="First.")


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


@pytest.fixture
def trigger(agent):
    return AgentTrigger.objects.of(agent).get()


@pytest.fixture
def path(agent):
    return f"agents/desk/versions/agent/{agent.pk}"


def test_a_dry_run_answers_the_plan_and_changes_nothing(rest, cast, agent, path):
    rest.patch("agents/desk", bio="Second.", name="Other")
    before = Change.objects.count()

    answer = rest.post(f"{path}/rollback", target_version=1, dry_run=True, expected_version=2)

    assert answer.json() == {
        "success": True, "dry_run": True, "expected_version": 2,
        "message": "Version 1 would be restored: 0 created, 1 updated, 0 deleted",
        "plan": {
            "created": 0, "updated": 1, "deleted": 0,
            "steps": [
                {
                    "action": "updated", "resource_type": "agent", "resource_id": str(agent.pk),
                    "label": "Other",
                    "fields": {
                        "name": {"from": "Other", "to": "Front desk"},
                        "bio": {"from": "Second.", "to": "First."},
                    },
                }
            ],
        },
    }  # fmt: skip
    agent.refresh_from_db()
    assert (agent.bio, Change.objects.count()) == ("Second.", before)


def test_what_changed_since_the_plan_is_not_overwritten(rest, agent, path):
    rest.patch("agents/desk", bio="Second.")
    planned = rest.post(f"{path}/rollback", target_version=1, dry_run=True).json()["expected_version"]
    rest.patch("agents/desk", bio="Third.")

    answer = rest.post(f"{path}/rollback", target_version=1, expected_version=planned)

    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (412, "stale", 3)
    agent.refresh_from_db()
    assert agent.bio == "Third."


def test_only_the_chosen_fields_are_put_back(rest, agent, path):
    rest.patch("agents/desk", bio="Second.", name="Other")

    answer = rest.post(f"{path}/rollback", target_version=1, fields=["bio"])

    assert answer.json()["restored"] == {"id": str(agent.pk), "bio": "First."}
    agent.refresh_from_db()
    assert (agent.bio, agent.name) == ("First.", "Other")


def test_a_deleted_part_comes_back_under_its_id(rest, cast, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)

    answer = rest.post(f"agents/desk/versions/trigger/{trigger.pk}/rollback", target_version=1)

    assert (answer.json()["restored"]["id"], answer.json()["new_version"]) == (str(trigger.pk), 3)
    assert answer.json()["restored"]["name"] == "nightly"
    assert rest.get(f"agents/desk/triggers/{trigger.pk}").json()["name"] == "nightly"


def test_going_back_to_a_deletion_deletes(rest, cast, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)
    path = f"agents/desk/versions/trigger/{trigger.pk}/rollback"
    rest.post(path, target_version=1)

    answer = rest.post(path, target_version=2).json()

    assert (answer["restored"], answer["new_version"]) == ({"id": str(trigger.pk)}, 4)
    assert not AgentTrigger.objects.of(agent).exists()


def test_the_reason_stays_in_the_event_and_beside_the_change(rest, agent, path):
    rest.patch("agents/desk", bio="Second.")

    rest.post(f"{path}/rollback", target_version=1, reason="It was better")

    event = rest.get("agents/desk/events").json()["items"][0]
    assert (event["name"], event["message"]) == ("resource.restored", "It was better")
    assert event["data"]["version"] == 1
    newest = rest.get(f"{path}/3").json()
    assert (newest["changelog"], newest["actor"]["why"]) == ("Restored to version 1", "It was better")


def test_publish_makes_it_live_at_once(rest, cast, agent, path):
    services.promote(cast.eve, agent, 1)
    rest.patch("agents/desk", bio="Second.")
    rest.post("agents/desk/publish", version="draft")
    bio = f"{path}/rollback"

    answer = rest.post(bio, target_version=1, publish=True).json()

    assert (answer["new_version"], answer["published"]) == (3, {"number": 3, "label": "v3"})
    assert rest.get("agents/desk").json()["live"]["number"] == 3


def test_a_restore_that_would_change_nothing_is_refused(rest, agent, path):
    answer = rest.post(f"{path}/rollback", target_version=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "unchanged")


def test_twice_the_same_request_restores_once(rest, agent, path):
    rest.patch("agents/desk", bio="Second.")

    answers = [rest.post(f"{path}/rollback", {"Idempotency-Key": "k"}, target_version=1) for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert rest.get(path).json()["total"] == 3


def test_a_prompts_row_goes_back_like_an_agents(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", name="Greeting")
    change_prompt(cast.eve, prompt, name="Other", tags=["new"])

    compared = rest.get("prompts/greeting/history/compare?from=1&to=2").json()["comparison"]
    restored = rest.post("prompts/greeting/history/rollback", target_version=1, fields=["name"]).json()

    assert compared["diff"]["name"] == {"from": "Greeting", "to": "Other"}
    assert restored == {
        "success": True, "message": "Resource restored to version 1",
        "restored": {"id": str(prompt.pk), "name": "Greeting"}, "restored_to_version": 1, "new_version": 3,
    }  # fmt: skip
    assert rest.get("prompts/greeting/history/3").json()["changelog"] == "Restored to version 1"
    assert rest.get("prompts/greeting/history").json()["total"] == 3
    assert rest.get("prompts/greeting").json()["tags"] == ["new"]
