"""A visit: what goes out in which order, what failure leads to, and that one worker alone is at it."""

import asyncio
import json
import threading
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

from django.db import connection

from tests.factories import make_prompt
from tests.webhooks.receiver import OK, Receiver, says, status
from tests.webhooks.scene import Scene
from versioning.lib.transaction import told
from versioning.webhooks import holding, schedule, sweeping
from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.services.endpoints import (
    create_endpoint,
    disable_endpoint,
    enable_endpoint,
    remove_endpoint,
)
from versioning.webhooks.work import work_off
from versioning.workspaces.models import Event


def test_first_attempts_go_out_in_the_order_of_the_acts(scene, receiver):
    scene.act(10)

    assert scene.visit() is False

    assert [one.id for one in receiver.came] == [str(one.event_id) for one in scene.deliveries()]
    assert {one.state for one in scene.deliveries()} == {"delivered"}
    assert receiver.connections == 1
    (attempt,) = scene.log(scene.deliveries()[0])
    assert (attempt.number, attempt.status, attempt.error, attempt.answer) == (1, 200, "", "ok")


def test_a_failure_is_logged_and_blocks_no_later_one(scene, receiver, clock):
    receiver.answer = lambda connection, received: connection.sendall(
        status(503) if len(receiver.came) == 1 else OK
    )
    scene.act(3)

    scene.visit()

    assert [one.state for one in scene.deliveries()] == ["retrying", "delivered", "delivered"]
    assert [attempt.status for attempt in scene.log(scene.deliveries()[0])] == [503]
    clock.at += timedelta(seconds=6)
    scene.visit()
    assert [one.state for one in scene.deliveries()] == ["delivered"] * 3
    assert receiver.came[0].id == receiver.came[3].id
    assert receiver.came[0].body == receiver.came[3].body


def test_an_endpoint_that_fails_for_days_follows_the_schedule_then_it_is_given_up(scene, receiver, clock):
    receiver.answer = says(status(500))
    scene.act()
    started, moments = clock.at, []

    while (one := scene.deliveries()[0]).state != "failed":
        clock.at = max(clock.at, one.due_at)
        moments.append(clock.at - started)
        assert sweeping.owed() == [(str(scene.cast.demo.id), str(scene.endpoint.pk))]
        scene.visit()
        assert scene.visit() is False  # nothing before its time
        assert len(receiver.came) == len(moments)

    waits = [later - earlier for earlier, later in pairwise(moments)]
    for wait, nominal in zip(waits, schedule.WAITS, strict=True):
        assert nominal * 0.9 <= wait <= nominal * 1.1
    assert moments[-1] > timedelta(days=2.7)
    assert one.due_at is None
    assert len({(came.id, came.body) for came in receiver.came}) == 1
    assert len({came.headers["webhook-signature"] for came in receiver.came}) >= 1
    assert sweeping.owed() == []


def test_it_waits_as_long_as_the_endpoint_asks(scene, receiver, clock):
    receiver.answer = says(status(429, Retry_After="7200"))
    scene.act()

    scene.visit()

    assert scene.deliveries()[0].due_at == clock.at + timedelta(hours=2)


def test_gone_switches_it_off_and_what_it_is_owed_waits(scene, receiver, clock):
    receiver.answer = says(status(410))
    scene.act(3)

    scene.visit()

    assert len(receiver.came) == 1
    assert sweeping.owed() == []
    with told(scene.cast.demo.id):
        endpoint = Endpoint.objects.get()
        event = Event.objects.get(name="webhook.disabled")
    assert "410" in endpoint.disabled_why
    assert (event.actor_label, event.data["webhook"]) == ("Previse", str(endpoint.pk))
    receiver.answer = says(OK)
    scene.do(enable_endpoint, endpoint)
    clock.at += timedelta(minutes=1)
    scene.visit()
    assert {one.state for one in scene.deliveries()} == {"delivered"}


def test_switched_off_or_removed_nothing_goes_out(scene, receiver):
    scene.act(2)
    scene.do(disable_endpoint, scene.endpoint)
    scene.visit()
    scene.do(enable_endpoint, scene.endpoint)
    scene.do(remove_endpoint, scene.endpoint)
    scene.visit()

    assert receiver.came == []
    assert sweeping.owed() == []


def test_two_workers_never_hold_one_endpoint(scene, receiver, settings):
    settings.WEBHOOK_TIMEOUT = 30
    scene.act(3)
    go_on = threading.Event()
    receiver.answer = lambda connection, _: (go_on.wait(20), connection.sendall(OK))
    first, *others = [threading.Thread(target=scene.visit) for _ in range(4)]
    first.start()
    receiver.wait_for(1)  # and is not answered: the first is in the midst of it

    for one in others:
        one.start()
    for one in others:
        one.join(5)
    came = len(receiver.came)
    go_on.set()
    for one in (first, *others):
        one.join()

    assert came == 1
    assert [one.id for one in receiver.came] == [str(one.event_id) for one in scene.deliveries()]


