"""Connections to the database, of delivery's own: few, kept, and given up without patience.

Not Django's pool, which pages may fill; and not psycopg's, which waits ever longer between its attempts
after an outage.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg

CONNECT_SECONDS = 2


async def connect(
    conninfo: str, *, name: str, seconds: float = CONNECT_SECONDS
) -> psycopg.AsyncConnection[Any]:
    """A connection whose statements may take `seconds`; keepalives find a peer that went away silently."""
    return await psycopg.AsyncConnection.connect(
        conninfo, autocommit=True, application_name=f"{name} {os.getpid()}",
        connect_timeout=CONNECT_SECONDS,
        options=f"-c statement_timeout={seconds * 1000:.0f} -c timezone=UTC",
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


class Line:
    """Connections of one name and one patience. Those that are idle are kept."""

    def __init__(self, conninfo: str, *, name: str, seconds: float) -> None:
        self._conninfo, self._name, self._seconds = conninfo, name, seconds
        self._idle: list[psycopg.AsyncConnection[Any]] = []

    async def ask(self, query: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement, on an idle connection or a new one. Raises psycopg's errors, OSError."""
        while self._idle:
            try:
                return await self._on(self._idle.pop(), query, values)
            except psycopg.errors.QueryCanceled:
                raise
            except psycopg.OperationalError:
                continue  # the server was restarted since: the next, and then a new one
        connection = await connect(self._conninfo, name=self._name, seconds=self._seconds)
        return await self._on(connection, query, values)

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().close()

    async def _on(
        self, connection: psycopg.AsyncConnection[Any], query: LiteralString, values: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        try:
            with hang_up_after(connection, self._seconds):
                cursor = await connection.execute(query, values)
                rows: list[tuple[Any, ...]] = await cursor.fetchall()
        except BaseException:
            await connection.close()
            raise
        self._idle.append(connection)
        return rows
