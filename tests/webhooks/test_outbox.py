"""The outbox: what is owed is written in the act's own transaction, or the act does not happen."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_prompt
from versioning.lib.transaction import tell, told
from versioning.versions import services as versions
from versioning.webhooks import outbox
from versioning.webhooks.models import Delivery, Endpoint
from versioning.webhooks.services.endpoints import create_endpoint, disable_endpoint, remove_endpoint
from versioning.workspaces.models import Event
from versioning.workspaces.services.keys import create_key

URL = "https://hooks.example/"


def owed(endpoint):
    """The names of what it is owed, in order."""
    return list(Delivery.objects.of(endpoint).order_by("id").values_list("event__name", flat=True))


def queued(endpoint):
    """How many jobs wait for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'endpoint' = %s", [str(endpoint.pk)]
        )
        return cursor.fetchone()[0]


def test_every_event_is_owed_once_to_who_wants_every_one(cast):
    endpoint, _ = create_endpoint(cast.alice, url=URL)

    prompt = make_prompt(cast.alice, live=2)

    events = list(Event.objects.of(prompt.pk).order_by("sequence").values_list("name", flat=True))
    assert owed(endpoint) == ["webhook.created", *events]
    assert queued(endpoint) == len(events) + 1


def test_only_what_is_wanted_is_owed(cast):
    endpoint, _ = create_endpoint(cast.alice, url=URL, events=["version.published", "key.created"])

    make_prompt(cast.alice, live=2)

    assert owed(endpoint) == ["version.published", "version.published"]


def test_who_is_switched_off_or_removed_is_owed_nothing(cast):
    off, _ = create_endpoint(cast.alice, url=URL)
    gone, _ = create_endpoint(cast.alice, url=URL)
    disable_endpoint(cast.alice, off)
    remove_endpoint(cast.alice, gone)
    before = Delivery.objects.count()

    create_key(cast.alice, name="one", kind="live")

    assert Delivery.objects.count() == before


def test_another_workspace_is_owed_nothing_and_sees_nothing(cast):
    tell(cast.elsewhere.id)
    theirs, _ = create_endpoint(cast.charlie, url=URL)
    tell(cast.demo.id)
    mine, _ = create_endpoint(cast.alice, url=URL)

    make_prompt(cast.alice)

    assert owed(theirs) == []  # not even its own: the wall hides it from here
    assert not Endpoint.objects.filter(pk=theirs.pk).exists()
    tell(cast.elsewhere.id)
    assert owed(theirs) == ["webhook.created"]
    assert not Delivery.objects.filter(endpoint=mine).exists()


def test_the_operator_s_acts_are_told_too(cast):
    endpoint, _ = create_endpoint(cast.alice, url=URL)

    with told(operator=True):
        create_key(cast.alice, name="one", kind="live")

    assert owed(endpoint) == ["webhook.created", "key.created"]


def test_an_act_that_is_rolled_back_owes_nothing_and_queues_nothing(cast):
    endpoint, _ = create_endpoint(cast.alice, url=URL)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        create_key(cast.alice, name="one", kind="live")
        assert owed(endpoint)[-1] == "key.created"
        raise ZeroDivisionError

    assert owed(endpoint) == ["webhook.created"]
    assert queued(endpoint) == 1


def test_without_endpoints_an_act_costs_one_small_query_more(cast, monkeypatch):
    with CaptureQueriesContext(
        connection,
    ) as with_outbox:
        create_key(cast.alice, name="one", kind="live")
    monkeypatch.setattr("versioning.workspaces.services.record._tellers", [])
    with CaptureQueriesContext(connection) as without:
        create_key(cast.alice, name="two", kind="live")

    assert len(with_outbox) - len(without) == 1


def test_an_act_costs_the_same_number_of_queries_for_one_endpoint_and_for_twenty(cast):
    counts = []
    for many in (1, 19):
        for _ in range(many):
            create_endpoint(cast.alice, url=URL)
        with CaptureQueriesContext(connection) as queries:
            create_key(cast.alice, name="one", kind="live")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_body_that_cannot_be_made_stops_no_act(cast, monkeypatch, caplog):
    endpoint, _ = create_endpoint(cast.alice, url=URL)
    monkeypatch.setattr(outbox, "body_of", lambda *_: connection.cursor().execute("SELECT 1/0"))

    create_key(cast.alice, name="one", kind="live")

    assert owed(endpoint) == ["webhook.created", "key.created"]
    assert Delivery.objects.of(endpoint).get(event__name="key.created").body is None
    assert "could not be made" in caplog.text


def test_an_act_that_cannot_be_written_down_for_its_endpoints_does_not_happen(cast, monkeypatch):
    create_endpoint(cast.alice, url=URL)
    before = Event.objects.count()

    def fail(*_):
        raise DatabaseError("no room")

    monkeypatch.setattr(outbox, "wake", fail)
    with pytest.raises(DatabaseError):
        create_key(cast.alice, name="one", kind="live")

    assert Event.objects.count() == before


def test_an_act_of_two_events_is_two_deliveries_of_one_act(cast):
    endpoint, _ = create_endpoint(cast.alice, url=URL)
    prompt = make_prompt(cast.alice)
    versions.stage(cast.alice, prompt, 1)

    versions.delete_draft(cast.alice, prompt, 1)

    bodies = [json.loads(one.body) for one in Delivery.objects.of(endpoint).order_by("-id")[:2]]
    assert [one["type"] for one in bodies] == ["staging.cleared", "version.deleted"]
    assert len({one["data"]["act_id"] for one in bodies}) == 1
