"""The rules of staleness: when the listener is lost, and when the database is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.delivery.scene import KEY, Scene, row, run, stop_clock
from versioning.delivery.freshness import POLL
from versioning.delivery.source import Unreachable
from versioning.lib.errors import DomainError
from versioning.workspaces import keys


def test_while_the_listener_is_lost_answers_are_read_again_once_they_are_old(monkeypatch: Any):
    async def scene() -> None:
        s = Scene(row(1), row(2), row(3))
        await s.read()
        s.freshness.end()

        assert await s.read() == ("text 1", 0)
        clock[0] += POLL + 0.1
        assert await s.read() == ("text 2", 0)
        assert await s.read() == ("text 2", 0)

    clock = stop_clock(monkeypatch)
    run(scene())


def test_the_last_known_is_served_with_its_age_when_the_database_is_gone(monkeypatch: Any):
    async def scene() -> None:
        s = Scene(row(1), Unreachable())
        await s.read()
        s.freshness.end()
        clock[0] += 60.0

        assert await s.read() == ("text 1", 60)

    clock = stop_clock(monkeypatch)
    run(scene())


def test_a_change_that_was_heard_but_could_not_be_read_is_served_as_stale(monkeypatch: Any):
    async def scene() -> None:
        s = Scene(row(1), Unreachable())
        await s.read()
        s.hear_move(2)
        clock[0] += 7.0

        assert await s.read() == ("text 1", 7)

    clock = stop_clock(monkeypatch)
    run(scene())


def test_a_key_that_something_was_heard_of_is_not_trusted_as_last_known():
    async def scene() -> None:
        s = Scene(row(1), Unreachable())
        await s.read()
        s.hear(k="key", d=keys.digest(KEY).hex())

        with pytest.raises(DomainError) as caught:
            await s.read()

        assert caught.value.code == "busy"

    run(scene())


def test_a_key_that_expired_while_the_database_is_gone_is_dead():
    async def scene() -> None:
        s = Scene(row(1, expires_at=datetime(2000, 1, 1, tzinfo=UTC)), Unreachable())
        await s.read()
        s.freshness.end()
        s.freshness.begin()

        with pytest.raises(DomainError) as caught:
            await s.read()

        assert caught.value.code == "unauthorized"

    run(scene())


def test_a_change_that_was_heard_is_read_even_if_the_listener_is_lost_right_then(monkeypatch: Any):
    async def scene() -> None:
        s = Scene(row(1), row(2))
        await s.read()

        s.hear_move(2)
        s.freshness.end()

        assert await s.read() == ("text 2", 0)

    stop_clock(monkeypatch)
    run(scene())
