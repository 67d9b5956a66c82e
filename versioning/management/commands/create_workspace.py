"""`manage.py create_workspace SLUG`: a new workspace, without members yet."""

from typing import Any

from django.core.management.base import CommandParser

from versioning.management.operator import OperatorCommand
from versioning.workspaces.services.workspaces import create_workspace


class Command(OperatorCommand):
    """Makes a workspace."""

    help = "Make a workspace. Its members come by create_member, or by invites of its admins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in URLs: lower-case letters, digits, single hyphens")
        parser.add_argument("--name", default="", help="its name on screens (the slug, if not given)")

    def act(self, *, slug: str, name: str, **_: Any) -> None:
        workspace = create_workspace(slug, name=name)
        self.stdout.write(f"Made the workspace '{workspace.slug}'.")
