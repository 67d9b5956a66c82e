"""`manage.py import_history FILE.jsonl --workspace demo`: prompts and agents with the histories they had."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from versioning.management.operator import OperatorCommand, entered, takes_workspace
from versioning.management.results import tell
from versioning.versions.importing import import_history


class Command(OperatorCommand):
    """Imports a file of versions, one JSON object a line."""

    help = (
        "Import prompts and agents with their histories: messages, authors and dates are kept, versions come "
        "in frozen, the last one live. A second run adds nothing and moves nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.jsonl", help="the file, or - for stdin")
        takes_workspace(parser)

    def act(self, *, file: str, workspace: str, **_: Any) -> None:
        with _opened(file) as lines, entered(workspace) as actor:
            results = import_history(actor, lines)
        tell(self, results)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        opened = open(file, "rb")  # noqa: SIM115  closed below
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    with opened:
        yield opened
