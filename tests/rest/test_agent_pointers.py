"""The pointers of agents in REST: publish, roll back, unpublish, stage, unstage; what was served when."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import AgentFactory, make_agent, make_prompt
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_publishing_a_locked_version_answers_the_agent_with_its_new_live(rest, cast):
    make_agent(cast.eve, slug="desk", locked=2)

    body = rest.post("agents/desk/publish", version=1, message="Better").json()

    assert (body["live"]["number"], body["draft"]["number"]) == (1, 3)
    event = Event.objects.get(name="version.published")
    assert (event.from_number, event.to_number, event.message, event.via) == (None, 1, "Better", "rest")


@pytest.mark.parametrize("which", ["draft", 2])
def test_publishing_the_draft_locks_it_first_in_one_act(rest, cast, which):
    make_agent(cast.eve, slug="desk", locked=1, live=1)

    body = rest.post("agents/desk/publish", version=which, message="Go").json()

    assert (body["live"]["number"], body["draft"]["number"]) == (2, 3)
    acts = Event.objects.filter(artifact_id=body["id"], to_number=2).order_by("sequence")
    assert [(act.name, act.message) for act in acts] == [
        ("version.locked", "Go"), ("version.published", "Go"),
    ]  # fmt: skip
    assert acts[0].act_id == acts[1].act_id


def test_the_draft_itself_is_published_when_asked_and_serves_its_later_saves(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1)

    body = rest.post("agents/desk/publish", version="draft", lock=False).json()
    rest.patch("agents/desk", bio="At once.")

    assert (body["live"]["number"], body["draft"]["number"]) == (2, 2)
    version = rest.get("agents/desk/versions/2").json()
    assert (version["state"], version["live"], version["configuration"]["agent"]["bio"]) == (
        "draft", True, "At once.",
    )  # fmt: skip
    assert rest.get("agents/desk").json()["generation"] > body["generation"]


def test_where_live_is_protected_only_what_is_locked_goes_live(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1)
    rest.patch("workspace", protect_live=True)

    itself = rest.post("agents/desk/publish", version="draft", lock=False)
    by_eve = rest.of(cast.eve).post("agents/desk/publish", version=1)
    locked = rest.post("agents/desk/publish", version="draft")

    assert (itself.status_code, itself.json()["code"]) == (409, "live_protected")
    assert (by_eve.status_code, by_eve.json()["code"], by_eve.json()["role"]) == (403, "forbidden", "admin")
    assert locked.json()["live"]["number"] == 2


def test_where_live_is_protected_editors_write_to_no_draft_that_is_live(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")
    rest.post("agents/desk/publish", version="draft", lock=False)
    rest.patch("workspace", protect_live=True)
    eve = rest.of(cast.eve)

    answers = [
        eve.patch("agents/desk", bio="x"), eve.post("agents/desk/triggers", name="x"),
        eve.post("agents/desk/lock"),
    ]  # fmt: skip

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "forbidden")}
    assert rest.patch("agents/desk", bio="x").status_code == 200


def test_publishing_is_bound_to_what_was_reviewed(rest, cast):
    agent = make_agent(cast.eve, slug="desk", locked=2, live=1)
    seen = rest.get("agents/desk").json()["generation"]
    services.promote(cast.eve, agent, 2)

    moved = rest.post("agents/desk/publish", version="draft", generation=seen)
    other = rest.post("agents/desk/publish", {"If-Match": '"1-0000000000000000"'}, version=1)

    assert (moved.status_code, moved.json()["generation"] > seen) == (412, True)
    assert (other.status_code, other.json()["number"]) == (412, 1)
    assert rest.get("agents/desk").json()["live"]["number"] == 2
    assert Version.objects.count() == 3


def test_what_is_live_already_is_not_published_again(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1, live=1)

    codes = [rest.post("agents/desk/publish", version=n).json()["code"] for n in (1, 9)]

    assert codes == ["already_live", "not_found"]


def test_a_named_prompt_becomes_a_number_when_the_draft_goes_live(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=2)
    AgentFactory(actor=cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live"}})

    rest.post("agents/desk/publish", version="draft", lock=False)
    rest.post("prompts/greeting/rollback", version=1)

    live = Version.objects.get(artifact__slug="desk")
    assert '"greeting": 2' in live.source
    assert rest.get("agents/desk").json()["llm_config"]["prompts"] == {"greeting": "live"}


def test_rolling_back_answers_in_the_envelope_of_every_rollback(rest, cast):
    make_agent(cast.eve, slug="desk", locked=3, live=3)
    rest.patch("agents/desk", bio="In work.")

    body = rest.post("agents/desk/rollback", version=1, message="Too cold").json()

    assert (body["success"], body["message"], body["restored_to_version"], body["new_version"]) == (
        True, "Live is v1 again", 1, None,
    )  # fmt: skip
    assert (body["restored"]["live"]["number"], body["restored"]["bio"]) == (1, "In work.")


def test_rolling_back_forward_or_to_the_draft_is_refused_with_its_reason(rest, cast):
    agent = make_agent(cast.eve, slug="desk", locked=2, live=2)
    services.roll_back(cast.eve, agent, 1)

    codes = [rest.post("agents/desk/rollback", version=n).json()["code"] for n in (1, 2, 3, 4)]

    assert codes == ["already_live", "not_older", "not_frozen", "not_found"]


def test_unpublishing_clears_live(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1, live=1)

    body = rest.post("agents/desk/unpublish", message="Not now").json()

    assert body["live"] is None
    assert rest.post("agents/desk/unpublish").json()["code"] == "not_live"


@pytest.mark.parametrize(("which", "number"), [(1, 1), ("draft", 2)])
def test_staging_is_set_and_cleared(rest, cast, which, number):
    make_agent(cast.eve, slug="desk", locked=1)

    staged = rest.put("agents/desk/staging", version=which).json()
    seen = rest.get(f"agents/desk/versions/{number}").json()
    cleared = rest.delete("agents/desk/staging").json()

    assert (staged["staging"]["number"], seen["staging"], cleared["staging"]) == (number, True, None)
    assert rest.delete("agents/desk/staging").json()["code"] == "not_staged"


def test_setting_staging_where_it_is_off_is_refused(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")
    rest.patch("workspace", staging_enabled=False)

    answer = rest.put("agents/desk/staging", version="draft")

    assert (answer.status_code, answer.json()["code"]) == (409, "staging_disabled")


def test_moves_are_bound_to_the_pointers_that_were_seen(rest, cast):
    make_agent(cast.eve, slug="desk", locked=2, live=2)
    seen = rest.get("agents/desk").json()["generation"]
    rest.put("agents/desk/staging", version=1)

    answers = [
        rest.post("agents/desk/rollback", version=1, generation=seen),
        rest.post("agents/desk/unpublish", generation=seen),
        rest.put("agents/desk/staging", version=2, generation=seen),
        rest.delete(f"agents/desk/staging?generation={seen}"),
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(412, "stale")}


def test_what_was_live_at_a_moment_is_told_with_who_and_why(rest, cast):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    services.promote(cast.eve.dated(noon), agent, 1, message="First")
    services.unpublish(cast.ada.dated(noon + timedelta(hours=2)), agent, message="Wrong tone")

    before, then = (
        rest.get("agents/desk/live", at=at).json() for at in ("2026-03-01T11:59Z", "2026-03-01T13:00Z")
    )
    now = rest.get("agents/desk/live").json()

    assert (before["live"], then["staging"]) == (None, None)
    assert (then["live"]["label"], then["live"]["actor"]["label"], then["live"]["message"]) == (
        "v1",
        "Eve",
        "First",
    )
    assert (now["live"]["number"], now["live"]["event"]) == (None, "version.unpublished")
