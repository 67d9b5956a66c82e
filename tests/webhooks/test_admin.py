"""Webhooks in Django admin: to read, without secrets, and what an operator is asked for."""

import pytest

from tests.admin.desk import Desk, told
from tests.webhooks.logged import hooked, owed
from versioning.webhooks.models import Delivery, Endpoint
from versioning.workspaces.models import Event


@pytest.fixture
def desk(cast):
    return Desk()


@pytest.fixture
def endpoint(cast):
    return hooked(cast)


@pytest.fixture
def delivery(endpoint):
    return owed(endpoint, Event.objects.first(), "failed")


def test_the_operator_reads_both_and_no_secret_of_any(desk, endpoint, delivery):
    for path in ("endpoint", "delivery", f"endpoint/{endpoint.pk}/change", f"delivery/{delivery.pk}/change"):
        answer = desk.get(f"webhooks/{path}/")
        page = answer.content.decode()
        assert answer.status_code == 200, path
        assert "sealed" not in page
        assert 'name="_save"' not in page
    assert "Busy &lt;b&gt;now&lt;/b&gt;" in page  # the attempts


def test_nothing_is_made_changed_or_deleted_by_a_form(desk, endpoint, delivery):
    for row in (endpoint, delivery):
        path = f"webhooks/{row._meta.model_name}"
        answers = [
            desk.post(f"{path}/add/", url="https://x.example"),
            desk.post(f"{path}/{row.pk}/change/", url="https://x.example"),
            desk.post(f"{path}/{row.pk}/delete/", post="yes"),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_it_is_switched_off_and_on_by_the_services(desk, endpoint):
    off, again = (desk.act("webhooks/endpoint/", "disable", endpoint) for _ in range(2))
    event = Event.objects.filter(name="webhook.disabled").get()
    on = desk.act("webhooks/endpoint/", "enable", endpoint)

    assert (event.via, event.actor_kind) == ("admin", "operator")
    assert told(off) == ["Switched off: 1"]
    assert "switched off already" in told(again)[0]
    assert told(on) == ["Switched on: 1"]
    assert not Endpoint.objects.get(pk=endpoint.pk).disabled_at


def test_a_delivery_is_brought_again(desk, delivery):
    answer = desk.act("webhooks/delivery/", "redeliver", delivery)

    assert told(answer) == ["Asked for again: 1"]
    assert Delivery.objects.get(pk=delivery.pk).asked_by == "Root (operator)"


def test_the_queue_of_the_worker_is_no_page_of_the_desk(desk):
    assert desk.get("procrastinate/procrastinatejob/").status_code == 404
    assert "rocrastinate" not in desk.get("").content.decode()
