"""REST: webhooks. Admins only, keys never; hostile bodies are refused with their field."""

import json
import re

import pytest
from django.utils import timezone

from tests.webhooks.logged import URL, hooked, owed
from versioning.webhooks.models import Delivery, Endpoint
from versioning.webhooks.services.endpoints import secrets_of
from versioning.workspaces.models import Event

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
NOBODY = "00000000-0000-4000-8000-000000000000"
VERBS = [
    ("GET", ""), ("POST", ""), ("GET", "/{}"), ("PATCH", "/{}"), ("DELETE", "/{}"), ("POST", "/{}/rotate"),
    ("POST", "/{}/disable"), ("POST", "/{}/enable"), ("GET", "/{}/deliveries"), ("GET", "/{}/deliveries/{d}"),
    ("POST", "/{}/deliveries/{d}/redeliver"),
]  # fmt: skip


@pytest.fixture
def endpoint(cast):
    return hooked(cast, events=["version.published"])


def test_a_webhook_is_added_and_its_secret_answered_this_once(rest):
    answer = rest.post("webhooks", url=URL, description="Ours", events=["staging.set"])
    made = answer.json()
    endpoint = Endpoint.objects.get()

    assert answer.status_code == 201
    assert answer["Location"] == f"/api/webhooks/{endpoint.pk}"
    assert secrets_of(endpoint, timezone.now()) == [made["secret"]]
    assert SECRET.fullmatch(made["secret"])
    assert made["secret"].endswith(made["secret_ends"])
    assert (made["url"], made["events"], made["state"]) == (URL, ["staging.set"], "untried")
    read = rest.get(f"webhooks/{endpoint.pk}")
    assert read.json() == {name: value for name, value in made.items() if name != "secret"}
    assert not SECRET.search(read.content.decode() + rest.get("webhooks").content.decode())


def test_the_same_request_twice_makes_one(rest):
    first, second = (rest.post("webhooks", {"Idempotency-Key": "a"}, url=URL) for _ in range(2))

    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Endpoint.objects.count() == 1


def test_webhooks_are_listed_with_how_they_go(cast, rest, endpoint):
    owed(endpoint, Event.objects.first(), "retrying")
    hooked(cast, url="https://later.example")

    listed = rest.get("webhooks").json()

    assert (listed["total"], listed["next_cursor"]) == (2, None)
    later, failing = listed["items"]
    assert (later["state"], later["owed"], later["events"]) == ("untried", 0, [])
    assert (failing["state"], failing["owed"], failing["last_delivered"]) == ("failing", 1, None)
    assert failing["failing_since"]
    assert failing["page"].endswith(f"/w/demo/settings/webhooks/{endpoint.pk}/")


def test_a_list_is_walked_by_its_cursor(cast, rest):
    made = {str(hooked(cast, url=f"https://{n}.example").pk) for n in range(3)}

    seen, cursor = [], ""
    while True:
        page = rest.get("webhooks", limit=1, cursor=cursor).json()
        seen += [each["id"] for each in page["items"]]
        if not (cursor := page["next_cursor"]):
            break

    assert (len(seen), set(seen)) == (3, made)


def test_what_is_not_sent_stays(rest, endpoint):
    answer = rest.patch(f"webhooks/{endpoint.pk}", description="Other")

    assert answer.status_code == 200
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.description, endpoint.events) == (URL, "Other", ["version.published"])


def test_an_empty_list_is_every_event(rest, endpoint):
    assert rest.patch(f"webhooks/{endpoint.pk}", events=[]).json()["events"] == []


def test_a_rotation_answers_the_new_secret_and_until_when_the_former_signs(rest, endpoint):
    answer = rest.send("POST", f"webhooks/{endpoint.pk}/rotate", "")

    endpoint.refresh_from_db()
    assert answer.status_code == 200
    assert secrets_of(endpoint, timezone.now())[0] == answer.json()["secret"]
    assert answer.json()["former_secret_until"]


def test_it_is_switched_off_and_on_and_not_twice(rest, endpoint):
    path = f"webhooks/{endpoint.pk}"
    answers = [rest.send("POST", f"{path}/{verb}", "") for verb in ("disable", "disable", "enable", "enable")]

    assert [answer.status_code for answer in answers] == [200, 409, 200, 409]
    assert [answers[0].json()["state"], answers[2].json()["state"]] == ["disabled", "untried"]
    assert [answers[1].json()["code"], answers[3].json()["code"]] == ["webhook_disabled", "webhook_enabled"]


