"""When keys were last used: noted in memory, written now and then in one statement."""

import asyncio
import logging
from datetime import UTC, datetime

from versioning.delivery.memory import Key
from versioning.delivery.source import Busy, Source, Unreachable

log = logging.getLogger("previse.delivery")

EVERY = 60.0  # seconds between two notes of one key


class Touches:
    """The keys used since the last write."""

    def __init__(self, source: Source, *, pause: float) -> None:
        self._source, self._pause = source, pause
        self._used: dict[str, float] = {}

    def note(self, key: Key, now: float) -> None:
        """This key was used. Asked once a minute and key, so that a warm read costs a comparison."""
        key.touch_due = now + EVERY
        self._used[key.id] = now

    async def run(self) -> None:
        """Write every so often, until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            await self.flush()

    async def flush(self) -> None:
        """Write what was noted; what cannot be written is kept for the next time."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            await self._source.touch(list(used), [datetime.fromtimestamp(at, UTC) for at in used.values()])
        except (Unreachable, Busy):
            self._used = used | self._used
