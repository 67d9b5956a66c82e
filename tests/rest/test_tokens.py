"""MCP tokens in REST: made, listed, revoked; and refused as a way in."""

from uuid import uuid4

from versioning.workspaces.models import Event, MemberToken


def test_a_token_is_shown_once_listed_and_revoked(cast, rest):
    bob = rest.of(cast.bob)
    made = bob.post("tokens", name="Claude", days=7)
    token = made.json()

    listed = bob.get("tokens").json()
    revoked = bob.delete(f"tokens/{token['id']}")

    assert made.status_code == 201
    assert token["token"].startswith("pv_mcp_")
    assert token["url"].endswith("/mcp")
    assert (listed["total"], listed["items"][0]["member"], "token" in listed["items"][0]) == (1, "Bob", False)
    assert (revoked.status_code, bool(revoked.json()["revoked"])) == (200, True)
    assert bob.delete(f"tokens/{token['id']}").json()["code"] == "key_revoked"
    assert [event.via for event in Event.objects.filter(name__startswith="token.")] == ["rest", "rest"]


def test_members_see_their_own_and_admins_everyones(cast, rest):
    for actor in (cast.bob, cast.eve):
        rest.of(actor).post("tokens", name=actor.label)

    assert [each["name"] for each in rest.of(cast.bob).get("tokens").json()["items"]] == ["Bob"]
    assert {each["name"] for each in rest.get("tokens").json()["items"]} == {"Bob", "Eve"}


def test_a_key_neither_makes_nor_lists_nor_revokes_one(rest):
    program = rest.with_key("history", "drafts")

    answers = [program.post("tokens", name="x"), program.get("tokens"), program.delete(f"tokens/{uuid4()}")]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "forbidden")] * 3


def test_a_token_does_not_open_rest(cast, rest):
    secret = rest.post("tokens", name="Claude").json()["token"]

    answer = type(rest)(cast, secret).get("prompts")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert "/mcp" in answer.json()["title"]


def test_what_is_another_workspaces_is_not_found(cast, rest):
    made = rest.post("tokens", name="Claude").json()

    strange = rest.of(cast.charlie).delete(f"tokens/{made['id']}")

    assert strange.content == rest.delete(f"tokens/{uuid4()}").content
    assert strange.status_code == 404


def test_wrong_bodies_are_told_by_field(rest):
    for body in ({}, {"name": ""}, {"name": "x", "days": 91}, {"name": "x", "more": 1}, {"name": 7}):
        answer = rest.post("tokens", **body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body
    assert not MemberToken.objects.exists()
