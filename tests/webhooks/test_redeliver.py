"""Redeliver: once more, now; the same id and body, and the log says who asked."""

from datetime import timedelta

from tests.webhooks.receiver import OK, says, status
from versioning.lib.transaction import told
from versioning.webhooks.models import Delivery
from versioning.webhooks.services.deliveries import redeliver


def test_redeliver_sends_the_same_once_more_and_the_log_says_who_asked(scene, receiver):
    scene.act()
    scene.visit()
    (delivered,) = scene.deliveries()

    scene.do(redeliver, delivered)
    scene.visit()

    first, second = receiver.came
    assert (first.id, first.body) == (second.id, second.body)
    assert [attempt.asked_by for attempt in scene.log(delivered)] == ["", "Alice"]
    again = scene.deliveries()[0]
    assert (again.state, again.delivered_at, again.due_at, again.asked_by) == (
        "delivered", delivered.delivered_at, None, "",
    )  # fmt: skip


def test_asked_for_and_failing_what_is_settled_stays_settled_and_what_is_owed_stays_owed(
    scene, receiver, clock
):
    scene.act(2)
    scene.visit()
    receiver.answer = says(status(500))
    delivered, other = scene.deliveries()
    with told(scene.cast.demo.id):
        Delivery.objects.filter(pk=other.pk).update(delivered_at=None, given_up_at=clock.at)
    for one in (delivered, other):
        scene.do(redeliver, one)

    scene.visit()

    assert [(one.state, one.due_at) for one in scene.deliveries()] == [("delivered", None), ("failed", None)]
    scene.act()
    scene.visit()
    owed = scene.deliveries()[2]
    scene.do(redeliver, owed)
    scene.visit()
    owed = scene.deliveries()[2]
    assert (owed.state, owed.attempts) == ("retrying", 2)
    assert owed.due_at <= clock.at + timedelta(seconds=6)  # the asked-for attempt is none of the schedule's


def test_what_failed_for_good_is_delivered_once_it_is_asked_for(scene, receiver, clock):
    scene.act()
    with told(scene.cast.demo.id):
        Delivery.objects.update(given_up_at=clock.at, due_at=None)
    scene.do(redeliver, scene.deliveries()[0])

    scene.visit()

    assert [(one.state, one.given_up_at) for one in scene.deliveries()] == [("delivered", None)]


def test_asked_for_while_it_is_under_way_it_is_sent_again(scene, receiver):
    scene.act()
    (owed,) = scene.deliveries()

    def ask(connection, received):
        if len(receiver.came) == 1:
            scene.do(redeliver, owed)
        connection.sendall(OK)

    receiver.answer = ask
    scene.visit()

    assert [attempt.asked_by for attempt in scene.log(owed)] == ["", "Alice"]
