"""Where webhooks may go: not one connection to what is behind us; and names that hang hold up no other."""

import asyncio
import socket
import time

import pytest

from tests.lib.test_outbound import INSIDE, heard
from tests.webhooks.receiver import Receiver, says, status
from tests.webhooks.test_sending import FIRST, send
from versioning.lib import outbound
from versioning.webhooks import sending
from versioning.webhooks.sending import Parcel

pytestmark = pytest.mark.usefixtures("quick")


@pytest.mark.parametrize("host", INSIDE)
def test_no_connection_is_made_to_an_address_inside(settings, receiver, host):
    settings.WEBHOOK_ALLOW_PRIVATE = False

    with heard() as connections:
        outcome = send(f"http://{host}:{receiver.port}/hook")

    assert not outcome.delivered
    assert outcome.error
    assert connections == []
    assert receiver.connections == 0


def test_a_refused_address_is_said_with_the_remedy(settings, receiver):
    settings.WEBHOOK_ALLOW_PRIVATE = False

    assert "WEBHOOK_ALLOW_PRIVATE=1" in send(receiver.url).error


def test_a_name_that_answers_differently_the_second_time_gains_nothing(settings, receiver, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    answers = [["127.0.0.1"], ["127.0.0.1"]]

    async def resolve(host):
        return answers.pop(0)

    monkeypatch.setattr(outbound, "_addresses_of", resolve)
    with heard() as connections:
        outcome = send(f"http://rebinding.example:{receiver.port}/")

    assert "inside the network" in outcome.error
    assert connections == []
    assert len(answers) == 1  # it was resolved once: what is looked at is what is connected to


def test_names_that_hang_hold_up_no_other(settings, receiver, monkeypatch):
    settings.WEBHOOK_TIMEOUT = 5
    look_up = socket.getaddrinfo

    def hang(host, *args, **options):
        if host == "hangs.example":
            time.sleep(3)
        return look_up("127.0.0.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", hang)

    async def to(host):
        async with sending.client() as client:
            url = f"http://{host}:{receiver.port}/"
            return await sending.send(client, Parcel("id", url, "{}", [FIRST]))

    async def together():
        hanging = [asyncio.create_task(to("hangs.example")) for _ in range(40)]
        await asyncio.sleep(0.1)
        quick = await to("quick.example")
        for one in hanging:
            one.cancel()
        return quick

    outcome = asyncio.run(together())
    assert (outcome.delivered, outcome.milliseconds < 2500) == (True, True)


def test_a_redirect_inside_is_not_followed(receiver):
    leading = Receiver(says(status(307, Location=receiver.url)))

    assert send(leading.url).status == 307
    leading.close()

    assert receiver.connections == 0
