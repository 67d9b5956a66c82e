"""Versions of agents in REST: list, read, lock, revert, compare; the Events."""

import pytest

from agents.services import change_agent
from tests.factories import AgentFactory, make_agent, make_prompt
from versioning.versions import services
from versioning.workspaces.models import Event


def test_the_history_begins_with_the_draft_and_is_without_texts_unless_asked(rest, cast):
    agent = make_agent(cast.eve, slug="desk", locked=2, live=1)
    services.stage(cast.eve, agent, 2)

    plain = rest.get("agents/desk/versions").json()["items"]
    full = rest.get("agents/desk/versions", include="source").json()["items"]

    said = [(v["label"], v["state"], v["live"], v["staging"], v["forked_from"]) for v in plain]
    assert said == [
        ("v3", "draft", False, False, 2), ("v2", "locked", False, True, 1),
        ("v1", "locked", True, False, None),
    ]  # fmt: skip
    assert not any("configuration" in version for version in plain)
    assert [v["configuration"]["agent"]["bio"] for v in full] == [
        "Answers the phone, in way 2.", "Answers the phone, in way 2.", "Answers the phone.",
    ]  # fmt: skip


def test_a_version_is_read_with_its_configuration_parsed(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1)

    answer = rest.get("agents/desk/versions/1")

    body = answer.json()
    assert (body["state"], body["message"], body["author"], answer["ETag"]) == (
        "locked", "Lock 1", "Eve", body["tag"],
    )  # fmt: skip
    assert body["locked_at"].endswith("Z")
    assert sorted(body["configuration"]) == ["agent", "mcp_servers", "schemas", "triggers"]
    assert body["configuration"]["triggers"][0]["trigger_config"] == {"cron": "0 3 * * *"}


def test_the_draft_is_read_by_its_number_and_by_its_name(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1)

    by_name, by_number = rest.get("agents/desk/versions/draft"), rest.get("agents/desk/versions/2")

    assert by_name.content == by_number.content
    assert by_name["ETag"] == by_number["ETag"] == rest.get("agents/desk").json()["draft"]["tag"]


