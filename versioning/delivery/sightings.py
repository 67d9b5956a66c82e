"""Who reads what: noted in memory at each answer, written every few seconds in one statement.

An answer keeps a Sighting for each pair of headers (key, instance) that it was given to, so that a warm read
costs one look-up. With each write the Sightings are taken off the answers; who comes next is met anew.
"""

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from time import time

from versioning.delivery.memory import CONVERSATION, Answer, Held, Key, Sighting
from versioning.delivery.source import Busy, Source, Unreachable

log = logging.getLogger("previse.delivery")

PAUSE = 5.0  # seconds between two writes
TIDY = 600.0  # seconds between two that also forget what is old
MOST = 5_000  # sightings that are owed to the database at most
MOST_OF_KEY = 1_000  # of them by one key as named instances
MOST_INSTANCES = 200  # by one key of one thing; the database holds no more either
MOST_ROWS = 2_000  # of one statement
INSTANCE = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
OTHERS = "*"  # no instance can be called this: all beyond the bounds, as one
HOUR = 3600.0

type Subject = tuple[str, str, bool]  # kind, slug, whether by a number
type Place = tuple[str, str, Subject, int]  # key, instance, subject, hour


class Sightings:
    """The programs that were answered since the last write."""

    def __init__(self, source: Source, *, pause: float = PAUSE) -> None:
        self._source, self._pause = source, pause
        self._met: list[tuple[Answer, Sighting]] = []
        self._begun: dict[Place, Sighting] = {}
        self._owed: dict[Place, Sighting] = {}
        self._instances: dict[tuple[str, Subject], set[str]] = {}
        self._named: Counter[str] = Counter()
        self._wake = asyncio.Event()
        self._ended = self._failed = False
        self._tidy_due = 0.0

    def meet(self, key: Key, instance: bytes, answer: Answer, now: float) -> Sighting:
        """What counts the reads of an answer by a key's instance from now on; it may be thrown away."""
        if not answer.held:
            return _nobody(now)
        if self._full():
            return _nobody(now)
        name = instance.decode() if INSTANCE.fullmatch(instance) else ""
        placed = self._placed(key.id, name, _subject(answer))
        # As nobody can send it: neither odd spellings nor invented names make more than one.
        who = (key.header, placed.encode() if placed == name else None)
        if (sighting := answer.seen.get(who)) is None:
            sighting = answer.seen[who] = Sighting(key.id, placed, answer.held, since=now, at=now)
            self._met.append((answer, sighting))
        return sighting

    def begun(self, key: Key, agent: str, now: float) -> None:
        """Count a conversation that a key began: a read of its agent, by no client, for it stays as it is."""
        place = (key.id, "", (CONVERSATION, agent, True), int(now // HOUR))
        if place not in self._begun:
            if self._full():
                return
            held = Held(None, None, None, "", "", agent)
            self._begun[place] = Sighting(key.id, "", (held,), since=now, at=now)
        self._begun[place].count += 1
        self._begun[place].at = now

    async def run(self) -> None:
        """Write every so often, and once more at the end."""
        while not self._ended:
            try:
                async with asyncio.timeout(self._pause):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            await self.flush()
        await self.flush()

    def end(self) -> None:
        """Write what is not written yet, and end `run`."""
        self._ended = True
        self._wake.set()

    async def flush(self) -> None:
        """Write what was noted, nothing where nothing was; what cannot be written is kept for next time."""
        self._take()
        while self._owed:
            part = self._part()
            sightings = [self._owed[place] for place in part]
            rows = sum(len(each.held) for each in sightings)
            told = await asyncio.to_thread(_told, sightings) if rows > MOST_ROWS // 4 else _told(sightings)
            tidy = time() >= self._tidy_due
            try:
                await self._source.note(told, tidy=tidy)
            except (Unreachable, Busy) as error:
                if not self._failed:
                    log.warning("who reads cannot be written down: %s", error.__cause__ or error)
                self._failed = True
                return
            self._failed = False
            if tidy:
                self._tidy_due = time() + TIDY
            for place in part:
                del self._owed[place]
        self._instances.clear()
        self._named.clear()

    def _full(self) -> bool:
        """Whether there is room for no more; then it is time to write."""
        full = len(self._met) + len(self._begun) + len(self._owed) >= MOST
        if full:
            self._wake.set()
        return full

    def _placed(self, key: str, name: str, subject: Subject) -> str:
        """The instance by its name, or as one of the others where there are too many."""
        known = self._instances.setdefault((key, subject), set())
        if name in known or not name:
            return name
        if len(known) >= MOST_INSTANCES or self._named[key] >= MOST_OF_KEY:
            return OTHERS
        known.add(name)
        self._named[key] += 1
        return name

    def _take(self) -> None:
        """Take the sightings off their answers, one of each program and thing."""
        met, self._met = self._met, []
        for answer, new in met:
            answer.seen.clear()
            self._owe((new.key, new.instance, _subject(answer), int(new.at // HOUR)), new)
        begun, self._begun = self._begun, {}
        for place, new in begun.items():
            self._owe(place, new)

    def _owe(self, place: Place, new: Sighting) -> None:
        old = self._owed.get(place)
        self._owed[place] = _together(old, new) if old else new

    def _part(self) -> list[Place]:
        """What goes into one statement: not more rows than that, unless one bundle alone has them."""
        part: list[Place] = []
        rows = 0
        for place, sighting in self._owed.items():
            rows += len(sighting.held)
            if part and rows > MOST_ROWS:
                break
            part.append(place)
        return part


def _nobody(now: float) -> Sighting:
    return Sighting("", "", (), now, now)


def _subject(answer: Answer) -> Subject:
    _, _, kind, slug, number = answer.place
    return kind, slug, number is not None


def _together(one: Sighting, other: Sighting) -> Sighting:
    """Two sightings of one program: it holds what it was given last."""
    older, newer = (one, other) if one.at <= other.at else (other, one)
    newer.count += older.count
    if newer.held == older.held:
        newer.since = min(older.since, newer.since)
    return newer


def _told(sightings: Iterable[Sighting]) -> str:
    """As `note_readers` takes them. Times are ages, so that no process's clock matters."""
    return json.dumps(list(_rows(sightings, time())), separators=(",", ":"))


def _rows(sightings: Iterable[Sighting], now: float) -> Iterator[dict[str, object]]:
    for each in sightings:
        for held in each.held:
            yield {
                "key": each.key, "instance": each.instance, "count": each.count,
                "since": now - each.since, "seen": now - each.at, **held._asdict(),
            }  # fmt: skip
