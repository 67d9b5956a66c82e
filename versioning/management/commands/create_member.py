"""`manage.py create_member EMAIL --workspace SLUG --role editor`: a person, and their place."""

import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email

from versioning.management.operator import OperatorCommand, entered, takes_workspace
from versioning.workspaces.models import Role, User
from versioning.workspaces.services.members import add_member


class Command(OperatorCommand):
    """Makes a person a member, and the account where there is none."""

    help = "Make a person a member of a workspace, and an account for them where there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        takes_workspace(parser)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--name", default="", help="how others see them")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the new account's password from stdin"
        )

    def act(self, *, email: str, workspace: str, role: str, name: str, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        with entered(workspace) as actor:
            user = User.objects.filter(email=email.lower()).first()
            if user and password is not None:
                raise CommandError(f"{email} has an account, with a password of its own. Leave out yours.")
            user = user or _make(email, name, password)
            add_member(actor, user, role)
        self.stdout.write(f"{user.email} is {role} of '{workspace}'.")
        if not user.has_usable_password():
            self.stdout.write("They have no password yet: manage.py changepassword, or 'Forgot password'.")


def _make(email: str, name: str, password: str | None) -> User:
    try:
        validate_email(email)
        if password is not None:
            validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    if len(name) > 100:
        raise CommandError("A name has at most 100 characters.")
    return User.objects.create_user(email, password, name=name.strip())
