"""`manage.py import_history FILE --workspace demo`: prompts and agents with the histories they had."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from versioning.management.operator import OperatorCommand, entered, takes_workspace
from versioning.management.results import tell
from versioning.versions.exports import import_export, import_file, open_folder
from versioning.versions.importing import import_history


class Command(OperatorCommand):
    """Imports a file of versions, one JSON object a line; or an export."""

    help = (
        "Import prompts and agents with their histories: messages, authors and dates are kept, versions come "
        "in frozen, the last one live; those of an export as they were. A second run adds nothing and moves "
        "nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="JSON lines, or - for stdin; or an export: its folder, or its .zip"
        )
        takes_workspace(parser)

    def act(self, *, file: str, workspace: str, **_: Any) -> None:
        if Path(file).is_dir():
            export = open_folder(Path(file))
            with entered(workspace) as actor:
                results = import_export(actor, export)
        else:
            with _opened(file) as opened, entered(workspace) as actor:
                results = import_file(actor, opened, file) if file != "-" else import_history(actor, opened)
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
