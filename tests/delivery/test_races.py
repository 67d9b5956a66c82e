"""The rules of freshness: what is read while something changes, who shares a query, what a message ends."""

import asyncio
import uuid
from typing import Any

import pytest

from tests.delivery.scene import KEY, TOKEN, Scene, row, run, settle
from versioning.lib.errors import DomainError
from versioning.workspaces import keys


def test_what_was_read_while_a_change_arrived_is_answered_but_not_kept():
    async def scene() -> None:
        s = Scene(row(1), row(2))
        s.source.gates = [asyncio.Event()]
        reading = asyncio.create_task(s.read())
        await settle()

        s.hear_move(2)
        s.source.gates[0].set()

        assert await reading == ("text 1", 0)
        assert await s.read() == ("text 2", 0)
        assert s.source.asked == 2

    run(scene())


def test_what_was_read_after_the_change_is_kept_though_the_message_comes_later():
    async def scene() -> None:
        s = Scene(row(2))
        await s.read()

        s.hear_move(2)

        assert await s.read() == ("text 2", 0)
        assert s.source.asked == 1

    run(scene())


def test_who_asks_after_a_change_was_heard_does_not_join_an_older_query():
    async def scene() -> None:
        s = Scene(row(1), row(2))
        s.source.gates = [asyncio.Event(), asyncio.Event()]
        early = asyncio.create_task(s.read())
        await settle()
        s.hear_move(2)
        late = asyncio.create_task(s.read())
        await settle()

        s.source.gates[1].set()
        assert await late == ("text 2", 0)
        s.source.gates[0].set()
        assert await early == ("text 1", 0)

        assert await s.read() == ("text 2", 0), "the slower, older answer must not replace the newer"
        assert s.source.asked == 2

    run(scene())


def test_all_who_ask_at_once_share_one_query():
    async def scene() -> None:
        s = Scene(row(1))
        s.source.gates = [asyncio.Event()]
        readings = [asyncio.create_task(s.read()) for _ in range(100)]
        await settle()
        s.source.gates[0].set()

        assert set(await asyncio.gather(*readings)) == {("text 1", 0)}
        assert s.source.asked == 1

    run(scene())


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        ({"k": "prompt", "s": "greeting", "g": 2}, True),
        ({"k": "prompt", "s": "greeting", "g": 1}, False),
        ({"k": "prompt", "s": "other", "g": 9}, False),
        ({"k": "agent", "s": "greeting", "g": 9}, False),
        ({"k": "prompt", "s": "greeting", "g": 9, "w": str(uuid.uuid4())}, False),
        ({"k": "workspace", "closed": False}, True),
        ({"k": "workspace", "closed": False, "w": str(uuid.uuid4())}, False),
        ({"k": "key", "d": keys.digest(KEY).hex()}, True),
        ({"k": "key", "d": "00" * 32}, False),
    ],
)
def test_only_what_a_message_concerns_is_read_again(told: dict[str, Any], asks: bool):
    async def scene() -> None:
        s = Scene(row(1), row(2))
        await s.read()

        s.hear(**told)
        await s.read()

        assert (s.source.asked == 2) is asks

    run(scene())


@pytest.mark.parametrize(
    "payload", ["", "not json", "[]", "{}", '{"w":1,"k":"prompt","g":"x"}', '{"k":"key","w":"","d":"zz"}']
)
def test_a_message_that_cannot_be_read_ends_all_trust(payload: str):
    async def scene() -> None:
        s = Scene(row(1))
        await s.read()

        s.freshness.hear(payload)
        await s.read()

        assert s.source.asked == 2
        assert s.freshness.listening

    run(scene())


def test_a_new_listener_trusts_nothing_that_was_read_before():
    async def scene() -> None:
        s = Scene(row(1), row(2))
        await s.read()

        s.freshness.end()
        s.freshness.begin()

        assert await s.read() == ("text 2", 0)

    run(scene())


def test_an_answer_of_nobody_is_remembered_until_something_is_heard_of_the_key():
    async def scene() -> None:
        s = Scene(None, row(1))
        for _ in range(3):
            with pytest.raises(DomainError):
                await s.read()
        assert s.source.asked == 1

        s.hear(k="key", d=keys.digest(KEY).hex())

        assert await s.read() == ("text 1", 0)

    run(scene())


def test_a_key_made_good_while_it_was_looked_up_is_not_remembered_as_none():
    async def scene() -> None:
        s = Scene(None, row(1))
        s.source.gates = [asyncio.Event()]
        reading = asyncio.create_task(s.read())
        await settle()
        s.hear(k="key", d=keys.digest(KEY).hex())
        s.source.gates[0].set()
        with pytest.raises(DomainError):
            await reading

        assert await s.read() == ("text 1", 0)

    run(scene())


def test_another_s_dead_key_does_not_refuse_mine():
    """Two keys of a workspace share a query; the one that asked was revoked a moment before."""

    async def scene() -> None:
        other = keys.generate("live")
        s = Scene(row(1), row(1), None, row(2))
        await s.read(TOKEN)
        await s.read(b"Bearer " + other.encode())
        s.hear_move(2)
        s.source.gates = [asyncio.Event(), asyncio.Event(), asyncio.Event()]
        dying = asyncio.create_task(s.read(TOKEN))
        await settle()
        mine = asyncio.create_task(s.read(b"Bearer " + other.encode()))
        await settle()
        s.source.gates[2].set()

        with pytest.raises(DomainError):
            await dying
        assert await mine == ("text 2", 0)

    run(scene())
