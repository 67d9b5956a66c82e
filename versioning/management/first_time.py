"""What the very first start leaves behind: a workspace to look around in, and somebody to sign in as."""

import secrets

from django.db import transaction

from agents import demo as agents
from prompts import demo as prompts
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Role, User, Workspace
from versioning.workspaces.services.members import add_member
from versioning.workspaces.services.workspaces import create_workspace

EMAIL = "owner@example.com"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def is_first_time() -> bool:
    """Whether nobody and nothing is here yet."""
    with told(operator=True):
        return not Workspace.objects.exists() and not User.objects.exists()


def make_demo() -> str:
    """Make the workspace `demo`, its owner (the operator too) and its content. The owner's password."""
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    with transaction.atomic():
        workspace = create_workspace("demo", name="Demo")
        with told(workspace.id):
            owner = User.objects.create_superuser(EMAIL, password, name="Olivia Brandt")
            operator = Actor.of_operator(workspace, via="command")
            add_member(operator, owner, Role.OWNER)
            people = prompts.fill(operator)
            agents.fill(people)  # they name some of those prompts
    return password
