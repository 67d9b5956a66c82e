"""`manage.py import_history FILE.jsonl --workspace demo`: prompts and agents with the histories they had."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from versioning.management.operator import OperatorCommand, entered, takes_workspace
from versioning.versions.importing import Result, import_history
from versioning.versions.kinds import KINDS


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
        good = [result for result in results if not result.problem]
        bad = [result for result in results if result.problem]
        for result in good:
            self.stdout.write(f"{result.slug:<40} {_count(result)}")
            for note in result.notes:
                self.stdout.write(f"    {note}")
        for result in bad:
            self.stderr.write(f"{result.slug or '(no slug)'}: {result.problem}")
        for line in _sums(good):
            self.stdout.write(line)
        if bad:
            raise CommandError(f"Of {_nouns(results)}, {len(bad)} did not come in; see above.")


def _count(result: Result) -> str:
    new = f"{result.added} new" if result.added else "nothing new"
    return f"{result.total:>5} versions, {new}"


def _sums(good: list[Result]) -> Iterator[str]:
    """One line for each kind that was there; of an empty file, that nothing was."""
    for kind in KINDS:
        of_kind = [result for result in good if result.kind == kind]
        versions, added = sum(r.total for r in of_kind), sum(r.added for r in of_kind)
        if of_kind:
            things, them = _counted(len(of_kind), KINDS[kind].noun), _counted(versions, "version")
            yield f"{things}, {them} ({added} of them new)"
    if not good:
        yield "Nothing came in."


def _nouns(results: list[Result]) -> str:
    kinds = {result.kind for result in results} - {""}
    if len(kinds) != 1:
        return "1 history" if len(results) == 1 else f"{len(results)} histories"
    return _counted(len(results), KINDS[kinds.pop()].noun)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


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
