"""What is found by looking: endpoints that are owed something, and a log that has grown old."""

from datetime import datetime, timedelta

from django.db import connection, connections, transaction

from versioning.webhooks import schedule

KEPT = timedelta(days=30)
AT_ONCE = 5_000  # deliveries


def owed() -> list[tuple[str, str]]:
    """The endpoints that are owed something due and are held by nobody: (workspace, endpoint)."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM webhooks_owed(%s)", [schedule.now()])
            return [(str(workspace), str(endpoint)) for workspace, endpoint in cursor.fetchall()]
    finally:
        connections.close_all()


def purge() -> int:
    """Forget what was settled and is older than 30 days; how many deliveries that were."""
    return _purge_before(schedule.now() - KEPT)


def _purge_before(moment: datetime) -> int:
    gone = 0
    try:
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT webhooks_purge(%s, %s)", [moment, AT_ONCE])
                found = int(cursor.fetchone()[0])
            gone += found
            if found < AT_ONCE:
                return gone
    finally:
        connections.close_all()
