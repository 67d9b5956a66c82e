"""`manage.py database_roles`: the SQL that makes the roles in a PostgreSQL of your own."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from versioning.lib import roles


class Command(BaseCommand):
    """Prints the SQL."""

    help = "Print the SQL that a superuser of your PostgreSQL (16 or newer) runs once."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(roles.remedy(settings.DATABASES["default"]["NAME"]))
