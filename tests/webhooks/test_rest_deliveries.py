"""REST: what a webhook was told of, every attempt, and the same once more."""

import pytest
from django.utils import timezone

from tests.factories import make_prompt
from tests.webhooks.logged import hooked, owed, tried
from versioning.versions import services
from versioning.webhooks.models import Delivery
from versioning.workspaces.models import Event


@pytest.fixture
def endpoint(cast):
    return hooked(cast)


@pytest.fixture
def event(cast, endpoint):
    services.promote(cast.eve, make_prompt(cast.eve, slug="greeting", live=1, drafts=1), 2)
    Delivery.objects.of(endpoint).delete()
    return Event.objects.filter(name="version.published").newest_first().first()


@pytest.fixture
def path(endpoint):
    return f"webhooks/{endpoint.pk}/deliveries"


def test_deliveries_are_listed_newest_first_with_their_last_attempts(rest, endpoint, event, path):
    first = owed(endpoint, Event.objects.filter(name="workspace.created").first(), "delivered")
    second = owed(endpoint, event, "retrying")
    tried(second, status=None, error="No connection: refused")

    listed = rest.get(path).json()

    assert listed["total"] == 2
    newest, oldest = listed["items"]
    assert (newest["id"], newest["event_id"], newest["event"]) == (second.pk, str(event.pk), event.name)
    assert newest["artifact"] == {"kind": "prompt", "slug": "greeting"}
    assert (newest["state"], newest["attempts"]) == ("retrying", 2)
    assert (newest["last"]["number"], newest["last"]["error"]) == (2, "No connection: refused")
    assert newest["due"]
    assert (oldest["id"], oldest["artifact"], oldest["state"]) == (first.pk, None, "delivered")
    assert oldest["last"]["status"] == 200
    assert "body" not in newest


@pytest.mark.parametrize("state", ["waiting", "retrying", "delivered", "failed"])
def test_they_are_found_by_their_state(rest, endpoint, event, path, state):
    for each, about in zip(
        ("waiting", "retrying", "delivered", "failed"), Event.objects.all()[:4], strict=True
    ):
        owed(endpoint, about, each)

    assert [each["state"] for each in rest.get(path, state=state).json()["items"]] == [state]


def test_they_are_found_by_their_event(rest, endpoint, event, path):
    owed(endpoint, event)
    owed(endpoint, Event.objects.filter(name="workspace.created").first())

    listed = rest.get(path, event="version.published").json()

    assert ([each["event"] for each in listed["items"]], listed["total"]) == (["version.published"], 1)


def test_a_walk_by_cursor_meets_each_once_while_more_come(rest, endpoint, event, path):
    events = list(Event.objects.newest_first()[:5])
    for each in events[:4]:
        owed(endpoint, each)

    page = rest.get(path, limit=2).json()
    owed(endpoint, events[4])
    rest_of_it = rest.get(path, limit=2, cursor=page["next_cursor"]).json()

    seen = [each["id"] for each in page["items"] + rest_of_it["items"]]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 4
    assert rest_of_it["next_cursor"] is None


def test_one_delivery_has_what_is_sent_and_every_attempt(rest, endpoint, event, path):
    delivery = owed(endpoint, event, "retrying")
    tried(delivery, asked_by="Alice")

    read = rest.get(f"{path}/{delivery.pk}").json()

    assert read["body"] == delivery.body
    assert [(each["number"], each["status"], each["asked_by"]) for each in read["log"]] == [
        (1, 503, ""), (2, 200, "Alice"),
    ]  # fmt: skip
    assert read["log"][0]["answer"] == "Busy <b>now</b>"


@pytest.mark.parametrize("state", ["retrying", "delivered", "failed"])
def test_it_is_delivered_again_whatever_became_of_it(rest, endpoint, event, path, state):
    delivery = owed(endpoint, event, state)

    answer = rest.send("POST", f"{path}/{delivery.pk}/redeliver", "")

    assert (answer.status_code, answer["Location"]) == (202, f"/api/{path}/{delivery.pk}")
    assert answer.json()["due"] <= timezone.now().isoformat()
    delivery.refresh_from_db()
    assert (delivery.asked_by, delivery.state) == ("Alice", state)


def test_of_one_that_is_switched_off_nothing_is_delivered_again(rest, endpoint, event, path):
    delivery = owed(endpoint, event, "failed")
    rest.send("POST", f"webhooks/{endpoint.pk}/disable", "")

    answer = rest.send("POST", f"{path}/{delivery.pk}/redeliver", "")

    assert (answer.status_code, answer.json()["code"]) == (409, "webhook_disabled")


def test_a_delivery_of_another_webhook_is_not_there(cast, rest, endpoint, event, path):
    other = hooked(cast, url="https://other.example")
    delivery = owed(endpoint, event)

    answer = rest.get(f"webhooks/{other.pk}/deliveries/{delivery.pk}")

    assert answer.status_code == 404
    assert answer.content == rest.get(f"{path}/{delivery.pk + 1000}").content