def test_a_removed_one_is_no_longer_there(rest, endpoint):
    answer = rest.delete(f"webhooks/{endpoint.pk}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert rest.get(f"webhooks/{endpoint.pk}").content == rest.get(f"webhooks/{NOBODY}").content
    assert rest.delete(f"webhooks/{endpoint.pk}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"), ({"url": ""}, "url"), ({"url": 1}, "url"), ({"url": None}, "url"),
        ({"url": "nowhere"}, "url"), ({"url": "ftp://x.example"}, "url"), ({"url": "javascript:x"}, "url"),
        ({"url": "https://user:pass@x.example"}, "url"), ({"url": "https://x.example/\r\nX: y"}, "url"),
        ({"url": "https://x.example/" + "x" * 500}, "url"), ({"url": "https://"}, "url"),
        ({"url": URL, "description": "x" * 201}, "description"),
        ({"url": URL, "description": "a\x07b"}, "description"),
        ({"url": URL, "events": ["no.event"]}, "events"),
        ({"url": URL, "events": "version.published"}, "events"),
        ({"url": URL, "events": [["version.published"]]}, "events"),
        ({"url": URL, "events": {"a": 1}}, "events"),
        ({"url": URL, "events": ["version.published"] * 101}, "events"),
        ({"url": URL, "secret": "whsec_mine"}, "secret"),
        ({"url": URL, "workspace": "elsewhere"}, "workspace"),
    ],
    ids=range(20),
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_wrong_field_is_refused_by_name(rest, endpoint, method, body, field):
    if method == "PATCH" and body.get("url", None) is None:
        body = {"url": "nowhere"}  # what is not sent stays
    path = "webhooks" if method == "POST" else f"webhooks/{endpoint.pk}"

    answer = rest.send(method, path, json.dumps(body))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    told = answer.json()
    assert field in [told.get("field"), *(each["field"].split(".")[0] for each in told.get("errors", []))]
    assert Endpoint.objects.count() == 1


@pytest.mark.parametrize("body", ["{", "[]", '{"url": "https://x.example/\\u0000"}', "null", '"x"'])
def test_what_is_no_body_is_refused(rest, body):
    answer = rest.send("POST", "webhooks", body)

    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "cursor=x", "cursor=!!", "state=x", "event=x", "limit=1&offset=1&cursor=e30"],
)
def test_a_wrong_parameter_is_refused(rest, endpoint, query):
    assert rest.client.get(f"/api/webhooks/{endpoint.pk}/deliveries?{query}").status_code == 422


@pytest.mark.parametrize(
    "path", ["x", "1", f"{NOBODY}/deliveries", f"{NOBODY}/deliveries/1", "{}/deliveries/" + "9" * 60,
             "{}/deliveries/-1", "{}/deliveries/x", "{}/rotate"],
)  # fmt: skip
def test_an_address_of_nothing_is_not_found_or_knows_no_such_method(rest, endpoint, path):
    answer = rest.get(f"webhooks/{path.format(endpoint.pk)}")

    assert answer.status_code == (405 if path.endswith("rotate") else 404)


def every_verb(program, endpoint, delivery):
    for method, path in VERBS:
        body = json.dumps({"url": "https://x.example"}) if (method, path) == ("POST", "") else ""
        body = "{}" if method == "PATCH" else body
        yield program.send(method, "webhooks" + path.format(endpoint, d=delivery), body)


@pytest.mark.parametrize("scopes", [(), ("history",), ("drafts",), ("history", "drafts")])
def test_a_key_is_forbidden_everything(rest, endpoint, scopes):
    delivery = owed(endpoint, Event.objects.first())

    answers = list(every_verb(rest.with_key(*scopes), endpoint.pk, delivery.pk))

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "forbidden")}


def test_editors_and_viewers_are_forbidden_everything(cast, rest, endpoint):
    delivery = owed(endpoint, Event.objects.first())

    for actor in (cast.eve, cast.bob):
        answers = list(every_verb(rest.of(actor), endpoint.pk, delivery.pk))
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "forbidden")}
    assert Delivery.objects.get(pk=delivery.pk).asked_by == ""


def test_anothers_webhook_is_the_same_answer_as_one_that_never_was(cast, rest, endpoint):
    delivery = owed(endpoint, Event.objects.first())
    stranger = rest.of(cast.charlie)

    theirs, nobodys = (
        [(answer.status_code, answer.content) for answer in list(every_verb(stranger, pk, delivery.pk))[2:]]
        for pk in (endpoint.pk, NOBODY)
    )

    assert theirs == nobodys
    assert {(status, json.loads(body)["title"]) for status, body in theirs} == {(404, "Resource not found")}
