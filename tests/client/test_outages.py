"""Through every trouble of the server all reads are answered, from memory, and it is asked once an interval.

`python -m benchmarks.client_outages` does the same with ten times the reads, and hangs for 30 s.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door
from tests.client.later import later
from tests.client.outages import (
    MOST_MS,
    SLUG,
    TROUBLES,
    UNPUBLISH,
    World,
    check_requests,
    read_through,
)
from tests.delivery.house import until
from tests.server import Installation

READS, SECONDS, FRESH = 2_000, 1.5, 0.3


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """See `World`."""
    with World.build(Installation.start_copy) as made:
        yield made


@pytest.fixture
def pair(world: World, tmp_path: Path) -> Iterator[tuple[Any, Any]]:
    """A client for threads and one for tasks, that know the prompt."""
    from previse import AsyncPrevise, Previse

    options: dict[str, Any] = {
        "base_url": world.door.url, "fresh": FRESH, "timeout": 0.5, "cache_dir": tmp_path / "cache",
    }  # fmt: skip
    with Previse(world.key, **options) as client:
        client.prompt(SLUG)
        world.door.forget()
        yield client, AsyncPrevise(world.key, **options)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_read_is_answered_from_memory_and_the_server_is_asked_once_an_interval(
    trouble: str, world: World, pair: tuple[Any, Any]
):
    client, asynchronous = pair
    with TROUBLES[trouble](world):
        tally = read_through(client, asynchronous, reads=READS, seconds=SECONDS)

        tally.check(READS)
        assert tally.p99 < MOST_MS
        assert check_requests(world.door, FRESH) >= 1
        assert client.prompt(SLUG).stale

    until(lambda: not client.prompt(SLUG).stale, within=20)
    assert check_requests(world.door, FRESH) >= 2


def test_unpublished_is_passed_on_at_once_and_outlives_a_restart_of_the_program(
    world: World, pair: tuple[Any, Any], tmp_path: Path
):
    from previse import NotPublished, Previse

    client, _ = pair
    world.installation.run(UNPUBLISH)

    def is_unpublished() -> bool:
        try:
            client.prompt(SLUG)
        except NotPublished:
            return True
        return False

    until(is_unpublished, within=4)
    client.close()
    with world.hanging():
        again = Previse(world.key, base_url=world.door.url, timeout=0.2, cache_dir=tmp_path / "cache")
        with pytest.raises(NotPublished):
            again.prompt(SLUG)
        again.close()


def test_a_swallowed_error_of_a_refresh_would_be_noticed(
    stage: Door, clients: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The planted fault: a refresh that fails is taken for none, so that each read sends another."""
    from previse import AsyncPrevise
    from previse.entry import Landed
    from previse.memory import Memory

    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, fresh=FRESH)
    asynchronous = AsyncPrevise(made_up.KEY, base_url=stage.url, fresh=FRESH, cache_dir=tmp_path / "cache")
    client.prompt(SLUG)
    stage.talk_nonsense()
    stage.forget()
    read_through(client, asynchronous, reads=400, seconds=SECONDS)
    sound = check_requests(stage, FRESH)

    monkeypatch.setattr(Memory, "_fail", lambda *_: Landed())
    later(client, 10)
    stage.forget()
    read_through(client, asynchronous, reads=400, seconds=SECONDS)

    with pytest.raises(AssertionError, match="requests, one"):
        check_requests(stage, FRESH)
    assert len(stage.asked) > sound * 2
