"""An export comes in: artifact by artifact, each whole or not at all."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.db import transaction

from versioning.lib import strict_json
from versioning.lib.errors import DomainError
from versioning.versions.exports.exporters import Exporter, Sealed, exporter_of
from versioning.versions.exports.files import HISTORY
from versioning.versions.exports.packing import is_packed
from versioning.versions.exports.reading import Export, open_packed, refused
from versioning.versions.importing import BadLine, Result, import_history, moment_of, total
from versioning.versions.kinds import KINDS
from versioning.versions.models import Version
from versioning.versions.querysets import LAST
from versioning.versions.services.exported import Exported, Standing, import_exported
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

NEW = "New; it stands as it was exported."
ADDED = "Added to what was here; live was not moved."
SAME = "Was here already; nothing moved."


@dataclass(frozen=True)
class _Files:
    """The files of one artifact."""

    export: Export
    exporter: Exporter
    slug: str

    @property
    def folder(self) -> str:
        return f"{self.exporter.folder}/{self.slug}"

    def text(self, number: int, served: str = "") -> str:
        return self.export.text(self.path(number, served))

    def path(self, number: int, served: str = "") -> str:
        return f"{self.folder}/v{number}{served}{self.exporter.ending}"


def import_export(actor: Actor, export: Export) -> list[Result]:
    """Bring in the artifacts of an export; prompts before the agents that name them.

    What is here already is not written over: conflicts are named. A second run adds nothing and moves
    nothing. Raises `forbidden` where the actor may import nothing.
    """
    require(actor, Act.EDIT)
    return [
        _import_one(actor, _Files(export, exporter_of(kind), slug))
        for kind in KINDS
        for slug in export.artifacts(exporter_of(kind).folder)
    ]


def import_file(actor: Actor, file: IO[bytes], name: str = "This file") -> list[Result]:
    """Bring in a file that somebody chose: an export as .zip, or histories line by line."""
    if not is_packed(file):
        return import_history(actor, file)
    with open_packed(file, name) as export:
        return import_export(actor, export)


def _import_one(actor: Actor, files: _Files) -> Result:
    kind = files.exporter.kind
    try:
        with transaction.atomic():
            added, notes, happened = _bring(actor, files)
    except DomainError as error:
        return Result(kind, files.slug, total=total(actor, kind, files.slug), problem=error.message)
    there = Version.objects.filter(workspace_id=actor.workspace.id, kind=kind, artifact__slug=files.slug)
    return Result(kind, files.slug, added, there.count(), notes=tuple(notes), happened=happened)


def _bring(actor: Actor, files: _Files) -> tuple[int, list[str], str]:
    kind, exporter = KINDS[files.exporter.kind], files.exporter
    path = f"{files.folder}/{kind.noun}.json"
    about = _object(files.export.read(path), path)
    if about.get("slug") != files.slug:
        raise refused(f"{path} names another slug than its folder.")
    lines = _history(files)
    standing = _standing(path, about, lines, one_draft=kind.one_draft)
    found = kind.find(actor, files.slug)
    artifact = found or exporter.make(actor, files.slug, about)
    reader = exporter.reader(actor, artifact)
    versions = [_version(files, reader, standing, line) for line in lines]
    added, other = import_exported(actor, artifact, versions, standing, new=not found)
    if found:
        notes = [f"v{number}, a draft, says something else here: it stays as it is." for number in other]
        return added, notes, ADDED if added else SAME
    reader.keep(actor)
    return added, reader.notes(), NEW


def _version(files: _Files, reader: Sealed, standing: Standing, line: dict[str, Any]) -> Exported:
    number = line["version"]
    frozen = line["locked"] is not None
    served = ""
    if KINDS[files.exporter.kind].one_draft and not frozen and number in (standing.live, standing.staging):
        alone = files.export.has(files.path(number, ".served"))
        served = reader.source(files.text(number, ".served" if alone else ""), frozen=True)
    return Exported(
        number, partial(_source, files, reader, number, frozen=frozen), line["message"], line["author"],
        line["created"], line["updated"], line["locked"], line["from"], served,
    )  # fmt: skip


def _source(files: _Files, reader: Sealed, number: int, *, frozen: bool) -> str:
    try:
        return reader.source(files.text(number), frozen=frozen)
    except DomainError as error:
        words = error.message if files.folder in error.message else f"{files.path(number)}: {error.message}"
        raise DomainError(error.code, words, number=number) from error


def _history(files: _Files) -> list[dict[str, Any]]:
    """The lines of a history, each number once and upwards."""
    path, found, before = f"{files.folder}/{HISTORY}", [], 0
    for at, line in enumerate(files.export.read(path).split(b"\n"), start=1):
        if not line:
            continue
        where = f"{path}, line {at}"
        entry = _object(line, where)
        number = _number(entry.get("version"), where, "version")
        if number <= before:
            raise refused(f"{where}: the numbers must grow from line to line.")
        before = number
        forked = entry.get("from")
        found.append({
            "version": number, "from": None if forked is None else _number(forked, where, "from"),
            **{name: _text(entry.get(name), where, name) for name in ("author", "message")},
            **{name: _moment(entry.get(name), where, name) for name in ("created", "updated")},
            "locked": None if entry.get("locked") is None else _moment(entry["locked"], where, "locked"),
        })  # fmt: skip
    return found


def _standing(
    path: str, about: dict[str, Any], lines: list[dict[str, Any]], *, one_draft: bool
) -> Standing:  # fmt: skip
    """Where an artifact stood, if that can be."""
    there = {line["version"]: line["locked"] is not None for line in lines}
    at = {name: about.get(name) for name in ("live", "staging")}
    for name, number in at.items():
        if number is not None and _number(number, path, name) not in there:
            raise refused(f"{path}: {name} is on v{number}, which is not in the history.")
    if at["live"] and not there[at["live"]] and not one_draft:
        raise refused(f"{path}: live is on v{at['live']}, which is a draft.")
    if about.get("archived") and any(at.values()):
        raise refused(f"{path}: what is archived is neither live nor staged.")
    drafts = [number for number, frozen in there.items() if not frozen]
    if one_draft and drafts != [max(there, default=0)]:
        raise refused(f"{path}: it has exactly one draft, with the highest number.")
    last = about.get("last_number")
    if not isinstance(last, int) or isinstance(last, bool) or not max(there, default=0) <= last <= LAST:
        raise refused(f"{path}: last_number is the highest number that was ever given.")
    return Standing(at["live"], at["staging"], about.get("archived") is True, last)


def _object(content: bytes, where: str) -> dict[str, Any]:
    try:
        found = strict_json.read(content)
    except DomainError as error:
        raise refused(f"{where}: {error.message.replace('The body', 'It')}") from error
    if not isinstance(found, dict):
        raise refused(f"{where}: it must be a JSON object.")
    return found


def _number(value: object, where: str, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LAST:
        raise refused(f'{where}: "{name}" must be a whole number from 1.')
    return value


def _text(value: object, where: str, name: str) -> str:
    if not isinstance(value, str):
        raise refused(f'{where}: "{name}" must be a text.')
    return value


def _moment(value: object, where: str, name: str) -> datetime:
    try:
        return moment_of(_text(value, where, name), name)
    except BadLine as error:
        raise refused(f"{where}: {error}.") from error
