"""Hearing of changes: one connection that LISTENs, and proves every BEAT seconds that it hears."""

import asyncio
import logging
import os
from typing import Any

import psycopg

from versioning.delivery.freshness import Freshness
from versioning.delivery.lines import connect, hang_up_after
from versioning.delivery.source import Source

log = logging.getLogger("previse.delivery")

BEAT = 1.5  # a link that died silently is found within two of them
LONGEST_PAUSE = 1.0


class Deaf(Exception):
    """The connection answers, but does not bring what was told."""


class Listener:
    """Keeps a connection that hears, for as long as the process runs."""

    def __init__(self, conninfo: str, freshness: Freshness, source: Source) -> None:
        self._conninfo, self._freshness, self._source = conninfo, freshness, source
        self._own_channel = f"previse_beat_{os.urandom(8).hex()}"
        self._beaten = False

    async def run(self) -> None:
        """Listen until cancelled; after a loss again, with growing pauses."""
        pause = 0.05
        while True:
            try:
                async with await connect(self._conninfo, name="previse listener") as connection:
                    with hang_up_after(connection, BEAT):
                        await connection.execute("LISTEN previse_delivery")
                        await connection.execute(f"LISTEN {self._own_channel}".encode())
                    # Only now: what was committed before LISTEN took hold is read again.
                    self._freshness.begin()
                    self._source.forgive()
                    pause = 0.05
                    await self._hear(connection)
            except Exception as error:  # whatever it was: nobody else starts this again
                level = logging.WARNING if self._freshness.listening else logging.DEBUG
                log.log(level, "the listener is lost: %s", error)
            finally:
                self._freshness.end()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _hear(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            self._beaten = False
            # Told to ourselves through the server: a pooler between that loses LISTEN is found, too.
            with hang_up_after(connection, BEAT):
                await connection.execute("SELECT pg_notify(%s, '')", [self._own_channel])
            async for told in connection.notifies(timeout=BEAT):
                if told.channel == self._own_channel:
                    self._beaten = True
                    self._freshness.alive()
                else:
                    self._freshness.hear(told.payload)
            if not self._beaten:
                raise Deaf("a message to itself did not come back: is a pooler in between?")
