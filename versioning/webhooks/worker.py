"""The worker: brings endpoints what they are owed. Part of the server, or `manage.py worker` by itself.

Any number may run at once. A worker that loses its database begins anew, once it is back.
"""

import asyncio
import logging
from typing import Any, LiteralString

import psycopg

log = logging.getLogger("previse.worker")

AT_ONCE = 40  # endpoints
CONNECTIONS = 4  # of the worker's own; what it does for an endpoint uses Django's
GRACE = 4.0  # seconds for requests under way when it is to stop; then they are left to the next
RETRY = 1.0
CONNECT_SECONDS = 2
LIVES: LiteralString = (
    "SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds' LIMIT 1"
)


class Worker:
    """A task beside the server, or all that a process does."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._troubled = False

    def open(self) -> None:
        """Begin, inside a running loop."""
        self._stopping = False
        self._task = asyncio.create_task(self.run())

    async def close(self) -> None:
        """End: requests under way have a little while, and what is not finished is taken up by the next."""
        if self._task:
            self._stopping = True
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2 * GRACE)

    async def run(self) -> None:
        """Work until cancelled."""
        await asyncio.to_thread(_load)
        while not self._stopping:
            try:
                await self._work()
            except Exception as error:
                self._trouble(error)
            await asyncio.sleep(RETRY)

    async def _work(self) -> None:
        """Work for as long as the database is there."""
        from procrastinate.psycopg_connector import PsycopgConnector

        from versioning.webhooks import tasks

        where = _conninfo()
        reached = await psycopg.AsyncConnection.connect(**where, connect_timeout=CONNECT_SECONDS)
        await reached.close()
        self._recovered()
        connector = PsycopgConnector(kwargs=where, min_size=1, max_size=CONNECTIONS, timeout=5)
        async with tasks.app_of_worker(connector).open_async() as app:
            await app.run_worker_async(
                name="previse", queues=[tasks.QUEUE], concurrency=AT_ONCE, delete_jobs="always",
                fetch_job_polling_interval=1.0, update_heartbeat_interval=5.0,
                stalled_worker_timeout=tasks.LOST_AFTER, shutdown_graceful_timeout=GRACE,
                install_signal_handlers=False, additional_context={"stopping": lambda: self._stopping},
            )  # fmt: skip

    def _trouble(self, error: Exception) -> None:
        """Said once, however often it is tried."""
        level = logging.DEBUG if self._troubled else logging.WARNING
        log.log(level, "The worker stopped (%s); it begins again when it can.", error)
        self._troubled = True

    def _recovered(self) -> None:
        if self._troubled:
            log.warning("The worker reaches the database again.")
        self._troubled = False


worker = Worker()


def _load() -> None:
    """What is slow to load, away from the loop: the first delivery shall not wait for it."""
    import procrastinate.psycopg_connector  # noqa: F401

    from versioning.lib import outbound
    from versioning.webhooks import work  # noqa: F401

    outbound.tls()


def _conninfo() -> dict[str, Any]:
    """Where Django's database is, for connections that are not Django's."""
    from procrastinate.contrib.django import connector_params

    return connector_params() | {"application_name": "previse worker"}
