"""The database as delivery sees it: few connections of its own, one query a read, no patience.

Not Django's pool, which pages may fill; and not psycopg's, which waits ever longer between its attempts
after an outage, while this one tries again every RETRY seconds for as long as anybody asks.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from versioning.delivery.memory import CONVERSATION

log = logging.getLogger("previse.delivery")

CONNECTIONS = 4
FOR_STRANGERS = 2  # beside them: a flood of invented keys takes nothing from the known ones
FOR_STARTS = 4  # beside both: conversations that wait for the disk hold up no read
MOST_CONNECTIONS = CONNECTIONS + FOR_STRANGERS + FOR_STARTS
CONNECT_SECONDS = 2
QUERY_SECONDS = 2.0
TURN_SECONDS = 2.0
RETRY = 0.5

READ: LiteralString = "SELECT * FROM delivery_read(%s, %s, %s, %s)"
READ_CONVERSATION: LiteralString = "SELECT * FROM conversation_read(%s, %s)"
START: LiteralString = "SELECT * FROM conversation_start(%s, %s, %s, %s, %s, %s)"
TOUCH: LiteralString = "SELECT touch_keys(%s, %s)"


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


async def connect(conninfo: str, *, name: str) -> psycopg.AsyncConnection[Any]:
    """A connection of delivery's own; a peer that went away silently is found by keepalives."""
    return await psycopg.AsyncConnection.connect(
        conninfo, autocommit=True, application_name=f"{name} {os.getpid()}",
        connect_timeout=CONNECT_SECONDS,
        options="-c statement_timeout=2000 -c timezone=UTC",
        keepalives=1, keepalives_idle=5, keepalives_interval=2, keepalives_count=2,
    )  # fmt: skip


@contextlib.contextmanager
def hang_up_after(connection: psycopg.AsyncConnection[Any], seconds: float) -> Any:
    """Shut the connection's socket when the block takes longer.

    Cancelling the task instead would make psycopg ask the server to cancel, and a server that is gone
    does not answer that either.
    """
    timer = asyncio.get_running_loop().call_later(seconds, _hang_up, connection)
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: psycopg.AsyncConnection[Any]) -> None:
    with contextlib.suppress(OSError, psycopg.Error):
        ours = socket.socket(fileno=os.dup(connection.pgconn.socket))
        with ours:
            ours.shutdown(socket.SHUT_RDWR)


class Source:
    """Reads by key and slug, conversations that start, and the touches of keys."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._idle: list[psycopg.AsyncConnection[Any]] = []
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._strangers = asyncio.Semaphore(FOR_STRANGERS)
        self._starts = asyncio.Semaphore(FOR_STARTS)
        self._retry_at = 0.0
        self.suspect = False
        self.queries = 0

    async def read(
        self, digest: bytes, kind: str, slug: str, number: int | None, *, known: bool
    ) -> Row | Session | None:
        """The key's row with what it reads at that slug; None for a key that does not count.

        Of the kind `conversation` the slug is an id, or empty where it can be none.
        Raises Unreachable, and Busy where too many wait.
        """
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

    async def answers(self) -> bool:
        """Whether the database answers now."""
        try:
            async with self._turn(self._turns):
                return await self._ask("SELECT 1", ()) is not None
        except (Unreachable, Busy):
            return False

    def forgive(self) -> None:
        """It was reached by another way just now: do not wait before the next attempt."""
        self.suspect, self._retry_at = False, 0.0

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().close()

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
            row = await self._on_a_connection(query, values)
        except (psycopg.Error, OSError) as error:
            if writes and _was_answered(error):
                log.error("the database refused to write: %s", error)
                raise Unreachable from error  # what cannot be written says nothing of what can be read
            if not self.suspect:
                log.warning("the database does not answer: %s", error)
            self.suspect, self._retry_at = True, monotonic() + RETRY
            raise Unreachable from error
        self.forgive()
        return row

    async def _on_a_connection(self, query: LiteralString, values: Sequence[Any]) -> tuple[Any, ...] | None:
        while self._idle:
            try:
                return await self._on(self._idle.pop(), query, values)
            except psycopg.errors.QueryCanceled:
                raise
            except psycopg.OperationalError:
                continue  # the server was restarted since: the next, and then a new one
        return await self._on(await connect(self._conninfo, name="previse delivery"), query, values)

    async def _on(
        self, connection: psycopg.AsyncConnection[Any], query: LiteralString, values: Sequence[Any]
    ) -> tuple[Any, ...] | None:
        self.queries += 1
        try:
            with hang_up_after(connection, QUERY_SECONDS):
                cursor = await connection.execute(query, values)
                row: tuple[Any, ...] | None = await cursor.fetchone()
        except BaseException:
            await connection.close()
            raise
        self._idle.append(connection)
        return row


def _was_answered(error: Exception) -> bool:
    """Whether the server itself refused: by a rule, or because a write waited for too long."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return True
    return isinstance(error, psycopg.Error) and not isinstance(
        error, psycopg.OperationalError | psycopg.InterfaceError
    )
