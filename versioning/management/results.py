"""What the commands that import say of what came in."""

from collections.abc import Iterator, Sequence

from django.core.management.base import BaseCommand, CommandError

from versioning.versions.importing import Result
from versioning.versions.kinds import KINDS


def tell(command: BaseCommand, results: Sequence[Result]) -> None:
    """Artifact by artifact what came in, then in all. Raises CommandError where something did not."""
    good = [result for result in results if not result.problem]
    bad = [result for result in results if result.problem]
    for result in good:
        command.stdout.write(f"{result.slug:<40} {_count(result)}" if result.kind else result.slug)
        for note in result.notes:
            command.stdout.write(f"    {note}")
    for result in bad:
        command.stderr.write(f"{result.slug or '(no slug)'}: {result.problem}")
    for line in _sums(good):
        command.stdout.write(line)
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
    if not any(result.kind for result in good):
        yield "Nothing came in."


def _nouns(results: Sequence[Result]) -> str:
    kinds = {result.kind for result in results} - {""}
    if len(kinds) != 1:
        return "1 history" if len(results) == 1 else f"{len(results)} histories"
    return _counted(len(results), KINDS[kinds.pop()].noun)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
