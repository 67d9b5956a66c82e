"""`manage.py stop`: stops the embedded PostgreSQL, which outlives the server for quick starts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from versioning.lib import postgres


class Command(BaseCommand):
    """Stops the embedded database."""

    help = "Stop the embedded PostgreSQL of this data folder. What is kept in it stays."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not postgres.wanted():
            raise CommandError("DATABASE_URL names a database of your own: there is nothing here to stop.")
        stopped = postgres.Embedded(postgres.data_folder()).stop()
        self.stdout.write("The database is stopped." if stopped else "The database was not running.")