def test_a_lease_that_is_left_behind_ends_by_itself(scene, receiver):
    scene.act()
    dead = holding.Held(scene.cast.demo.id, scene.endpoint.pk, uuid4())
    assert in_thread(holding.take, dead)

    scene.visit()
    assert receiver.came == []
    assert sweeping.owed() == []
    with connection.cursor() as cursor, told(scene.cast.demo.id):
        cursor.execute("UPDATE webhooks_endpoint SET held_until = now() - interval '1 second'")

    assert len(sweeping_owed()) == 1
    scene.visit()
    assert len(receiver.came) == 1


def in_thread(step, *args):
    """As the worker calls it: on a connection of its own."""
    found = []
    thread = threading.Thread(target=lambda: found.append(step(*args)))
    thread.start()
    thread.join()
    return found[0]


def sweeping_owed():
    return in_thread(sweeping.owed)


def test_who_lost_the_lease_sends_no_more(scene, receiver):
    scene.act(2)
    first, second = (holding.Held(scene.cast.demo.id, scene.endpoint.pk, uuid4()) for _ in range(2))
    assert in_thread(holding.take, first)
    assert not in_thread(holding.take, second)
    in_thread(holding.let_go, first)
    assert in_thread(holding.take, second)

    assert in_thread(holding.next_turn, first) is None
    assert in_thread(holding.next_turn, second) is not None


def test_what_comes_while_an_endpoint_is_let_go_is_not_forgotten(scene):
    held = holding.Held(scene.cast.demo.id, scene.endpoint.pk, uuid4())
    assert in_thread(holding.take, held)
    scene.act()

    assert in_thread(holding.let_go, held) is True


def test_one_visit_is_bounded_and_says_that_more_is_due(scene, receiver, monkeypatch):
    monkeypatch.setattr("versioning.webhooks.work.MOST_REQUESTS", 2)
    scene.act(3)

    assert scene.visit() is True
    assert len(receiver.came) == 2


def test_a_body_that_the_act_could_not_make_is_made_now(scene, receiver):
    scene.act()
    with told(scene.cast.demo.id):
        body = Delivery.objects.get().body
        Delivery.objects.update(body=None)

    scene.visit()

    assert json.loads(receiver.came[0].body) == json.loads(body)
    assert receiver.came[0].body.decode() == scene.deliveries()[0].body


def test_retries_have_their_turn_although_new_acts_never_end(scene, receiver, clock, monkeypatch):
    monkeypatch.setattr("versioning.webhooks.holding.RETRIES", 1)
    scene.act(3)
    with told(scene.cast.demo.id):
        first = Delivery.objects.order_by("-id").first()
        Delivery.objects.filter(pk=first.pk).update(attempts=1, due_at=clock.at)

    scene.act()

    scene.visit()

    assert receiver.came[0].id == str(first.event_id)


def test_workspaces_never_see_each_other_s(committed_cast, receiver, quick):
    other = Receiver()
    here = Scene(committed_cast, receiver)
    with told(committed_cast.elsewhere.id):
        theirs, secret = create_endpoint(committed_cast.charlie, url=other.url)
        make_prompt(committed_cast.charlie, live=1)
    here.act(2)

    assert (
        asyncio.run(  # an endpoint under another's workspace is not there
            work_off(str(committed_cast.demo.id), str(theirs.pk), stopping=lambda: False)
        )
        is False
    )
    assert other.came == []
    assert {UUID(endpoint) for _, endpoint in sweeping_owed()} == {here.endpoint.pk, theirs.pk}
    here.visit()
    asyncio.run(work_off(str(committed_cast.elsewhere.id), str(theirs.pk), stopping=lambda: False))
    other.close()

    assert {one.verified(here.secret)["data"]["workspace"] for one in receiver.came} == {"demo"}
    assert {one.verified(secret)["data"]["workspace"] for one in other.came} == {"elsewhere"}
    assert (len(receiver.came), len(other.came)) == (2, 4)


def test_the_log_of_what_was_settled_is_kept_for_thirty_days(scene, receiver, clock):
    scene.act(3)
    scene.visit()
    with told(scene.cast.demo.id):
        settled, young, owed = Delivery.objects.order_by("id")
        long_ago = clock.at - timedelta(days=31)
        Delivery.objects.filter(pk__in=[settled.pk, owed.pk]).update(created_at=long_ago)
        Delivery.objects.filter(pk=owed.pk).update(delivered_at=None)

    assert in_thread(sweeping.purge) == 1

    assert [one.pk for one in scene.deliveries()] == [young.pk, owed.pk]
    with told(scene.cast.demo.id):
        assert not Attempt.objects.filter(delivery_id=settled.pk).exists()
