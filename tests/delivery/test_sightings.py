"""Who reads is noted in memory, in bounds, and written in one statement: with a database that tests play."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from versioning.delivery import sightings as sightings_module
from versioning.delivery.memory import BUNDLE, Answer, Held, Key, Place
from versioning.delivery.sightings import Sightings
from versioning.delivery.source import Unreachable

KEY = Key(id="key-1", digest=b"d", workspace="w", kind="live", header=b"Bearer one")
OTHER = Key(id="key-2", digest=b"e", workspace="w", kind="live", header=b"Bearer two")


class Table:
    """A database that takes what is written, or does not."""

    def __init__(self) -> None:
        self.writes: list[list[dict[str, Any]]] = []
        self.tidied: list[bool] = []
        self.gone = False

    async def note(self, seen: str, *, tidy: bool) -> None:
        if self.gone:
            raise Unreachable
        self.writes.append(json.loads(seen))
        self.tidied.append(tidy)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All that was written."""
        return [row for write in self.writes for row in write]


class Stage:
    """Sightings over such a table, and a clock that stands still until a test sets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000_000.0
        monkeypatch.setattr(sightings_module, "time", lambda: self.now)
        self.table = Table()
        self.sightings = Sightings(self.table, pause=60.0)  # type: ignore[arg-type]

    def read(self, answer: Answer, instance: str = "web-1", key: Key = KEY, times: int = 1) -> None:
        """As the application does at each answer."""
        for _ in range(times):
            seen = answer.seen.get((key.header, instance.encode()))
            if seen is None:
                seen = self.sightings.meet(key, instance.encode(), answer, self.now)
            seen.count += 1
            seen.at = self.now


type Play = Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Run a scene on a stage of its own."""

    def run(scene: Callable[[Stage], Coroutine[Any, Any, None]]) -> None:
        async def on_stage() -> None:
            await scene(Stage(monkeypatch))

        asyncio.run(on_stage())

    return run


def answer(number: int | None = 1, *, slug: str = "greeting", pinned: bool = False) -> Answer:
    place: Place = ("w", "pinned" if pinned else "live", "prompt", slug, number if pinned else None)
    held = Held(f"id-of-{slug}", None if pinned else 7, number, f"digest-{number}", "live")
    return Answer(place=place, status=200, body=b"", headers=[], held=(held,))


def bundle(*numbers: int) -> Answer:
    held = tuple(Held(f"id-{n}", 7, number, f"digest-{number}", "live") for n, number in enumerate(numbers))
    return Answer(place=("w", "live", BUNDLE, "", None), status=200, body=b"", headers=[], held=held)


def test_reads_are_counted_by_program_and_written_once(play: Play):
    async def scene(s: Stage) -> None:
        one = answer()
        s.read(one, times=5)
        s.now += 3
        s.read(one, times=2)
        s.read(one, "web-2")
        s.read(one, key=OTHER)

        await s.sightings.flush()
        await s.sightings.flush()

        assert len(s.table.writes) == 1
        told = {
            (row["key"], row["instance"]): (row["count"], row["since"], row["seen"]) for row in s.table.rows
        }
        assert told == {
            ("key-1", "web-1"): (7, 3, 0), ("key-1", "web-2"): (1, 0, 0), ("key-2", "web-1"): (1, 0, 0),
        }  # fmt: skip
        assert {name: s.table.rows[0][name] for name in Held._fields} == {
            "artifact": "id-of-greeting", "generation": 7, "number": 1, "digest": "digest-1",
            "served_from": "live", "agent": None,
        }  # fmt: skip

    play(scene)


def test_conversations_that_were_begun_are_counted_by_key_and_agent(play: Play):
    async def scene(s: Stage) -> None:
        for key, agent in ((KEY, "desk"), (KEY, "desk"), (KEY, "night"), (OTHER, "desk")):
            s.now += 1
            s.sightings.begun(key, agent, s.now)
        s.table.gone = True
        await s.sightings.flush()
        s.table.gone = False
        s.sightings.begun(KEY, "desk", s.now)

        await s.sightings.flush()
        await s.sightings.flush()

        assert {(row["key"], row["agent"]): (row["count"], row["seen"]) for row in s.table.rows} == {
            ("key-1", "desk"): (3, 0), ("key-1", "night"): (1, 1), ("key-2", "desk"): (1, 0),
        }  # fmt: skip
        assert {(row["artifact"], row["generation"]) for row in s.table.rows} == {(None, None)}

    play(scene)


def test_conversations_of_an_outage_are_bounded_too(play: Play):
    async def scene(s: Stage) -> None:
        s.table.gone = True
        for number in range(sightings_module.MOST + 10):
            s.sightings.begun(KEY, f"agent-{number}", s.now)
        await s.sightings.flush()
        s.table.gone = False

        await s.sightings.flush()

        assert len(s.table.rows) == sightings_module.MOST

    play(scene)


def test_nothing_is_written_while_nothing_was_read(play: Play):
    async def scene(s: Stage) -> None:
        absent = Answer(
            place=("w", "live", "prompt", "no", None), status=404, body=b"", headers=[], absent=True
        )
        s.read(absent, times=3)
        await s.sightings.flush()
        assert s.table.writes == []
        assert absent.seen == {}

    play(scene)


