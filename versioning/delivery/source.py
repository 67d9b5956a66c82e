"""The database as delivery sees it: few connections of its own, one query a read, no patience.

After an outage it tries again every RETRY seconds for as long as anybody asks.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from versioning.delivery.lines import Line
from versioning.delivery.memory import BUNDLE, CONVERSATION

log = logging.getLogger("previse.delivery")

CONNECTIONS = 4
FOR_STRANGERS = 2  # beside them: a flood of invented keys takes nothing from the known ones
FOR_STARTS = 4  # beside both: conversations that wait for the disk hold up no read
FOR_BUNDLES = 2  # likewise: a large one takes its time
MOST_CONNECTIONS = CONNECTIONS + FOR_STRANGERS + FOR_STARTS + FOR_BUNDLES
QUERY_SECONDS = 2.0
BUNDLE_SECONDS = 15.0
NOTE_SECONDS = 5.0
TURN_SECONDS = 2.0
RETRY = 0.5

READ: LiteralString = "SELECT * FROM delivery_read(%s, %s, %s, %s)"
READ_BUNDLE: LiteralString = "SELECT * FROM delivery_bundle(%s)"
READ_CONVERSATION: LiteralString = "SELECT * FROM conversation_read(%s, %s)"
START: LiteralString = "SELECT * FROM conversation_start(%s, %s, %s, %s, %s, %s)"
TOUCH: LiteralString = "SELECT touch_keys(%s, %s)"
NOTE: LiteralString = "SELECT note_readers(%s, %s)"


class Unreachable(Exception):
    """The database does not answer."""


class Busy(Exception):
    """Too many wait for it already."""


@dataclass(frozen=True, slots=True)
class Row:
    """What `delivery_read` gives of a key that counts."""

    key_id: UUID
    workspace_id: UUID
    key_kind: str
    expires_at: datetime | None
    artifact_id: UUID | None
    generation: int | None
    served_from: str
    number: int | None
    source: str | None
    digest: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `delivery_bundle` gives of a key that counts: all that it reads, with its kind and slug."""

    key_id: UUID
    workspace_id: UUID
    key_kind: str
    expires_at: datetime | None
    rows: Sequence[tuple[str, str, Row]]

    @classmethod
    def of(cls, told: Sequence[tuple[Any, ...]]) -> "Bundle":
        """The rows as they came: the key is in each; where it reads nothing, in one without an artifact."""
        rows = [(each[-2], each[-1], Row(*each[:-2])) for each in told if each[-1] is not None]
        key_id, workspace_id, key_kind, expires_at = told[0][:4]
        return cls(key_id, workspace_id, key_kind, expires_at, rows)

    @property
    def size(self) -> int:
        """How much text it is, in characters."""
        return sum(len(row.source or "") for _, _, row in self.rows)


@dataclass(frozen=True, slots=True)
class Session:
    """What the functions of conversations give of a key that counts.

    `outcome`: made, again, reused, unknown, nothing, caller (agents/migrations/0003 says when).
    """

    key_id: UUID
    workspace_id: UUID
    key_kind: str
    expires_at: datetime | None
    outcome: str
    generation: int | None
    id: UUID | None
    agent: str | None
    number: int | None
    digest: str | None
    served_from: str | None
    connector: UUID | None
    started_at: datetime | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Start:
    """A conversation that is wanted: by an agent's slug or a connector's id, for whom, by which request.

    `id` is made by us, so that a statement that is sent again after a lost connection acts once.
    """

    id: UUID
    digest: bytes
    slug: str = ""
    connector: UUID | None = None
    caller: str = ""
    once: str | None = None


