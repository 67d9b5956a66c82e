"""`manage.py migrate` runs as the owner of the tables: the application's role owns nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate


class Command(Migrate):
    """Django's own, on the owner's connection unless told otherwise."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] not in settings.DATABASES:
            raise CommandError("Set DATABASE_OWNER_URL: migrations run as the owner of the tables.")
        super().handle(*args, **options)
