"""The workspace in REST: settings, members, invites, keys, Events."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_prompt
from versioning.versions import services
from versioning.workspaces import keys
from versioning.workspaces.models import ApiKey, Event, Member, Once
from versioning.workspaces.services.members import find_invite


def test_settings_are_read_and_changed(rest):
    before = rest.get("workspace").json()
    after = rest.patch("workspace", name="Demo", protect_live=True).json()

    assert (before["slug"], before["staging_enabled"], before["protect_live"]) == ("demo", True, False)
    assert (after["name"], after["protect_live"], after["staging_enabled"]) == ("Demo", True, True)
    assert Event.objects.get(name="workspace.changed").via == "rest"


def test_closing_takes_the_slug_and_ends_every_token(rest, cast):
    eve = rest.of(cast.eve)

    wrong = rest.post("workspace/close", confirm="other")
    by_eve = eve.post("workspace/close", confirm="demo")
    right = rest.post("workspace/close", confirm="demo")

    assert (wrong.status_code, by_eve.status_code, right.status_code) == (422, 403, 204)
    assert eve.get("prompts").status_code == 401


def test_members_are_listed_given_roles_and_removed(rest, cast):
    listed = {member["email"]: member for member in rest.get("members").json()["items"]}
    eve = listed["eve@example.com"]["id"]

    changed = rest.patch(f"members/{eve}", role="admin").json()
    removed = rest.delete(f"members/{eve}")

    assert len(listed) == 4
    assert (changed["role"], changed["name"]) == ("admin", "Eve")
    assert removed.status_code == 204
    assert not Member.objects.filter(pk=eve).exists()
    assert rest.of(cast.eve).get("prompts").status_code == 401


def test_the_last_owner_stays(rest, cast):
    alice = next(m["id"] for m in rest.get("members").json()["items"] if m["role"] == "owner")

    codes = [rest.patch(f"members/{alice}", role="viewer").json()["code"]]
    codes.append(rest.delete(f"members/{alice}").json()["code"])

    assert codes == ["last_owner"] * 2


def test_an_invite_shows_its_link_once_and_is_revoked(rest):
    made = rest.post("invites", role="viewer", note="for Dan", days=3).json()
    listed = rest.get("invites").json()["items"]
    secret = made["url"].rstrip("/").rsplit("/", 1)[1]
    opens = find_invite(secret)

    revoked = rest.delete(f"invites/{made['id']}")

    assert opens
    assert [(each["note"], each["created_by"]) for each in listed] == [("for Dan", "Alice")]
    assert "url" not in listed[0]
    assert (revoked.status_code, find_invite(secret)) == (204, None)


def test_a_key_is_shown_once_and_revoked_at_once(rest, cast):
    made = rest.post("keys", name="checkout", kind="live", scopes=["history"]).json()
    program = type(rest)(cast, made["key"])
    reads = program.get("prompts").status_code

    listed = rest.get("keys").json()["items"]
    revoked = rest.delete(f"keys/{made['id']}").json()

    assert keys.well_formed(made["key"])
    assert reads == 200
    assert "key" not in listed[0]
    assert (listed[0]["prefix"], listed[0]["scopes"]) == (made["key"][:12], ["history"])
    assert revoked["revoked"]
    assert program.get("prompts").status_code == 401
    assert rest.delete(f"keys/{made['id']}").json()["code"] == "key_revoked"


def test_when_a_key_was_last_used_is_kept_to_the_minute(rest):
    program = rest.with_key("history")

    program.get("prompts")
    first = ApiKey.objects.get().last_used_at
    program.get("prompts")

    assert timezone.now() - first < timedelta(minutes=1)
    assert ApiKey.objects.get().last_used_at == first


def test_a_key_that_has_expired_is_refused(rest):
    program = rest.with_key("history")
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert program.get("prompts").status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"kind": "prod"}, {"scopes": ["all"]}, {"name": ""}, {"expires": "2020-01-01T00:00Z"}]
)
def test_a_wrong_key_is_not_made(rest, wrong):
    answer = rest.post("keys", **{"name": "k", "kind": "live"} | wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert not ApiKey.objects.exists()


def test_a_shown_key_lies_nowhere_in_the_database_also_when_the_request_is_repeated(rest):
    once = {"Idempotency-Key": "k-1"}

    first = rest.post("keys", once, name="k", kind="live")
    again = rest.post("keys", once, name="k", kind="live")

    secret = first.json()["key"].encode()
    assert again.content == first.content
    assert ApiKey.objects.count() == 1
    assert secret not in bytes(Once.objects.get().body)


def test_events_of_the_workspace_name_their_artifact(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting")
    services.update_draft(cast.eve, prompt, 1, source="Rewritten")
    rest.patch("workspace", name="Demo")

    body = rest.get("events").json()

    newest, rewrite = body["items"][0], body["items"][1]
    assert (newest["name"], newest["artifact"]) == ("workspace.changed", None)
    assert (rewrite["name"], rewrite["artifact"]) == (
        "version.updated", {"kind": "prompt", "slug": "greeting"},
    )  # fmt: skip
    assert rewrite["actor"]["label"] == "Eve"


def test_the_former_text_is_in_the_event_itself_and_not_in_lists(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", source="Former")
    services.update_draft(cast.eve, prompt, 1, source="Rewritten")

    listed = rest.get("prompts/greeting/events").json()["items"][0]
    alone = rest.get(f"events/{listed['id']}").json()

    assert "source" not in listed["data"]["former"]
    assert alone["data"]["former"]["source"] == "Former"


def test_events_are_filtered_by_name_and_time(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=2)

    published = rest.get("events", name="version.published").json()
    later = rest.get("events", since=published["items"][0]["created"]).json()
    earlier = rest.get("events", until=published["items"][1]["created"], name="version.published").json()

    assert published["total"] == 2
    assert [event["to_version"] for event in later["items"]] == [2]
    assert [event["to_version"] for event in earlier["items"]] == [1]
    assert rest.get("events", name="no.such").status_code == 422