def test_who_reads_on_is_met_anew_after_each_write(play: Play):
    async def scene(s: Stage) -> None:
        one = answer()
        for _ in range(3):
            s.read(one, times=4)
            await s.sightings.flush()

        assert [row["count"] for row in s.table.rows] == [4, 4, 4]

    play(scene)


def test_a_program_holds_what_it_was_given_last(play: Play):
    async def scene(s: Stage) -> None:
        s.read(answer(1), times=2)
        s.now += 1
        s.read(answer(2), times=3)

        await s.sightings.flush()

        [row] = s.table.rows
        assert (row["number"], row["count"], row["since"]) == (2, 5, 0)

    play(scene)


def test_a_version_read_by_its_number_is_no_pointer_s(play: Play):
    async def scene(s: Stage) -> None:
        s.read(answer(2))
        s.read(answer(1, pinned=True), times=3)

        await s.sightings.flush()

        assert {(row["generation"], row["count"]) for row in s.table.rows} == {(7, 1), (None, 3)}

    play(scene)


def test_a_bundle_counts_for_each_artifact_in_it(play: Play):
    async def scene(s: Stage) -> None:
        s.read(bundle(4, 5, 6), times=2)

        await s.sightings.flush()

        assert [(row["artifact"], row["number"], row["count"]) for row in s.table.rows] == [
            ("id-0", 4, 2), ("id-1", 5, 2), ("id-2", 6, 2),
        ]  # fmt: skip

    play(scene)


@pytest.mark.parametrize("header", ["", "a b", "ä", "x" * 65, "*", "a,b", "a\tb", "<b>"])
def test_what_is_no_instance_counts_as_none(play: Play, header: str):
    async def scene(s: Stage) -> None:
        s.read(answer(), header)
        await s.sightings.flush()
        assert [row["instance"] for row in s.table.rows] == [""]

    play(scene)


def test_an_instance_is_at_most_64_of_its_characters(play: Play):
    async def scene(s: Stage) -> None:
        names = ["x" * 64, "web-1.eu:8000_a"]
        for name in names:
            s.read(answer(), name)
        await s.sightings.flush()
        assert [row["instance"] for row in s.table.rows] == names

    play(scene)


def test_what_cannot_be_written_is_kept_and_written_later(play: Play):
    async def scene(s: Stage) -> None:
        one = answer()
        s.table.gone = True
        for _ in range(3):
            s.read(one, times=2)
            s.now += 5
            await s.sightings.flush()
        s.table.gone = False

        await s.sightings.flush()

        [row] = s.table.rows
        assert (row["count"], row["since"], row["seen"]) == (6, 15, 5)

    play(scene)


def test_reads_of_an_outage_are_counted_in_their_own_hours(play: Play):
    async def scene(s: Stage) -> None:
        one = answer()
        s.table.gone = True
        for _ in range(3):
            s.read(one)
            await s.sightings.flush()
            s.now += 3_600
        s.table.gone = False

        await s.sightings.flush()

        assert [row["seen"] for row in s.table.rows] == [10_800, 7_200, 3_600]

    play(scene)


def test_invented_instances_fill_nothing(play: Play):
    async def scene(s: Stage) -> None:
        one, two = answer(), answer(slug="other")
        for n in range(3_000):
            s.read(one, f"invented-{n}")
            s.read(one, f"no instance {n}")
            s.read(two, f"invented-{n}")

        assert len(one.seen) + len(two.seen) == 2 * 201 + 1
        await s.sightings.flush()

        rows = s.table.rows
        assert len(rows) == 2 * 201 + 1
        assert sum(row["count"] for row in rows) == 9_000
        assert {row["instance"] for row in rows} >= {"*", "", "invented-0"}

    play(scene)


def test_one_key_cannot_take_the_places_of_another(play: Play):
    async def scene(s: Stage) -> None:
        s.table.gone = True
        for thing in [answer(slug=f"thing-{n}") for n in range(100)]:
            for m in range(250):
                s.read(thing, f"invented-{m}")
        s.read(answer(), "mine", OTHER)
        s.table.gone = False

        await s.sightings.flush()

        assert [row["count"] for row in s.table.rows if row["key"] == "key-2"] == [1]
        named = [row for row in s.table.rows if row["instance"].startswith("invented")]
        assert len(named) <= sightings_module.MOST_OF_KEY

    play(scene)


def test_what_is_owed_is_bounded_however_long_the_database_is_gone(
    play: Play, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sightings_module, "MOST", 50)

    async def scene(s: Stage) -> None:
        s.table.gone = True
        for n in range(500):
            s.read(answer(slug=f"thing-{n}"))
            await s.sightings.flush()

        assert len(s.sightings._owed) <= 50

    play(scene)


def test_a_large_write_is_cut_into_statements(play: Play):
    async def scene(s: Stage) -> None:
        for n in range(6):
            s.read(bundle(*range(1, 901)), f"web-{n}")

        await s.sightings.flush()

        assert [len(write) for write in s.table.writes] == [1_800, 1_800, 1_800]
        assert s.table.tidied == [True, False, False]

    play(scene)


def test_it_writes_once_more_at_the_end(play: Play):
    async def scene(s: Stage) -> None:
        running = asyncio.create_task(s.sightings.run())
        await asyncio.sleep(0)
        s.read(answer(), times=3)

        s.sightings.end()
        await running

        assert [row["count"] for row in s.table.rows] == [3]

    play(scene)
