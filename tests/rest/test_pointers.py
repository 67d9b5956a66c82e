"""The pointers in REST: promote, roll back, unpublish, stage, unstage; what was served when."""

from datetime import UTC, datetime, timedelta

from tests.factories import make_prompt
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_promoting_answers_the_prompt_with_its_new_live(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=1, drafts=1)

    body = rest.post("prompts/greeting/versions/2/promote", message="Better").json()

    assert body["live"]["number"] == 2
    event = Event.objects.get(name="version.published", to_number=2)
    assert (event.from_number, event.message, event.via) == (1, "Better", "rest")


def test_promoting_needs_no_body(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    answer = rest.send("POST", "prompts/greeting/versions/1/promote", "")

    assert answer.json()["live"]["label"] == "v1"


def test_promoting_is_bound_to_what_was_reviewed(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=2)
    seen = rest.get("prompts/greeting").json()["generation"]
    services.update_draft(cast.eve, prompt, 2, source="Rewritten")
    services.promote(cast.eve, prompt, 3)

    rewritten = rest.post("prompts/greeting/versions/2/promote", {"If-Match": '"2-1"'})
    moved = rest.post("prompts/greeting/versions/2/promote", generation=seen)

    assert (rewritten.status_code, rewritten.json()["tag"]) == (412, '"2-2"')
    assert (moved.status_code, moved.json()["generation"] > seen) == (412, True)
    assert rest.get("prompts/greeting").json()["live"]["number"] == 3


def test_rolling_back_answers_in_the_envelope_of_every_rollback(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=3)

    body = rest.post("prompts/greeting/rollback", version=1, message="Too cold").json()

    assert (body["success"], body["message"], body["restored_to_version"], body["new_version"]) == (
        True, "Live is v1 again", 1, None,
    )  # fmt: skip
    assert body["restored"]["live"]["number"] == 1
    assert Version.objects.count() == 3


def test_rolling_back_forward_or_to_a_draft_is_refused_with_its_reason(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=2, drafts=1)
    services.roll_back(cast.eve, prompt, 1)

    codes = [rest.post("prompts/greeting/rollback", version=n).json()["code"] for n in (1, 2, 3, 4)]

    assert codes == ["already_live", "not_older", "not_frozen", "not_found"]


def test_unpublishing_clears_live(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=1)

    body = rest.post("prompts/greeting/unpublish", message="Not now").json()

    assert body["live"] is None
    assert rest.post("prompts/greeting/unpublish").json()["code"] == "not_live"


def test_staging_is_set_and_cleared(rest, cast):
    make_prompt(cast.eve, slug="greeting", drafts=2)

    staged = rest.put("prompts/greeting/staging", version=2).json()
    seen = rest.get("prompts/greeting/versions/2").json()
    cleared = rest.delete("prompts/greeting/staging").json()

    assert staged["staging"]["number"] == 2
    assert (seen["status"], seen["staging"]) == ("draft", True)
    assert cleared["staging"] is None
    assert rest.delete("prompts/greeting/staging").json()["code"] == "not_staged"


def test_setting_staging_where_it_is_off_is_refused(rest, cast):
    make_prompt(cast.eve, slug="greeting")
    rest.patch("workspace", staging_enabled=False)

    answer = rest.put("prompts/greeting/staging", version=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "staging_disabled")


def test_what_was_live_at_a_moment_is_told_with_who_and_why(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", drafts=2)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    services.promote(cast.eve.dated(noon), prompt, 1, message="First")
    services.stage(cast.ada.dated(noon + timedelta(hours=1)), prompt, 2)
    services.unpublish(cast.ada.dated(noon + timedelta(hours=2)), prompt, message="Wrong tone")

    def at(text: str) -> dict:
        return rest.get("prompts/greeting/live", at=text).json()

    before, then = at("2026-03-01T11:59:59Z"), at("2026-03-01T14:30:00+01:00")
    spaced, now = at("2026-03-01T13:30:00 01:00"), rest.get("prompts/greeting/live").json()

    assert (before["live"], before["staging"]) == (None, None)
    assert then["live"]["label"] == "v1"
    assert (then["live"]["actor"]["label"], then["live"]["message"]) == ("Eve", "First")
    assert then["staging"]["number"] == 2
    assert spaced["at"] == "2026-03-01T12:30:00Z"
    assert (now["live"]["number"], now["live"]["event"], now["live"]["message"]) == (
        None, "version.unpublished", "Wrong tone",
    )  # fmt: skip


def test_the_moment_of_an_event_finds_that_event(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=1)
    event = rest.get("prompts/greeting/events").json()["items"][0]

    body = rest.get("prompts/greeting/live", at=event["created"]).json()

    assert (event["name"], body["live"]["number"]) == ("version.published", 1)


def test_a_moment_that_is_none_is_refused(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    answers = [rest.get("prompts/greeting/live", at=text) for text in ("yesterday", "0001-01-01T00:00+23:59")]

    assert [(each.status_code, each.json()["field"]) for each in answers] == [(422, "at")] * 2
