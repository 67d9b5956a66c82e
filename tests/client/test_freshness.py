"""When the server is asked: at the first read, then by one request an interval, behind the readers' backs."""

import threading
import time
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door, Says
from tests.client.later import later
from tests.delivery.house import House, until


def test_a_publish_is_served_after_the_interval_and_what_was_known_until_then(
    clients: Any, house: House, door: Door
):
    from versioning.versions import services

    prompt, key = house.prompt(live=1, drafts=1), house.key()
    client = clients(key, door)
    first = client.prompt(prompt.slug)
    house.act(services.promote, prompt, 2)

    assert (first.number, client.prompt(prompt.slug).number) == (1, 1)
    later(client, 60)
    stale = client.prompt(prompt.slug)

    assert (stale.number, stale.stale, stale.read_from) == (1, True, "memory")
    until(lambda: client.prompt(prompt.slug).number == 2)
    assert client.prompt(prompt.slug).stale is False
    assert [asked.status for asked in door.asked] == [200, 200]


def test_what_did_not_change_is_not_sent_again(clients: Any, house: House, door: Door):
    prompt = house.prompt(source="The same.")
    client = clients(house.key(), door)
    client.prompt(prompt.slug)
    later(client, 60)
    client.prompt(prompt.slug)

    until(lambda: not client.prompt(prompt.slug).stale)

    assert [asked.status for asked in door.asked] == [200, 304]
    assert client.prompt(prompt.slug).content == "The same."


def test_many_first_readers_send_one_request_and_none_waits_in_vain(clients: Any, stage: Door):
    def slowly(path: str, headers: dict[str, str]) -> Says:
        time.sleep(0.2)
        return made_up.prompt()

    stage.say(slowly)
    client, found = clients(made_up.KEY, stage), []
    threads = [threading.Thread(target=lambda: found.append(client.prompt("greeting"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert [prompt.number for prompt in found] == [1] * 20
    assert len(stage.asked) == 1


def test_clients_of_one_key_share_what_they_know(clients: Any, stage: Door):
    stage.say(made_up.prompt())

    for _ in range(5):
        clients(made_up.KEY, stage).prompt("greeting")
    clients(made_up.KEY[:-1] + "x", stage).prompt("greeting")

    assert len(stage.asked) == 2


def test_pauses_between_vain_refreshes_grow_and_a_retry_after_is_obeyed(clients: Any, stage: Door):
    from previse import RefreshFailed

    told: list[Any] = []
    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, fresh=0.1, on_event=told.append)
    client.prompt("greeting")
    stage.talk_nonsense()

    def failed() -> list[Any]:
        client.prompt("greeting")
        return [event for event in told if isinstance(event, RefreshFailed)]

    until(lambda: len(failed()) == 3)
    pauses = [event.retry_in for event in failed()]
    assert [0.1 <= pauses[0] <= 0.15, 0.2 <= pauses[1] <= 0.3, 0.4 <= pauses[2] <= 0.6] == [True] * 3
    stage.say(made_up.problem(503, "busy", headers=(("retry-after", "7"),)))
    until(lambda: len(failed()) == 4)
    assert failed()[-1].retry_in == 7
    asked = len(stage.asked)
    time.sleep(0.5)
    client.prompt("greeting")
    time.sleep(0.1)
    assert len(stage.asked) == asked


def test_while_nobody_is_there_one_request_stands_for_all_things(clients: Any, stage: Door):
    def any_prompt(path: str, headers: dict[str, str]) -> Says:
        return made_up.prompt(slug=path.rpartition("/")[2])

    stage.say(any_prompt)
    client = clients(made_up.KEY, stage, fresh=0.2)
    slugs = [f"prompt-{number}" for number in range(10)]
    for slug in slugs:
        client.prompt(slug)
    stage.say(Says(status=0))
    time.sleep(0.2)
    client.prompt(slugs[0])
    until(lambda: len(stage.asked) == 11)
    time.sleep(0.05)
    stage.forget()

    began = time.monotonic()
    while time.monotonic() - began < 1.2:
        assert all(client.prompt(slug).number == 1 for slug in slugs)
        time.sleep(0.01)

    assert 1 <= len(stage.asked) <= 6


def test_what_was_never_known_is_asked_for_again_sooner_and_without_a_call_per_read(
    clients: Any, stage: Door
):
    from previse import Unreachable

    stage.say(Says(status=0))
    client = clients(made_up.KEY, stage)

    for _ in range(500):
        with pytest.raises(Unreachable, match="Nothing is known of the prompt 'greeting' yet"):
            client.prompt("greeting")

    assert len(stage.asked) == 1
    stage.say(made_up.prompt())

    def comes() -> bool:
        try:
            return bool(client.prompt("greeting").number)
        except Unreachable:
            return False

    until(comes, within=5)


def test_what_the_server_calls_stale_is_served_and_not_taken_for_fresh(clients: Any, stage: Door):
    stage.say(made_up.prompt(stale_for=40))
    client = clients(made_up.KEY, stage)

    prompt = client.prompt("greeting")

    assert (prompt.number, prompt.stale, 40 <= prompt.age < 45) == (1, True, True)
    client.prompt("greeting")
    assert len(stage.asked) == 1
    later(client, 60)
    client.prompt("greeting")
    until(lambda: len(stage.asked) == 2)


def test_an_older_generation_of_a_server_that_lags_is_passed_over_until_it_stays(
    clients: Any, stage: Door, monkeypatch: pytest.MonkeyPatch
):
    from previse import memory

    stage.say(made_up.prompt("New.", generation=5, number=2))
    client = clients(made_up.KEY, stage, fresh=0.1)
    client.prompt("greeting")
    stage.say(made_up.prompt("Old.", generation=4, number=1))

    began = time.monotonic()
    while time.monotonic() - began < 0.5:
        assert client.prompt("greeting").content == "New."
        time.sleep(0.01)
    assert len(stage.asked) > 2

    monkeypatch.setattr(memory, "SETTLED", 0.2)  # as if 10 s had gone: the database came out of a backup
    until(lambda: client.prompt("greeting").content == "Old.")


@pytest.mark.parametrize(
    "answer",
    [
        made_up.prompt(slug="other"),
        made_up.prompt(digest="0" * 64),
        made_up.prompt(number=7, label="v8"),
        made_up.prompt(number=True),
        made_up.prompt(generation=None),
        made_up.prompt(served_from="pinned"),
        made_up.prompt(content=None),
        made_up.prompt(kind="agent"),
        Says(b"[]"), Says(b"[" * 100_000), Says(b""), Says(b"\xff\xfe"), Says(status=304),
        Says(b"moved", 302, (("location", "http://127.0.0.1:9/"),)),
        Says(b"<h1>Not found</h1>", 404), Says(b'{"code": "unauthorized"}', 403),
        Says(b"<h1>Who are you?</h1>", 401), Says(b"{}", 404), Says(b"", 500), Says(b"", 204),
    ],
    ids=range(20),
)  # fmt: skip
def test_what_makes_no_sense_is_no_answer(answer: Says, clients: Any, stage: Door):
    from previse import Unreachable

    stage.say(answer)
    with pytest.raises(Unreachable):
        clients(made_up.KEY, stage).prompt("greeting")

    stage.say(made_up.prompt())
    client = clients(made_up.KEY[:-1] + "x", stage, fresh=0.05)
    client.prompt("greeting")
    stage.say(answer)
    time.sleep(0.05)
    client.prompt("greeting")
    time.sleep(0.05)
    assert client.prompt("greeting").content == "Hello {{ name }}."
