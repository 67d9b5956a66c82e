"""`manage.py create_key --workspace demo --kind live`: prints a new API key, and nothing else."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from versioning.management.operator import OperatorCommand, entered, takes_workspace
from versioning.workspaces.models import KeyKind, Scope
from versioning.workspaces.services.keys import create_key


class Command(OperatorCommand):
    """Makes an API key."""

    help = "Make an API key and print it, alone, on stdout. It cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        takes_workspace(parser)
        parser.add_argument("--kind", required=True, choices=KeyKind.values, help="which pointer it reads")
        parser.add_argument("--name", default="made on the command line")
        parser.add_argument(
            "--scope", action="append", default=[], choices=Scope.values, help="may be given more than once"
        )
        parser.add_argument("--days", type=int, help="after how many days it ends (never, if not given)")

    def act(
        self, *, workspace: str, kind: str, name: str, scope: list[str], days: int | None, **_: Any
    ) -> None:
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("A key lasts 1 to 3650 days.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        with entered(workspace) as actor:
            made = create_key(actor, name=name, kind=kind, scopes=scope, expires_at=expires_at)
        self.stdout.write(made[1])
