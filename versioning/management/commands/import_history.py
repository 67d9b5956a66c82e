"""`manage.py import_history FILE.jsonl --workspace demo`: prompts with the histories they had elsewhere."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from prompts.importing import Result, import_history
from versioning.management.operator import OperatorCommand, entered, takes_workspace


class Command(OperatorCommand):
    """Imports a file of versions, one JSON object a line."""

    help = (
        "Import prompts with their histories: messages, authors and dates are kept, versions come in frozen, "
        "the last one live. A second run adds nothing and moves nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.jsonl", help="the file, or - for stdin")
        takes_workspace(parser)

    def act(self, *, file: str, workspace: str, **_: Any) -> None:
        with _opened(file) as lines, entered(workspace) as actor:
            results = import_history(actor, _refuse_agents(lines))
        good = [result for result in results if not result.problem]
        bad = [result for result in results if result.problem]
        for result in good:
            self.stdout.write(f"{result.slug:<40} {_count(result)}")
        for result in bad:
            self.stderr.write(f"{result.slug or '(no prompt)'}: {result.problem}")
        versions, added = sum(r.total for r in good), sum(r.added for r in good)
        self.stdout.write(f"{len(good)} prompts, {versions} versions ({added} of them new)")
        if bad:
            raise CommandError(f"Of {len(results)} prompts, {len(bad)} did not come in; see above.")


def _count(result: Result) -> str:
    new = f"{result.added} new" if result.added else "nothing new"
    return f"{result.total:>5} versions, {new}"


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


def _refuse_agents(lines: Iterable[bytes]) -> Iterable[bytes]:
    """The file as it is, unless it holds agents: they would fail line by line."""
    lines = iter(lines)
    first = next(lines, b"")
    try:
        entry = json.loads(first)
    except ValueError:
        entry = None
    if isinstance(entry, dict) and "agent" in entry and "prompt" not in entry:
        raise CommandError("This file holds agents, which cannot be imported yet: prompts can.")
    return chain([first], lines)
