"""The way to an answer that is not warm: at most one query for all who ask the same at once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic, time

from versioning.delivery.answers import answer_of, is_large, key_of
from versioning.delivery.freshness import Freshness
from versioning.delivery.memory import BUNDLE, Answer, Key, Memory, Place
from versioning.delivery.source import BUNDLE_SECONDS, Bundle, Busy, Row, Session, Source, Unreachable
from versioning.lib.errors import DomainError
from versioning.workspaces import keys

MOST_FLIGHTS = 1_000
MOST_STRANGERS = 300  # of them: what a flood of invented keys can fill
PATIENCE = 0.5  # how long a read waits for the database when it could answer with the last known
LAST_PATIENCE = 3.0
BUNDLE_PATIENCE = 3.0  # as PATIENCE, for a bundle, which may be large

type Identity = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """One read: of which kind and slug, at which number, by which key."""

    secret: str
    digest: bytes
    kind: str
    slug: str
    number: int | None

    def place(self, key: Key) -> Place:
        """Where the answer for this key lies. A pinned one is the same for live and test."""
        served_to = key.kind if self.number is None else "pinned"
        return (key.workspace, served_to, self.kind, self.slug, self.number)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was asked: in which epoch of hearing, after how many messages."""

    epoch: int
    count: int
    read_at: float


@dataclass(slots=True)
class Flight:
    """A query under way. Who comes after a change was heard does not board it."""

    digest: bytes
    count: int
    task: asyncio.Task[tuple[Key, Answer] | None]


def unauthorized() -> DomainError:
    """What every key gets that does not count, whatever the reason."""
    return DomainError(
        "unauthorized",
        "Send a key that works as 'Authorization: Bearer pv_live_…'; "
        "this one is missing, unknown, revoked or expired.",
    )


def busy() -> DomainError:
    """Nothing is known of this, and the database cannot be asked just now."""
    return DomainError("busy", "The database cannot be reached just now. Try again in a few seconds.")


