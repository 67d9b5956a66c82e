"""Histories that come from elsewhere: one JSON object a line, each a version of an artifact.

`{"prompt": slug, "version": 1, "message": "…", "author": "…", "created": "2025-04-17T17:19:55Z",
"source": "…"}`; of an agent `{"agent": slug, …, "config": {…}}`. One file may hold both. Authors stay
names, dates stay dates, versions come in frozen and the last one live.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import transaction

from versioning.lib.errors import DomainError
from versioning.versions import services
from versioning.versions.kinds import KINDS
from versioning.versions.models import Artifact, Version
from versioning.versions.services.artifacts import Imported
from versioning.versions.services.steps import refuse_archived
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

WORDS = ("message", "author", "created")
YEARS = range(1970, 3000)


@dataclass(frozen=True)
class Result:
    """What became of one artifact: how many versions were added, how many it has, or why none came in.

    `notes` say what of it was set aside. A line that names no artifact has neither kind nor slug. Of an
    export `happened` says what became of it.
    """

    kind: str
    slug: str
    added: int = 0
    total: int = 0
    problem: str = ""
    notes: tuple[str, ...] = ()
    happened: str = ""


class BadLine(Exception):
    """A line that is no version, with what is wrong."""


@dataclass(frozen=True)
class Line:
    """A line that was read: where it stood, and what it holds; `commit`, where it comes out of git."""

    at: int
    content: Any
    message: str
    author: str
    created: datetime
    commit: str = ""

    def as_version(self, source: str) -> Imported:
        """The version that it is, with the source that its kind makes of the content."""
        return Imported(
            source=source, message=self.message, author=self.author, created=self.created, commit=self.commit
        )


class Importer(Protocol):
    """What a kind does with the lines that name it. They hold what they import under `content`."""

    kind: str
    content: str
    example: str

    def check(self, content: object) -> Any:
        """The content of a line as it shall be kept until the whole history is read; or BadLine."""

    def artifact(self, actor: Actor, slug: str) -> Artifact:
        """The artifact of that slug, made where it is missing."""

    def history(
        self, actor: Actor, artifact: Artifact, lines: Sequence[Line]
    ) -> tuple[list[Imported], list[str]]:
        """The versions in their order, and what was set aside; or DomainError."""


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Called once by each kind's app. Kinds come in in this order: agents name prompts."""
    _importers[importer.kind] = importer


def importer_of(kind: str) -> Importer:
    """What imports a kind."""
    return _importers[kind]


def import_history(actor: Actor, lines: Iterable[str | bytes]) -> list[Result]:
    """Bring in the artifacts of a file, each whole or not at all; what is there already stays as it is.

    An artifact that is missing is made, named like its slug. A second run adds nothing and moves nothing.
    Problems name their line. Raises `forbidden` where the actor may import nothing.
    """
    require(actor, Act.EDIT)
    histories: dict[tuple[str, str], dict[int, Line]] = {}
    problems: dict[tuple[str, str], str] = {}
    nowhere: list[Result] = []
    for at, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        key = None
        try:
            entry = _object(line)
            key = _key(entry)
            history = histories.setdefault(key, {})
            number = _number(entry)
            if number in history:
                raise BadLine(f"v{number} of this {KINDS[key[0]].noun} came before already")
            history[number] = _line(at, key[0], entry)
        except BadLine as error:
            problem = f"Line {at}: {error}."
            if key:
                problems.setdefault(key, problem)
            else:
                nowhere.append(Result("", "", problem=problem))
    return nowhere + [
        _import_one(actor, kind, slug, history, problems.get((kind, slug), ""))
        for wanted in _importers
        for (kind, slug), history in histories.items()
        if kind == wanted
    ]


def _import_one(actor: Actor, kind: str, slug: str, history: dict[int, Line], problem: str) -> Result:
    missing = next((n for n in range(1, len(history) + 1) if n not in history), None)
    if not problem and missing:
        problem = f"v{missing} is missing. A history begins with v1 and leaves no number out."
    if problem:
        problem += f" Nothing of this {KINDS[kind].noun} came in."
        return Result(kind, slug, total=total(actor, kind, slug), problem=problem)
    return bring_in(actor, kind, slug, [history[n] for n in sorted(history)])


def bring_in(actor: Actor, kind: str, slug: str, lines: Sequence[Line], **about: Any) -> Result:
    """Bring in one artifact, whole or not at all. `about` is kept in the Event of the import."""
    importer = _importers[kind]
    try:
        with transaction.atomic():
            artifact = importer.artifact(actor, slug)
            refuse_archived(artifact)
            versions, notes = importer.history(actor, artifact, lines)
            added = services.import_versions(actor, artifact, versions, **about)
    except DomainError as error:
        return Result(kind, slug, total=total(actor, kind, slug), problem=error.message)
    said = tuple(notes) if added else ()
    return Result(kind, slug, added=added, total=total(actor, kind, slug), notes=said)


def total(actor: Actor, kind: str, slug: str) -> int:
    """How many versions it has; of a kind with one draft, those that are locked."""
    found = Version.objects.filter(workspace_id=actor.workspace.id, kind=kind, artifact__slug=slug)
    return (found.exclude(locked_at=None) if KINDS[kind].one_draft else found).count()


def _object(line: str | bytes) -> dict[str, object]:
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line.removeprefix("\ufeff")
        entry = json.loads(text, object_pairs_hook=_without_twins)
    except UnicodeDecodeError as error:
        raise BadLine("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadLine(f"it is no JSON ({error.msg}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise BadLine("it is no JSON that can be read") from error
    if not isinstance(entry, dict):
        raise BadLine("it is no JSON object")
    return entry


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one name, one would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise BadLine(f"it holds the name {twin[:60]!r} twice in one object")
    return found


def _key(entry: dict[str, object]) -> tuple[str, str]:
    """Which artifact a line is of: its kind and its slug."""
    kinds = [kind for kind in _importers if kind in entry]
    names = " or ".join(f'"{kind}"' for kind in kinds or _importers)
    slug = entry.get(kinds[0]) if len(kinds) == 1 else None
    if len(kinds) > 1 or not isinstance(slug, str) or not slug:
        raise BadLine(f"{names} must be the slug of the {names.replace('"', '')}")
    return kinds[0], _clean(kinds[0], slug)


def _number(entry: dict[str, object]) -> int:
    number = entry.get("version")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BadLine('"version" must be a whole number from 1')
    return number


def _line(at: int, kind: str, entry: dict[str, object]) -> Line:
    words = {name: _clean(name, entry.get(name)) for name in WORDS}
    importer = _importers[kind]
    try:
        content = importer.check(entry.get(importer.content))
    except DomainError as error:
        raise BadLine(error.message.rstrip(".")) from error
    return Line(at, content, words["message"], words["author"], moment_of(words["created"], "created"))


def _clean(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadLine(f'"{name}" must be a text')
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadLine(f'"{name}" holds a character that cannot be kept (NUL, or half of a surrogate pair)')
    return value


def moment_of(text: str, name: str) -> datetime:
    """A moment in the years that can be kept; UTC, where it names no zone. Raises BadLine."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadLine(f'"{name}" must be a date such as 2025-04-17T17:19:55Z, not {text[:40]!r}') from error
    if at.year not in YEARS:
        raise BadLine(f'"{name}" must lie between 1970 and 3000')
    return at if at.tzinfo else at.replace(tzinfo=UTC)
