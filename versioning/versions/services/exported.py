"""An artifact that comes out of an export: with its numbers, drafts, dates and pointers, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from versioning.lib.errors import DomainError
from versioning.versions.kinds import KINDS, kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.services.archiving import archive
from versioning.versions.services.steps import (
    clean_message,
    digest_of,
    locked,
    move,
    note,
    refuse_archived,
)
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require

TOGETHER = 20  # texts that are held at once


@dataclass(frozen=True)
class Exported:
    """A version as it was. `read` makes its source; `served`, of a draft, what was served of it."""

    number: int
    read: Callable[[], str]
    message: str
    author: str
    created: datetime
    updated: datetime
    locked: datetime | None
    forked: int | None
    served: str = ""


@dataclass(frozen=True)
class Standing:
    """Where an artifact stood: its pointers, whether it was put away, the highest number it ever gave."""

    live: int | None
    staging: int | None
    archived: bool
    last_number: int


def import_exported(
    actor: Actor, artifact: Artifact, versions: Sequence[Exported], standing: Standing, *, new: bool
) -> tuple[int, list[int]]:
    """Bring versions in as they were; of a `new` artifact its pointers too.

    Of one that is here already, only numbers come in that it never had, nothing moves and nothing is
    written over. Returns how many were added, and the drafts that say something else here. Errors:
    `invalid` where a frozen version differs; `archived`.
    """
    require(actor, Act.EDIT)
    with locked(actor, artifact) as row:
        if not new:
            return _add(actor, row, versions, standing)
        if standing.live:
            require(actor, Act.PUBLISH)
        made = _create(row, versions)
        Artifact.objects.filter(pk=row.pk).update(last_number=standing.last_number)
        row.last_number = standing.last_number
        drafts = [each for each in versions if each.locked is None]
        if KINDS[row.kind].one_draft:
            _open(row, drafts[0])
        _imported(actor, row, versions)
        _point(actor, row, made, standing)
        _dated(row, versions)
    if standing.archived:
        found = kind_of(artifact).find(actor, artifact.slug)
        assert found
        archive(actor, found)
    return len(versions), []


def _create(row: Artifact, versions: Sequence[Exported]) -> dict[int, UUID]:
    """Write versions down; the ids that they have now, by number."""
    known = dict(Version.objects.of(row).values_list("number", "pk"))
    for at in range(0, len(versions), TOGETHER):
        rows = []
        for each in versions[at : at + TOGETHER]:
            source = kind_of(row).validate(each.read())
            rows.append(
                Version(
                    artifact_id=row.pk, workspace_id=row.workspace_id, kind=row.kind, number=each.number,
                    source=source, digest=digest_of(source), message=clean_message(each.message),
                    author_name=each.author[:200], created_at=each.created, updated_at=each.updated,
                    locked_at=each.locked, forked_from_id=known.get(each.forked or 0),
                )
            )  # fmt: skip
            known[each.number] = rows[-1].pk
        Version.objects.bulk_create(rows)
    return known


def _open(row: Artifact, draft: Exported) -> None:
    """Make the rows those of the one draft, and the draft what was served of it, where it was."""
    kind = kind_of(row)
    kind.put_back(row, draft.read())
    source = draft.served or kind.snapshot(row, served=False)
    Version.objects.of(row).filter(number=draft.number).update(source=source, digest=digest_of(source))


def _imported(actor: Actor, row: Artifact, versions: Sequence[Exported]) -> None:
    if versions:
        note(
            actor, row, EventName.ARTIFACT_IMPORTED, from_number=versions[0].number,
            to_number=versions[-1].number, versions=len(versions),
        )  # fmt: skip


def _point(actor: Actor, row: Artifact, made: dict[int, UUID], standing: Standing) -> None:
    """Set the pointers; the times since which they stand are those of this import."""
    if standing.live:
        event = note(
            actor, row, EventName.VERSION_PUBLISHED, to_number=standing.live, message="Imported as live"
        )
        move(row, live_id=made[standing.live], live_since=actor.now())
        kind_of(row).published(row, event)
    if standing.staging:
        note(
            actor, row, EventName.STAGING_SET, to_number=standing.staging, message="Imported as staged"
        )  # fmt: skip
        move(row, staging_id=made[standing.staging], staging_since=actor.now())


def _dated(row: Artifact, versions: Sequence[Exported]) -> None:
    if versions:
        Artifact.objects.filter(pk=row.pk).update(changed_at=max(each.updated for each in versions))


def _add(
    actor: Actor, row: Artifact, versions: Sequence[Exported], standing: Standing
) -> tuple[int, list[int]]:
    """What is new of an artifact that is here, where all that it has agrees."""
    fresh = [each for each in versions if each.number > row.last_number]
    other = _differing(row, [each for each in versions if each.number <= row.last_number])
    frozen = [each.number for each in other if each.locked]
    if frozen or (fresh and other):
        number = (frozen or [other[0].number])[0]
        words = f"{row.slug} has a v{number} of its own that differs from the export's: nothing of it "
        words += "was imported. Import into another workspace."
        raise DomainError("invalid", words, number=number)
    if not fresh:
        return 0, [each.number for each in other]
    if kind_of(row).one_draft:
        words = f"The history of an {kind_of(row).noun} comes in once, and v{fresh[0].number} is newer than "
        words += "what is here. Import into another workspace."
        raise DomainError("invalid", words, number=fresh[0].number)
    refuse_archived(row)
    _create(row, fresh)
    Artifact.objects.filter(pk=row.pk).update(last_number=max(standing.last_number, fresh[-1].number))
    _imported(actor, row, fresh)
    _dated(row, fresh)
    return len(fresh), []


def _differing(row: Artifact, versions: Sequence[Exported]) -> list[Exported]:
    """The versions that say something else here, or that are not here although they were frozen.

    The one draft of a kind that has one is left out: it goes its own way from the first moment.
    """
    known = dict(Version.objects.of(row).values_list("number", "digest"))
    found = []
    for each in versions:
        if each.locked is None and kind_of(row).one_draft:
            continue
        there = known.get(each.number)
        gone = there is None and each.locked is None  # a draft that was deleted here stays so
        if not gone and there != digest_of(each.read()):
            found.append(each)
    return found
