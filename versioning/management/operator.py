"""What commands share: they act as the operator, in one workspace at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace


class OperatorCommand(BaseCommand):
    """A command whose refusals are the domain's own words, without a traceback."""

    requires_system_checks = []  # they are for developers, and load every page

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.act(**options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def act(self, *args: Any, **options: Any) -> None:
        """What the command does."""
        raise NotImplementedError


def takes_workspace(parser: CommandParser) -> None:
    """The option that says in which workspace a command acts."""
    parser.add_argument("--workspace", required=True, metavar="SLUG", help="the workspace to act in")


@contextmanager
def entered(slug: str) -> Iterator[Actor]:
    """Inside a workspace, as the operator, in one transaction."""
    workspace = find(slug)
    with told(workspace.id):
        yield Actor.of_operator(workspace, via="command")


def find(slug: str) -> Workspace:
    """A workspace by its slug; the walls are opened for this look alone."""
    with told(operator=True):
        workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise CommandError(f"There is no workspace '{slug}'. Make it: manage.py create_workspace {slug}")
    if workspace.closed_at:
        raise CommandError(f"The workspace '{slug}' is closed.")
    return workspace
