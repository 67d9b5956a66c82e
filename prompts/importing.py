"""Histories that come from elsewhere: one JSON object a line, each a version of a prompt.

`{"prompt": slug, "version": 1, "message": "…", "author": "…", "created": "2025-04-17T17:19:55Z",
"source": "…"}`. Authors stay names, dates stay dates, versions come in frozen and the last one live.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from prompts.kind import PromptKind
from prompts.models import Prompt
from prompts.services import create_prompt
from versioning.lib.errors import DomainError
from versioning.versions import services as versions
from versioning.versions.models import Version
from versioning.versions.services.artifacts import Imported
from versioning.versions.services.steps import refuse_archived
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

TEXTS = ("prompt", "message", "author", "created", "source")
YEARS = range(1970, 3000)


@dataclass(frozen=True)
class Result:
    """What became of one prompt: how many versions were added, how many it has, or why none came in."""

    slug: str
    added: int = 0
    total: int = 0
    problem: str = ""


class BadLine(Exception):
    """A line that is no version, with what is wrong."""


def import_history(actor: Actor, lines: Iterable[str | bytes]) -> list[Result]:
    """Bring in the prompts of a file, each whole or not at all; what is there already stays as it is.

    A prompt that is missing is made, named like its slug. A second run adds nothing and moves nothing.
    Problems name their line. Raises `forbidden` where the actor may import nothing.
    """
    require(actor, Act.EDIT)
    histories: dict[str, dict[int, Imported]] = {}
    problems: dict[str, str] = {}
    nowhere: list[Result] = []
    for at, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        slug = ""
        try:
            entry = _object(line)
            slug = _slug(entry)
            history = histories.setdefault(slug, {})
            number = _number(entry)
            if number in history:
                raise BadLine(f"v{number} of this prompt came before already")
            history[number] = _imported(entry)
        except BadLine as error:
            problem = f"Line {at}: {error}."
            if slug:
                problems.setdefault(slug, problem)
            else:
                nowhere.append(Result("", problem=problem))
    return nowhere + [_import_one(actor, slug, histories[slug], problems.get(slug, "")) for slug in histories]


def _import_one(actor: Actor, slug: str, history: dict[int, Imported], problem: str) -> Result:
    missing = next((n for n in range(1, len(history) + 1) if n not in history), None)
    if not problem and missing:
        problem = f"v{missing} is missing. A history begins with v1 and leaves no number out."
    if problem:
        return Result(slug, total=_total(actor, slug), problem=f"{problem} Nothing of this prompt came in.")
    try:
        with transaction.atomic():
            prompt = Prompt.objects.in_workspace(actor).filter(slug=slug).first()
            prompt = prompt or create_prompt(actor, slug=slug)
            refuse_archived(prompt)
            added = versions.import_versions(actor, prompt, [history[n] for n in sorted(history)])
    except DomainError as error:
        return Result(slug, total=_total(actor, slug), problem=error.message)
    return Result(slug, added=added, total=_total(actor, slug))


def _total(actor: Actor, slug: str) -> int:
    return Version.objects.filter(workspace_id=actor.workspace.id, kind="prompt", artifact__slug=slug).count()


def _object(line: str | bytes) -> dict[str, object]:
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line.removeprefix("\ufeff")
        entry = json.loads(text)
    except UnicodeDecodeError as error:
        raise BadLine("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadLine(f"it is no JSON ({error.msg}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise BadLine("it is no JSON that can be read") from error
    if not isinstance(entry, dict):
        raise BadLine("it is no JSON object")
    return entry


def _slug(entry: dict[str, object]) -> str:
    slug = entry.get("prompt")
    if not isinstance(slug, str) or not slug:
        raise BadLine('"prompt" must be the slug of the prompt')
    return _clean("prompt", slug)


def _number(entry: dict[str, object]) -> int:
    number = entry.get("version")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BadLine('"version" must be a whole number from 1')
    return number


def _imported(entry: dict[str, object]) -> Imported:
    words = {name: _clean(name, entry.get(name)) for name in TEXTS if name != "source"}
    source = entry.get("source")
    if not isinstance(source, str):
        raise BadLine('"source" must be a text')
    try:
        PromptKind().validate(source)
    except DomainError as error:
        raise BadLine(error.message.rstrip(".")) from error
    created = _date(words["created"])
    return Imported(source=source, message=words["message"], author=words["author"], created=created)


def _clean(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadLine(f'"{name}" must be a text')
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadLine(f'"{name}" holds a character that cannot be kept (NUL, or half of a surrogate pair)')
    return value


def _date(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadLine(f'"created" must be a date such as 2025-04-17T17:19:55Z, not {text[:40]!r}') from error
    if at.year not in YEARS:
        raise BadLine('"created" must lie between 1970 and 3000')
    return at if at.tzinfo else at.replace(tzinfo=UTC)