class Source:
    """Reads by key and slug, conversations that start, the touches of keys, and who was seen to read."""

    def __init__(self, conninfo: str) -> None:
        self._line = Line(conninfo, name="previse delivery", seconds=QUERY_SECONDS)
        self._bulk = Line(conninfo, name="previse delivery", seconds=BUNDLE_SECONDS)
        self._notes = Line(conninfo, name="previse readers", seconds=NOTE_SECONDS)
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._strangers = asyncio.Semaphore(FOR_STRANGERS)
        self._starts = asyncio.Semaphore(FOR_STARTS)
        self._bundles = asyncio.Semaphore(FOR_BUNDLES)
        self._retry_at = 0.0
        self.suspect = False

    async def read(
        self, digest: bytes, kind: str, slug: str, number: int | None, *, known: bool
    ) -> Row | Session | Bundle | None:
        """The key's row with what it reads at that slug; None for a key that does not count.

        Of the kind `conversation` the slug is an id, or empty where it can be none; a bundle has none.
        Raises Unreachable, and Busy where too many wait.
        """
        if kind == BUNDLE:
            return await self._bundle(digest, known=known)
        async with self._turn(self._turns if known else self._strangers):
            if kind == CONVERSATION:
                told = await self._ask(READ_CONVERSATION, (digest, UUID(slug) if slug else None))
                return Session(*told) if told else None
            row = await self._ask(READ, (digest, kind, slug, number))
        return Row(*row) if row else None

    async def start(self, wanted: Start, *, known: bool) -> Session | None:
        """Start a conversation, in one statement; None for a key that does not count. Raises as `read`."""
        asked = (wanted.id, wanted.digest, wanted.slug, wanted.connector, wanted.caller, wanted.once)
        async with self._turn(self._starts if known else self._strangers):
            row = await self._ask(START, asked, writes=True)
        return Session(*row) if row else None

    async def touch(self, ids: Sequence[str], moments: Sequence[datetime]) -> None:
        """Record when keys were used. Raises as `read`."""
        async with self._turn(self._turns):
            await self._ask(TOUCH, ([UUID(one) for one in ids], list(moments)))

    async def note(self, seen: str, *, tidy: bool) -> None:
        """Record who was seen to read (JSON, as `note_readers` takes it); `tidy`: and forget what is old.

        Raises Unreachable. Whether it can be written says nothing of what can be read.
        """
        try:
            await self._notes.ask(NOTE, (seen, tidy))
        except (psycopg.Error, OSError) as error:
            raise Unreachable from error

    async def answers(self, question: LiteralString = "SELECT 1") -> bool:
        """Whether the database answers now; a `question`, whether with a row."""
        try:
            async with self._turn(self._turns):
                return await self._ask(question, ()) is not None
        except (Unreachable, Busy):
            return False

    def forgive(self) -> None:
        """It was reached by another way just now: do not wait before the next attempt."""
        self.suspect, self._retry_at = False, 0.0

    async def close(self) -> None:
        """Close what is idle."""
        for line in (self._line, self._bulk, self._notes):
            await line.close()

    async def _bundle(self, digest: bytes, *, known: bool) -> Bundle | None:
        """As `read`. That a large one takes too long does not say that the database is gone."""
        async with self._turn(self._bundles if known else self._strangers):
            since = monotonic()
            try:
                told = await self._bulk.ask(READ_BUNDLE, (digest,))
            except (psycopg.Error, OSError) as error:
                if monotonic() - since < QUERY_SECONDS:
                    self._doubt(error)
                raise Unreachable from error
        self.forgive()
        return Bundle.of(told) if told else None

    @contextlib.asynccontextmanager
    async def _turn(self, turns: asyncio.Semaphore) -> AsyncIterator[None]:
        if monotonic() < self._retry_at:
            raise Unreachable
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await turns.acquire()
        except TimeoutError:
            raise (Unreachable if self.suspect else Busy) from None
        try:
            yield
        finally:
            turns.release()

    async def _ask(
        self, query: LiteralString, values: Sequence[Any], *, writes: bool = False
    ) -> tuple[Any, ...] | None:
        try:
            rows = await self._line.ask(query, values)
        except (psycopg.Error, OSError) as error:
            if writes and _was_answered(error):
                log.error("the database refused to write: %s", error)
                raise Unreachable from error  # what cannot be written says nothing of what can be read
            self._doubt(error)
            raise Unreachable from error
        self.forgive()
        return rows[0] if rows else None

    def _doubt(self, error: Exception) -> None:
        """It was not reached: for a moment nobody tries again."""
        if not self.suspect:
            log.warning("the database does not answer: %s", error)
        self.suspect, self._retry_at = True, monotonic() + RETRY


def _was_answered(error: Exception) -> bool:
    """Whether the server itself refused: by a rule, or because a write waited for too long."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return True
    return isinstance(error, psycopg.Error) and not isinstance(
        error, psycopg.OperationalError | psycopg.InterfaceError
    )
