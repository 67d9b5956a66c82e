"""Connectors and conversations in REST: the same verbs, the same refusals, as JSON."""

import json
import uuid
from typing import Any

import pytest

from agents.models import Connector
from agents.services.connectors import change_connector, remove_connector
from tests.agents.calls import converse, make_connector, split
from tests.factories import make_agent
from tests.kept import begin_with
from versioning.workspaces.models import Event


def beginning(cast: Any) -> Any:
    """An agent with three locked versions, the third live."""
    return make_agent(cast.eve, slug="desk", locked=3, live=3)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def desk(scene: tuple[Any, Any]) -> Any:
    return scene[1]


SHARES = [{"version": 1, "weight": 80}, {"version": 2, "weight": 12.5}, {"version": 3, "weight": 7.5}]


def test_a_connector_is_made_read_changed_and_removed(rest, cast, desk):
    made = rest.post("agents/desk/connectors", name="Line", channel="phone", address="+41 79 123 45 67")
    url = made["Location"].removeprefix("/api/")
    changed = rest.patch(url, {"If-Match": made["ETag"]}, target="split", split=SHARES)
    pinned = rest.patch(url, version=2)
    gone = rest.delete(url, {"If-Match": pinned["ETag"]})

    first, second, third = made.json(), changed.json(), pinned.json()
    assert (made.status_code, first["address"], first["target"]) == (201, "+41791234567", "live")
    assert (second["target"], second["split"], second["tag"]) == ("split", SHARES, '"2"')
    assert (third["target"], third["version"], third["split"]) == ("version", 2, [])
    assert (gone.status_code, rest.get(url).status_code) == (204, 404)
    names = [event.name for event in Event.objects.of(desk.pk).order_by("sequence")][-4:]
    assert names == ["connector.created", "connector.changed", "connector.changed", "connector.removed"]
    assert {event.via for event in Event.objects.of(desk.pk).filter(name__startswith="connector.")} == {
        "rest"
    }


def test_how_many_went_each_way_is_told(rest, cast, desk):
    connector = make_connector(cast.eve, desk, **split((1, 80), (2, 20)))
    converse(desk, 1, connector=connector)
    change_connector(cast.eve, desk, connector.pk, **split((2, 20), (3, 80)))
    converse(desk, 3, connector=connector)

    (listed,) = rest.get("agents/desk/connectors").json()["items"]

    calls = listed["conversations"]
    assert (calls["total"], calls["since_target"]) == (2, 1)
    assert calls["last"].endswith("Z")
    assert [(way["version"], way["wanted"], way["since_target"], way["total"])
            for way in calls["versions"]] == [(3, 80, 1, 1), (2, 20, 0, 0), (1, None, 0, 1)]  # fmt: skip
    assert rest.get(f"agents/{desk.pk}/connectors/{connector.pk}").json() == listed


