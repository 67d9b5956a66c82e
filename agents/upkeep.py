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


class Upkeep:
    """A task beside the server. The first round looks at all publishes, the others at the last hour's."""

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
        first = True
        while True:
            try:
                await asyncio.shield(asyncio.to_thread(_round, first))
                first = False
            except Exception:
                log.exception("upkeep failed; it is tried again")
            await asyncio.sleep(EVERY)


def _round(first: bool) -> None:
    try:
        take_missing(None if first else timezone.now() - BACK)
    finally:
        connections.close_all()


upkeep = Upkeep()
