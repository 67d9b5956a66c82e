"""The client for asyncio: the same answers, by tasks."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door, Says
from tests.client.later import later
from tests.delivery.house import House


def run(stage: Door, folder: Path | None, act: Callable[[Any], Awaitable[Any]], **options: Any) -> Any:
    """Act with a client in a loop of its own."""
    from previse import AsyncPrevise

    async def main() -> Any:
        key = options.pop("key", made_up.KEY)
        async with AsyncPrevise(key, base_url=stage.url, cache_dir=folder, **options) as client:
            return await act(client)

    return asyncio.run(main())


async def until(holds: Callable[[], Awaitable[bool]], *, within: float = 3) -> None:
    """Ask again and again until it holds."""
    start = time.monotonic()
    while not await holds():
        assert time.monotonic() - start < within
        await asyncio.sleep(0.005)


def test_it_reads_what_the_server_delivers(house: House, door: Door, tmp_path: Path):
    prompt, agent = house.prompt(source="Hello {{ name }}."), house.agent()

    async def act(client: Any) -> Any:
        await client.preload()
        return await client.prompt(prompt.slug), await client.agent(agent.slug)

    read, desk = run(door, tmp_path, act, key=house.key())

    assert read.render(name="Ada") == "Hello Ada."
    assert desk.content["agent"]["name"] == "Front desk"
    assert [asked.path for asked in door.asked] == ["/v1/bundle"]


def test_many_first_readers_send_one_request_and_one_that_is_cancelled_harms_none(stage: Door):
    def slowly(path: str, headers: dict[str, str]) -> Says:
        time.sleep(0.2)
        return made_up.prompt()

    stage.say(slowly)

    async def act(client: Any) -> Any:
        readers = [asyncio.create_task(client.prompt("greeting")) for _ in range(20)]
        await asyncio.sleep(0.05)
        readers[0].cancel()
        return await asyncio.gather(*readers[1:])

    found = run(stage, None, act)

    assert [prompt.number for prompt in found] == [1] * 19
    assert len(stage.asked) == 1


def test_what_is_stale_is_served_at_once_while_a_task_refreshes_it(stage: Door):
    stage.say(made_up.prompt())

    async def act(client: Any) -> None:
        await client.prompt("greeting")
        later(client, 60)
        stage.say(made_up.prompt("New.", generation=2))
        assert (await client.prompt("greeting")).stale

        async def is_new() -> bool:
            return bool((await client.prompt("greeting")).content == "New.")

        await until(is_new)
        assert len(stage.asked) == 2

    run(stage, None, act)


def test_it_tells_unpublished_from_unreachable_and_takes_fallbacks(stage: Door):
    from previse import NotPublished, Unreachable

    async def act(client: Any) -> None:
        stage.say(made_up.unpublished())
        with pytest.raises(NotPublished):
            await client.prompt("greeting")
        stage.hang()
        with pytest.raises(Unreachable, match="Nothing is known"):
            await client.prompt("other")
        assert (await client.prompt("other", fallback="Hi.")).content == "Hi."

    run(stage, None, act, timeout=0.2)


def test_it_starts_from_disk(stage: Door, tmp_path: Path):
    stage.say(made_up.prompt())
    run(stage, tmp_path, lambda client: client.prompt("greeting"))
    stage.say(Says(status=0))

    assert run(stage, tmp_path, lambda client: client.prompt("greeting")).read_from == "disk"


def test_a_client_outlives_its_loop_and_a_refresh_that_ended_with_it(stage: Door):
    from previse import AsyncPrevise

    stage.say(made_up.prompt())
    client = AsyncPrevise(made_up.KEY, base_url=stage.url, cache_dir=None, fresh=0.1)
    asyncio.run(client.prompt("greeting"))
    stage.say(made_up.prompt("New.", generation=2))
    for _ in range(2):  # the first begins a refresh that ends with its loop; the next waits for its own
        time.sleep(0.1)
        last = asyncio.run(client.prompt("greeting"))

    assert last.content == "New."
    asyncio.run(client.aclose())
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(client.prompt("greeting"))