class Reader:
    """Reads through: from memory what is fresh, else from the database, else the last known."""

    def __init__(self, memory: Memory, freshness: Freshness, source: Source) -> None:
        self._memory, self._freshness, self._source = memory, freshness, source
        self._flights: dict[Identity, Flight] = {}

    async def read(self, token: bytes, kind: str, slug: str, number: int | None) -> tuple[Key, Answer, int]:
        """The key, its answer, and for how many seconds that is stale (0: it is fresh).

        Raises `unauthorized`; `busy` where nothing is known and the database does not answer.
        """
        secret = secret_of(token)
        ask = Ask(secret, keys.digest(secret), kind, slug, number)
        for _ in range(2):
            if self._memory.is_bogus(ask.digest):
                raise unauthorized()
            key = self._memory.keys.get(ask.digest)
            fresh = self._freshness.is_fresh
            if key and fresh(key) and time() >= key.dies_at:
                raise unauthorized()
            answer = self._memory.find(ask.place(key)) if key else None
            if key and answer and fresh(key) and fresh(answer):
                return key, answer, 0
            flight = await self._fly(ask, key if key and fresh(key) else None, key, answer)
            if isinstance(flight, tuple):
                return flight
            if flight.digest != ask.digest:
                # Another's key asked for both of us. Its answer is in memory, or that key just died.
                landed = flight.task.result()
                if landed is None or key is None:
                    continue
                return key, landed[1], 0
            landed = flight.task.result()
            if landed is None:
                raise unauthorized()
            return landed[0], landed[1], 0
        raise busy()

    async def _fly(
        self, ask: Ask, fresh_key: Key | None, key: Key | None, answer: Answer | None
    ) -> Flight | tuple[Key, Answer, int]:
        """A flight that has landed; where none can, the last known with its age."""
        last_known = (key, answer) if key and answer and not key.outdated else None
        try:
            flight = self._board(ask, fresh_key)
            await asyncio.wait([flight.task], timeout=self._patience(ask, hurry=last_known is not None))
            if not flight.task.done():
                self._source.suspect |= ask.kind != BUNDLE
                raise Unreachable
            flight.task.result()
        except (Unreachable, Busy):
            if key and time() >= key.dies_at:
                raise unauthorized() from None
            if last_known is None:
                raise busy() from None
            return (*last_known, self._staleness(last_known[1]))
        return flight

    def _patience(self, ask: Ask, *, hurry: bool) -> float:
        """How long to wait for the database; in a hurry where it could answer with the last known."""
        if hurry and self._source.suspect:
            return 0.0
        if ask.kind == BUNDLE:
            return BUNDLE_PATIENCE if hurry else BUNDLE_SECONDS
        return PATIENCE if hurry else LAST_PATIENCE

    def _staleness(self, answer: Answer) -> int:
        """For how many seconds nobody could say whether it still is right; 0 where it is."""
        return 0 if self._freshness.is_fresh(answer) else max(1, ceil(self._freshness.age(answer)))

    def _board(self, ask: Ask, fresh_key: Key | None) -> Flight:
        identity: Identity = (
            ask.place(fresh_key) if fresh_key else (ask.digest, ask.kind, ask.slug, ask.number)
        )
        flight = self._flights.get(identity)
        if flight is None or flight.count != self._freshness.count or flight.task.done():
            known = ask.digest in self._memory.keys
            if len(self._flights) >= (MOST_FLIGHTS if known else MOST_STRANGERS):
                raise Busy
            task = asyncio.create_task(self._query(ask, known=known))
            flight = Flight(ask.digest, self._freshness.count, task)
            self._flights[identity] = flight
            task.add_done_callback(self._landing(identity, flight))
        return flight

    def _landing(self, identity: Identity, flight: Flight) -> Callable[[asyncio.Task[object]], None]:
        def landed(task: asyncio.Task[object]) -> None:
            if self._flights.get(identity) is flight:
                del self._flights[identity]
            if not task.cancelled():
                task.exception()  # those who waited have their answer: nobody may be left to ask

        return landed

    async def _query(self, ask: Ask, *, known: bool) -> tuple[Key, Answer] | None:
        now = self.moment()
        row = await self._source.read(ask.digest, ask.kind, ask.slug, ask.number, known=known)
        key = self.keep_key(row, ask.secret, ask.digest, now)
        if row is None or key is None:
            return None
        place = ask.place(key)
        answer = await asyncio.to_thread(answer_of, row, place) if is_large(row) else answer_of(row, place)
        self.keep(answer, now)
        return key, answer

    def moment(self) -> Moment:
        """Now, to be taken before a query."""
        return Moment(self._freshness.epoch, self._freshness.count, monotonic())

    def keep_key(
        self, row: Row | Session | Bundle | None, secret: str, digest: bytes, at: Moment
    ) -> Key | None:
        """Remember a key that was read, unless something newer is there already; or that it is none."""
        if row is None:
            if not self._freshness.was_told_of_key(digest, at.count):
                self._memory.put_bogus(digest, deaf=not self._freshness.listening)
            return None
        key = key_of(row, digest=digest, header=b"Bearer " + secret.encode())
        self._freshness.stamp(key, epoch=at.epoch, count=at.count, read_at=at.read_at)
        before = self._memory.keys.get(digest)
        if before is None or before.outdated or before.read_at < at.read_at:
            self._memory.put_key(key)
        return key

    def keep(self, answer: Answer, at: Moment) -> None:
        """Remember an answer, unless something newer is there already."""
        self._freshness.stamp(answer, epoch=at.epoch, count=at.count, read_at=at.read_at)
        before = self._memory.find(answer.place)
        passing = answer.pinned and answer.absent  # a draft may be frozen any time, and nobody tells
        if not passing and (before is None or before.outdated or before.read_at < at.read_at):
            self._memory.put(answer)


def secret_of(token: bytes) -> str:
    """The key of an Authorization header, if it can be one at all."""
    scheme, _, secret = token.partition(b" ")
    try:
        found = secret.strip(b" ").decode("ascii")
    except UnicodeDecodeError:
        raise unauthorized() from None
    if scheme.lower() != b"bearer" or not keys.well_formed(found):
        raise unauthorized()
    return found
