"""The rules of the bundle: what is read while something changes, who shares a query, what is kept."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from tests.delivery.scene import TOKEN, WORKSPACE, FakeSource, Scene, run, settle, stop_clock
from tests.delivery.scene import row as read
from versioning.delivery.answers import LARGE, stale
from versioning.delivery.memory import BUNDLE, Memory, bundle_place
from versioning.delivery.source import Bundle, Unreachable


def bundle(*generations: int, size: int = 0) -> Bundle:
    """What the database gives: a prompt for each generation, its text so many characters longer."""
    rows = []
    for n, generation in enumerate(generations):
        one = read(generation)
        text = f"{one.source}{'x' * size}"
        rows.append(("prompt", f"prompt-{n}", type(one)(**{**_fields(one), "source": text})))
    return Bundle(uuid.uuid4(), WORKSPACE, "live", None, rows)


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


class Bundles(Scene):
    """A reader of bundles over a fake database, listening."""

    def __init__(self, *found: Bundle | Exception | None):
        super().__init__()
        self.memory.bundles.most_bytes = 100_000_000
        self.source = FakeSource(*found)  # type: ignore[arg-type]
        self.reader._source = self.source  # type: ignore[assignment]

    async def texts(self) -> tuple[list[str], int]:
        """The contents and the staleness of a read."""
        _, answer, stale_for = await self.reader.read(TOKEN, BUNDLE, "", None)
        return [each["content"] for each in json.loads(answer.body)["prompts"]], stale_for


def test_what_was_read_while_anything_changed_is_answered_but_not_kept():
    async def scene() -> None:
        s = Bundles(bundle(1, 1), bundle(2, 1))
        s.source.gates = [asyncio.Event()]
        reading = asyncio.create_task(s.texts())
        await settle()

        s.hear(k="prompt", s="prompt-0", g=2)
        s.source.gates[0].set()

        assert await reading == (["text 1", "text 1"], 0)
        assert await s.texts() == (["text 2", "text 1"], 0)
        assert s.source.asked == 2

    run(scene())


def test_what_changes_while_a_large_one_is_built_in_its_thread_is_not_missed():
    async def scene() -> None:
        s = Bundles(bundle(*[1] * 200, size=10_000), bundle(2))
        reading = asyncio.create_task(s.texts())
        while s.source.asked == 0:
            await asyncio.sleep(0)
        await settle()  # the query is done, and the bytes are being made
        s.hear(k="agent", s="any", g=9)

        assert len((await reading)[0]) == 200
        assert await s.texts() == (["text 2"], 0)

    run(scene())


def test_a_large_one_is_built_while_others_are_answered():
    """Were it built in between, nothing else would run from its query to its answer."""

    async def scene() -> None:
        s = Bundles(bundle(*[1] * 1_000, size=10_000))
        reading = asyncio.create_task(s.texts())
        turns = 0
        while not reading.done():
            await asyncio.sleep(0.001)
            turns += 1

        assert turns > 5

    assert LARGE < 1_000 * 10_000
    run(scene())


def test_all_who_ask_at_once_share_one_query():
    async def scene() -> None:
        s = Bundles(bundle(1))
        s.source.gates = [asyncio.Event()]
        readings = [asyncio.create_task(s.texts()) for _ in range(100)]
        await settle()
        s.source.gates[0].set()

        assert {tuple(texts) for texts, _ in await asyncio.gather(*readings)} == {("text 1",)}
        assert s.source.asked == 1

    run(scene())


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        ({"k": "prompt", "s": "prompt-0", "g": 2}, True),
        ({"k": "prompt", "s": "new", "g": 0}, True),
        ({"k": "agent", "s": "desk", "g": 3}, True),
        ({"k": "workspace", "closed": False}, True),
        ({"k": "prompt", "s": "prompt-0", "g": 2, "w": str(uuid.uuid4())}, False),
        ({"k": "workspace", "closed": False, "w": str(uuid.uuid4())}, False),
        ({"k": "key", "d": "00" * 32}, False),
    ],
)
def test_any_message_of_its_workspace_makes_it_be_read_again(told: dict[str, Any], asks: bool):
    async def scene() -> None:
        s = Bundles(bundle(1), bundle(2))
        await s.texts()

        s.hear(**told)
        await s.texts()

        assert (s.source.asked == 2) is asks

    run(scene())


def test_the_last_known_is_served_with_its_age_when_the_database_is_gone(monkeypatch: pytest.MonkeyPatch):
    async def scene() -> None:
        s = Bundles(bundle(1), Unreachable())
        await s.texts()
        s.hear(k="prompt", s="prompt-0", g=2)
        clock[0] += 12.0

        assert await s.texts() == (["text 1"], 12)
        known = s.memory.find(bundle_place(str(WORKSPACE), "live"))
        assert known is not None
        body, headers = stale(known, 12)
        said = json.loads(body)
        assert said == json.loads(known.body) | {"stale": True, "stale_for": 12}
        assert (b"previse-stale", b"12") in headers
        assert b"etag" not in dict(headers)

    clock = stop_clock(monkeypatch)
    run(scene())


def test_a_large_one_that_takes_its_time_casts_no_doubt_on_the_database(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("versioning.delivery.reader.BUNDLE_PATIENCE", 0.01)

    async def scene() -> None:
        s = Bundles(bundle(1), bundle(2))
        await s.texts()
        s.source.gates = [asyncio.Event(), asyncio.Event()]
        s.hear(k="prompt", s="prompt-0", g=2)

        texts, stale_for = await s.texts()

        assert (texts, stale_for > 0, s.source.suspect) == (["text 1"], True, False)
        s.source.gates[1].set()
        await settle()
        assert await s.texts() == (["text 2"], 0)

    run(scene())


def test_bundles_have_a_bound_of_their_own_and_push_out_no_answer():
    memory = Memory(4_000_000)

    async def scene() -> None:
        s = Bundles(*[bundle(1, size=600_000)] * 3)
        s.memory.bundles.most_bytes = memory.bundles.most_bytes
        for workspace in ("a", "b"):
            _, answer, _ = await s.reader.read(TOKEN, BUNDLE, "", None)
            answer.place = bundle_place(workspace, "live")
            memory.put(answer)
            s.hear(k="prompt", s="prompt-0", g=2)

        assert list(memory.bundles.answers) == [bundle_place("b", "live")]
        assert memory.bundles.bytes <= memory.bundles.most_bytes == 1_000_000

    run(scene())
