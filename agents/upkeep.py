"""What each process of the server sees to by itself, every half minute: Snapshots that are missing."""

import asyncio
import logging
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from agents.services.snapshots import take_missing

log = logging.getLogger("previse.upkeep")
EVERY = 30.0  # seconds
BACK = timedelta(hours=1)
ALL = 20  # rounds: one of so many looks at all publishes, those of imports bear dates of the past


class Upkeep:
    """A task beside the server. Each tenth minute looks at all publishes, between them at the last hour's."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin, inside a running loop."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End; a round under way is waited for."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        rounds = 0
        while True:
            try:
                await asyncio.shield(asyncio.to_thread(_round, rounds % ALL == 0))
                rounds += 1
            except Exception:
                log.exception("upkeep failed; it is tried again")
            await asyncio.sleep(EVERY)


def _round(whole: bool) -> None:
    try:
        take_missing(None if whole else timezone.now() - BACK)
    finally:
        connections.close_all()


upkeep = Upkeep()
