"""Working off one endpoint: what is due goes out one at a time; then others have their turn."""

import asyncio
import functools
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

from django.db import Error

from versioning.webhooks import holding, sending
from versioning.webhooks.holding import Held, Turn

log = logging.getLogger("previse.webhooks")
MOST_REQUESTS, MOST_SECONDS = 50, 20.0  # of one visit: then the slot is another endpoint's
KEEP_TRYING = 5  # times, a second apart, to write down what came of a request while the database is away
THREADS = 6  # what waits for the database waits here, and never in the loop


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks")


async def in_thread[R](step: Callable[..., R], *arguments: Any) -> R:
    """A step that waits for the database, in a thread of the worker's own."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), step, *arguments)


async def work_off(workspace: str, endpoint: str, *, stopping: Callable[[], bool]) -> bool:
    """Bring one endpoint what is due, unless another worker is at it. Whether more is due at the end.

    What goes wrong here is no fault of the endpoint's: it is held until the lease ends, then found again.
    """
    held = Held(workspace=UUID(workspace), endpoint=UUID(endpoint), by=uuid4())
    try:
        if not await in_thread(holding.take, held):
            return False
        try:
            await _visit(held, stopping)
        finally:
            more = await asyncio.shield(in_thread(holding.let_go, held))
        return more
    except Error as error:
        log.warning("Webhook %s is left for later, the database does not answer: %s", endpoint, error)
    except Exception:
        log.exception("Webhook %s is left for later.", endpoint)
    return False


async def _visit(held: Held, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + MOST_SECONDS
    async with await in_thread(sending.client) as client:
        for _ in range(MOST_REQUESTS):
            turn = await in_thread(holding.next_turn, held)
            if turn is None:
                return
            outcome = await sending.send(client, turn.parcel)
            await _settle(held, turn, outcome)
            if stopping() or time.monotonic() > until:
                return


async def _settle(held: Held, turn: Turn, outcome: sending.Outcome) -> None:
    """Write it down, however long the database takes: a repeat is right, but a nuisance."""
    for left in reversed(range(KEEP_TRYING)):
        try:
            return await in_thread(holding.settle, held, turn, outcome)
        except Error:
            if not left:
                raise
            await asyncio.sleep(1)