def test_a_write_over_somebody_else_s_is_refused(rest, cast, desk):
    connector = make_connector(cast.eve, desk)
    url = f"agents/desk/connectors/{connector.pk}"
    change_connector(cast.ada, desk, connector.pk, name="Ada's")

    by_header = rest.patch(url, {"If-Match": '"1"'}, name="Mine")
    by_field = rest.patch(url, name="Mine", expected_version="1")
    strange = rest.delete(url, {"If-Match": '"8-1"'})

    assert [(each.status_code, each.json()["code"]) for each in (by_header, by_field, strange)] == [
        (412, "stale")
    ] * 3
    assert by_header.json()["revision"] == 2
    assert rest.patch(url, {"If-Match": "*"}, name="Mine").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "", "channel": "api"}, 422, "invalid"),
        ({"name": "x", "channel": "fax"}, 422, "invalid"),
        ({"name": "x", "channel": "phone", "address": "079"}, 422, "invalid"),
        ({"name": "x", "channel": "api", "target": "split", "split": SHARES[:2]}, 422, "invalid"),
        ({"name": "x", "channel": "api", "split": SHARES}, 422, "invalid"),
        ({"name": "x", "channel": "api", "target": "version"}, 422, "invalid"),
        ({"name": "x", "channel": "api", "version": 4}, 409, "not_frozen"),
        ({"name": "x", "channel": "api", "version": 99}, 422, "invalid"),
        ({"name": "x", "channel": "api", "version": 1, "target": "live"}, 422, "invalid"),
        ({"name": "x", "channel": "api", "version": 1, "split": SHARES}, 422, "invalid"),
        ({"name": "x", "channel": "api", "version": 0}, 422, "invalid"),
        ({"name": "x", "channel": "api", "version": 2**40}, 422, "invalid"),
        ({"name": "x", "channel": "api", "split": [{"version": 1}]}, 422, "invalid"),
        ({"name": "x", "channel": "api", "split": "x"}, 422, "invalid"),
        ({"name": "x", "channel": "api", "places": []}, 422, "invalid"),
        ({"name": 7, "channel": "api"}, 422, "invalid"),
        ({"channel": "api"}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(rest, cast, desk, body, status, code):
    answer = rest.post("agents/desk/connectors", **body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Connector.objects.count() == 0


@pytest.mark.parametrize("weight", ["NaN", "1e999", "1e-999", "null", '"x"', "[]", "true", "-1"])
def test_no_weight_makes_it_fail(rest, cast, desk, weight):
    body = (
        '{"name": "x", "channel": "api", "target": "split",'
        f' "split": [{{"version": 1, "weight": {weight}}}, {{"version": 2, "weight": 50}}]}}'
    )

    answer = rest.send("POST", "agents/desk/connectors", body)

    assert answer.status_code in (400, 422), answer.content


def test_the_same_request_twice_makes_one(rest, cast, desk):
    sent = {"Idempotency-Key": "once"}

    answers = [rest.post("agents/desk/connectors", sent, name="Line", channel="api") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Connector.objects.count() == 1


def test_conversations_are_listed_and_narrowed_with_a_cursor(rest, cast, desk):
    connector = make_connector(cast.eve, desk)
    ids = [str(converse(desk, 1 + n % 2, connector=connector if n % 3 else None, caller=f"c{n % 4}").pk)
           for n in range(7)]  # fmt: skip
    url = "agents/desk/conversations"

    seen, page = [], rest.get(url, limit=3).json()
    seen += [each["id"] for each in page["items"]]
    while page["next_cursor"]:
        page = rest.get(url, limit=3, cursor=page["next_cursor"]).json()
        seen += [each["id"] for each in page["items"]]

    assert seen == ids[::-1]
    assert page["total"] == 7
    assert rest.get(url, version=2).json()["total"] == 3
    assert rest.get(url, connector=connector.pk).json()["total"] == 4
    assert rest.get(url, caller="c1").json()["total"] == 2
    assert rest.get(url, caller="c1", version=1).json()["total"] == 0
    assert "content" not in page["items"][0]


def test_one_conversation_has_its_content(rest, cast, desk):
    one = converse(desk, 2, caller="a", served_from="pinned")

    said = rest.get(f"agents/desk/conversations/{one.pk}").json()

    assert (said["agent"], said["label"], said["caller"], said["served_from"]) == (
        "desk",
        "v2",
        "a",
        "pinned",
    )
    assert said["content"]["agent"]["bio"] == "Answers the phone, in way 2."
    assert said["digest"] == one.digest


@pytest.mark.parametrize(
    "query", ["version=0", "version=x", "connector=x", "cursor=x", "limit=0", "caller=%00"]
)
def test_a_bad_query_is_refused_or_finds_nothing(rest, cast, desk, query):
    answer = rest.client.get(f"/api/agents/desk/conversations?{query}")

    assert answer.status_code in (200, 422)


def test_who_may_do_what(rest, cast, desk):
    connector = make_connector(cast.eve, desk)
    one = converse(desk, connector=connector)
    reads = ["connectors", f"connectors/{connector.pk}", "conversations", f"conversations/{one.pk}"]
    scoped, bare = rest.with_key("history"), rest.with_key()

    assert [rest.of(cast.bob).get(f"agents/desk/{path}").status_code for path in reads] == [200] * 4
    assert [scoped.get(f"agents/desk/{path}").status_code for path in reads] == [200] * 4
    assert {bare.get(f"agents/desk/{path}").json()["code"] for path in reads} == {"missing_scope"}
    for who in (rest.of(cast.bob), rest.with_key("history", "drafts")):
        url = f"agents/desk/connectors/{connector.pk}"
        answers = [who.post("agents/desk/connectors", name="x", channel="api"),
                   who.patch(url, name="x"), who.delete(url)]  # fmt: skip
        assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "forbidden")] * 3


def test_strangers_get_what_never_was(rest, cast, desk):
    connector = make_connector(cast.eve, desk)
    one = converse(desk, connector=connector)
    stranger = rest.of(cast.charlie)

    answers = {
        stranger.get(path).content
        for path in (f"agents/desk/connectors/{connector.pk}", f"agents/{desk.pk}/conversations/{one.pk}",
                     f"agents/desk/connectors/{uuid.uuid4()}", "agents/never-was/conversations")
    }  # fmt: skip

    assert answers == {
        json.dumps({"title": "Resource not found", "status": 404, "code": "not_found"}).encode()
    }


def test_of_a_removed_connector_the_conversations_stay(rest, cast, desk):
    connector = make_connector(cast.eve, desk)
    converse(desk, connector=connector)
    remove_connector(cast.eve, desk, connector.pk)

    assert rest.get("agents/desk/connectors").json()["items"] == []
    assert rest.get("agents/desk/conversations", connector=connector.pk).json()["total"] == 1