def test_the_draft_is_as_its_rows_are_wherever_it_is_read(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=2)
    AgentFactory(actor=cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live"}})
    rest.post("prompts/greeting/rollback", version=1)

    draft = rest.get("agents/desk/versions/draft").json()
    listed = rest.get("agents/desk/versions", include="source").json()["items"][0]

    assert draft["configuration"]["agent"]["llm_config"]["prompts"] == {"greeting": 1}
    assert listed == draft
    assert rest.get("agents/desk").json()["draft"]["tag"] == draft["tag"]


def test_the_history_is_searched_in_messages_and_by_a_switch_in_texts(rest, cast):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    change_agent(cast.eve, agent, bio="An aardvark.")
    services.lock(cast.eve, agent, message="Of animals")

    by_message = rest.get("agents/desk/versions", q="animals").json()
    without, within = (rest.get("agents/desk/versions", q="aardvark", text=t).json() for t in (0, 1))

    assert (by_message["total"], without["total"], within["total"]) == (1, 0, 2)


def test_locking_answers_what_was_locked_and_the_draft_that_opened(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")
    tag = rest.get("agents/desk").json()["draft"]["tag"]

    answer = rest.post("agents/desk/lock", {"If-Match": tag}, message="First")

    body = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, "/api/agents/desk/versions/1")
    assert (body["version"]["label"], body["version"]["state"], body["version"]["message"]) == (
        "v1", "locked", "First",
    )  # fmt: skip
    assert body["draft"] == rest.get("agents/desk").json()["draft"]
    assert body["draft"]["number"] == 2
    event = Event.objects.get(name="version.locked")
    assert (event.to_number, event.message, event.via) == (1, "First", "rest")


def test_locking_and_reverting_need_no_body(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")

    locked = rest.send("POST", "agents/desk/lock", "")
    rest.patch("agents/desk", bio="Later.")
    reverted = rest.send("POST", "agents/desk/revert", "")

    assert (locked.status_code, reverted.status_code, reverted.json()["bio"]) == (
        201,
        200,
        "Answers the phone.",
    )


@pytest.mark.parametrize("verb", ["lock", "revert", "publish"])
@pytest.mark.parametrize("moved", ["own fields", "a part", "a prompt"])
def test_a_review_of_the_draft_is_refused_once_anything_of_it_moved(rest, cast, verb, moved):
    make_prompt(cast.eve, slug="greeting", live=2)
    make_agent(cast.eve, slug="desk", locked=1, llm_config={"prompts": {"greeting": "live"}})
    rest.patch("agents/desk", bio="Another.")
    tag = rest.get("agents/desk/versions/draft")["ETag"]
    body = {"version": "draft"} if verb == "publish" else {}

    if moved == "own fields":
        rest.patch("agents/desk", bio="Yet another.")
    elif moved == "a part":
        rest.post("agents/desk/triggers", name="another")
    else:
        rest.post("prompts/greeting/rollback", version=1)
    by_header = rest.post(f"agents/desk/{verb}", {"If-Match": tag}, **body)
    by_field = rest.post(f"agents/desk/{verb}", expected_version=tag, **body)

    now = rest.get("agents/desk/versions/draft")["ETag"]
    assert [(each.status_code, each.json()["code"]) for each in (by_header, by_field)] == [(412, "stale")] * 2
    assert by_header.json()["tag"] == now
    assert rest.post(f"agents/desk/{verb}", {"If-Match": now}, **body).status_code < 300


def test_reverting_puts_fields_and_parts_back(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1)
    before = rest.get("agents/desk")
    server = rest.get("agents/desk/mcp-servers").json()["items"][0]
    rest.patch("agents/desk", bio="Changed.")
    rest.delete(f"agents/desk/mcp-servers/{server['id']}")

    answer = rest.post("agents/desk/revert")

    assert (answer.json()["bio"], answer["ETag"]) == ("Answers the phone.", before["ETag"])
    assert answer.json()["draft"] == before.json()["draft"]
    assert rest.get(f"agents/desk/mcp-servers/{server['id']}").json()["name"] == "tools"
    assert Event.objects.get(name="version.reverted").via == "rest"


def test_what_cannot_be_reverted_is_refused_with_its_reason(rest, cast):
    AgentFactory(actor=cast.eve, slug="first")
    make_agent(cast.eve, slug="same", locked=1)

    codes = [rest.post(f"agents/{slug}/revert").json()["code"] for slug in ("first", "same")]

    assert codes == ["nothing_to_revert", "unchanged"]


def test_a_draft_that_names_a_prompt_without_a_live_version_cannot_be_locked(rest, cast):
    make_prompt(cast.eve, slug="greeting")
    AgentFactory(actor=cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live"}})

    answer = rest.post("agents/desk/lock")

    assert (answer.status_code, answer.json()["code"], answer.json()["prompt"]) == (
        409, "prompt_not_live", "greeting",
    )  # fmt: skip


def test_a_comparison_tells_every_field_in_the_envelope_of_every_comparison(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1)
    trigger = rest.get("agents/desk/triggers").json()["items"][0]
    server = rest.get("agents/desk/mcp-servers").json()["items"][0]
    rest.patch("agents/desk", bio="Another.", llm_config={"model": "small", "temperature": 0.7})
    rest.patch(f"agents/desk/triggers/{trigger['id']}", enabled=False)
    rest.patch(f"agents/desk/mcp-servers/{server['id']}", config={"api_key": "sealed-away-1234"})

    body = rest.get("agents/desk/compare", **{"from": 1, "to": "draft"}).json()

    comparison = body["comparison"]
    assert body["success"] is True
    assert (comparison["from_version"], comparison["to_version"]) == (1, 2)
    assert comparison["diff"]["bio"] == {"from": "Answers the phone.", "to": "Another."}
    assert comparison["diff"]["llm_config.temperature"] == {"from": 0.2, "to": 0.7}
    assert comparison["diff"]["llm_config.instructions"] == {"from": "Be brief.\nBe kind.", "to": None}
    assert comparison["diff"]["triggers.nightly.enabled"] == {"from": True, "to": False}
    assert comparison["diff"]["mcp_servers.tools.config.api_key"] == {
        "from": None, "to": "••••", "note": "secret set",
    }  # fmt: skip
    assert comparison["changed_field_count"] == len(comparison["diff"]) == 5
    assert comparison["url"].endswith("/w/demo/agents/desk/compare/1...2/")


def test_versions_that_are_the_same_differ_in_nothing(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1)

    comparison = rest.get("agents/desk/compare", **{"from": 1, "to": 2}).json()["comparison"]

    assert (comparison["diff"], comparison["changed_field_count"]) == ({}, 0)


@pytest.mark.parametrize(("old", "new"), [(1, 9), (9, "draft"), (2**31 - 1, 1)])
def test_comparing_what_is_not_there_is_not_found(rest, cast, old, new):
    make_agent(cast.eve, slug="desk", locked=1)

    answer = rest.get("agents/desk/compare", **{"from": old, "to": new})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_events_of_an_agent_are_its_own(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1, live=1)
    make_agent(cast.eve, slug="other", locked=1)

    items = rest.get("agents/desk/events").json()["items"]

    assert [event["name"] for event in items] == ["version.published", "version.locked", "artifact.created"]
    assert {event["artifact"]["kind"] for event in items} == {"agent"}
    assert {event["artifact"]["slug"] for event in items} == {"desk"}


def test_the_former_configuration_is_in_the_event_itself_and_not_in_lists(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")
    rest.patch("agents/desk", bio="Another.")

    listed = rest.get("agents/desk/events").json()["items"][0]
    alone = rest.get(f"events/{listed['id']}").json()

    assert "source" not in listed["data"]["former"]
    assert '"bio": "Answers the phone."' in alone["data"]["former"]["source"]
