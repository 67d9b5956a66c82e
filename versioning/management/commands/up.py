"""`manage.py up`: from whatever is there to a server that answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections

from versioning.changes.apps import say_mode
from versioning.lib import postgres, roles
from versioning.management import database, first_time, serving, statics

ONE_AT_A_TIME = 7_046_029_254  # an advisory lock: two starts neither migrate at once nor make two demos
GREETING = """
Made the workspace "demo", with prompts, agents and their histories to look around in.

    sign in as   {email}
    password     {password}

It is shown this once; `manage.py changepassword {email}` sets another.
"""


class Command(BaseCommand):
    """Sets up what is missing, refuses what is unsafe, and serves."""

    help = "Set up what is missing (database, migrations, static files, demo workspace) and serve."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="set up only")

    def handle(self, *args: Any, no_serve: bool, **options: Any) -> None:
        host, workers = serving.host_and_workers()
        if not no_serve:
            serving.refuse_taken_port(host, settings.PORT)
        self._set_up()
        for alias in connections:
            connections[alias].close()
        connection.close_pool()  # type: ignore[attr-defined]
        self.stdout.flush()
        if not no_serve:
            serving.announce(host, settings.PORT)
            serving.serve(host, settings.PORT, workers)

    def _set_up(self) -> None:
        _refuse_unreachable()
        _refuse_unfit()
        with _alone():
            _migrate()
            _refuse_unfit()
            statics.collect_if_changed()
            if first_time.is_first_time():
                password = first_time.make_demo()
                self.stdout.write(GREETING.format(email=first_time.EMAIL, password=password))


def _refuse_unreachable() -> None:
    for alias in settings.DATABASES:
        if why := database.unreachable(alias):
            variable = "DATABASE_OWNER_URL" if alias == "owner" else "DATABASE_URL"
            which = "The embedded database" if postgres.wanted() else f"The database of {variable}"
            raise CommandError(f"{which} cannot be reached: {why}")


def _refuse_unfit() -> None:
    """Nothing is migrated in, and nothing served from, a database whose walls would not hold."""
    with connection.cursor() as cursor:
        reasons = database.unfit(cursor) or roles.weaknesses(cursor)
    if reasons:
        listed = "\n".join(f"  - {reason}." for reason in reasons)
        remedy = roles.remedy(settings.DATABASES["default"]["NAME"])
        raise CommandError(
            "Previse does not serve from this database: nothing would keep workspaces apart.\n"
            f"{listed}\n\nWhat a superuser runs there once:\n{remedy}"
        )


def _migrate() -> None:
    waiting = database.pending()
    if waiting and not database.has_owner():
        raise CommandError(
            f"{waiting} migrations wait, and the application's own role may not run them. Set "
            f"DATABASE_OWNER_URL to the same database as the role {roles.OWNER} (the SQL that makes it: "
            "manage.py database_roles)."
        )
    if waiting:
        call_command("migrate", verbosity=0)
    elif database.has_owner():
        say_mode(using="owner")  # HISTORY_STRICT may have changed without a migration


@contextmanager
def _alone() -> Iterator[None]:
    """One start at a time. The lock is a transaction's, so that no pool can keep it."""
    held = connections.create_connection("default")
    held.set_autocommit(False)
    try:
        with held.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        yield
    finally:
        held.rollback()
        held.close()
