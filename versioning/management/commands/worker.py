"""`manage.py worker`: brings webhooks what they are owed, in a process of its own."""

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from versioning.lib import roles
from versioning.management import database
from versioning.webhooks.worker import worker


class Command(BaseCommand):
    """Runs until it is told to stop. Set WORKER_APART=1 where the server shall run none of its own."""

    help = "Deliver webhooks, in a process beside the server (WORKER_APART=1). Ctrl-C or SIGTERM ends it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_unfit()
        self.stdout.write("The worker runs.")
        self.stdout.flush()
        asyncio.run(_run())


async def _run() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, told.set)
    worker.open()
    await told.wait()
    with contextlib.suppress(asyncio.CancelledError):
        await worker.close()


def _refuse_unfit() -> None:
    """Nothing is delivered from a database whose walls would not hold."""
    if why := database.unreachable():
        raise CommandError(f"The database cannot be reached: {why}. Check DATABASE_URL.")
    with connection.cursor() as cursor:
        reasons = roles.weaknesses(cursor)
    connection.close()
    if reasons:
        listed = "\n".join(f"  - {reason}." for reason in reasons)
        raise CommandError(
            f"The worker does not run with this login:\n{listed}\nSee: manage.py database_roles"
        )
