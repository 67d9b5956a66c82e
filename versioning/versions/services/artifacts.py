"""An artifact's beginning, its import, and what is said of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from versioning.lib.errors import DomainError
from versioning.versions.kinds import KINDS
from versioning.versions.models import Artifact, Version
from versioning.versions.services.one_draft import open_draft
from versioning.versions.services.steps import clean_message, digest_of, locked, move, note
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require

SLUG = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
SLUG_LIMIT = 100


@dataclass(frozen=True)
class Imported:
    """One version of a history that comes from elsewhere: its author is a name; of git also the commit."""

    source: str
    message: str
    author: str
    created: datetime
    commit: str = ""


def create[A: Artifact](actor: Actor, model: type[A], *, kind: str, slug: str, **fields: Any) -> A:
    """Make an artifact without versions. Its slug is fixed from now on, and never given again.

    A kind with one draft opens it (`open_draft`) or imports versions in the same transaction.
    """
    require(actor, Act.EDIT)
    if not SLUG.fullmatch(slug) or len(slug) > SLUG_LIMIT:
        raise DomainError(
            "invalid",
            "A slug is lower-case letters and digits, joined by single - _ or . (at most 100).",
            field="slug",
        )
    made = model(
        workspace=actor.workspace, kind=kind, slug=slug, created_at=actor.now(),
        changed_at=actor.now(), **fields,
    )  # fmt: skip
    with transaction.atomic():
        actor.tell()
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            noun = KINDS[kind].noun
            raise DomainError("slug_taken", f"There is a {noun} '{slug}' already.", field="slug") from error
        note(actor, made, EventName.ARTIFACT_CREATED, slug=slug, kind=kind)
    made.refresh_from_db()
    return made


def remark(actor: Actor, artifact: Artifact, name: EventName, **data: Any) -> None:
    """Record an act of a kind's own (renamed, archived) in the artifact's sequence."""
    with locked(actor, artifact) as row:
        note(actor, row, name, **data)


def import_versions(actor: Actor, artifact: Artifact, history: Sequence[Imported], **about: Any) -> int:
    """Append versions of a foreign history, frozen, and make the last live if nothing was before.

    What is there already (same numbers, same texts) is skipped, so that a second run adds nothing and
    moves nothing. Raises `invalid` where the artifact went its own way since. Returns how many were added.
    The Event keeps `about`, and the commits that the new versions come from.
    """
    require(actor, Act.EDIT)
    with locked(actor, artifact) as row:
        known = dict(Version.objects.of(row).values_list("number", "digest"))
        _same_so_far(row, known, history)
        fresh = list(_versions(row, history))[row.last_number :]
        if not fresh:
            return 0
        if known and KINDS[row.kind].one_draft:
            raise _own_way(row, fresh[0].number)
        Version.objects.bulk_create(fresh, batch_size=200)
        Artifact.objects.filter(pk=row.pk).update(last_number=fresh[-1].number)
        row.last_number = fresh[-1].number
        commits = [entry.commit for entry in history[-len(fresh) :]]
        about |= {"commits": commits} if any(commits) else {}
        note(
            actor, row, EventName.ARTIFACT_IMPORTED,
            from_number=fresh[0].number, to_number=fresh[-1].number, versions=len(fresh), **about,
        )  # fmt: skip
        if not known:
            require(actor, Act.PUBLISH)
            published = note(
                actor, row, EventName.VERSION_PUBLISHED,
                to_number=fresh[-1].number, message="Imported as live",
            )  # fmt: skip
            move(row, live=fresh[-1], live_since=actor.now())
            KINDS[row.kind].published(row, published)
        if KINDS[row.kind].one_draft:
            KINDS[row.kind].put_back(row, fresh[-1].source)
            open_draft(actor, row, forked=fresh[-1])
        Artifact.objects.filter(pk=row.pk).update(changed_at=fresh[-1].created_at)
    return len(fresh)


def _same_so_far(artifact: Artifact, known: dict[int, str], history: Sequence[Imported]) -> None:
    for number, entry in enumerate(history, start=1):
        there = known.get(number)
        deleted = there is None and number <= artifact.last_number
        if deleted or (there is not None and there != digest_of(entry.source)):
            raise _own_way(artifact, number)


def _own_way(artifact: Artifact, number: int) -> DomainError:
    return DomainError(
        "invalid",
        f"{artifact.slug} has a v{number} of its own that differs from the file's: nothing of it "
        "was imported. Import into another workspace, or under another slug.",
        number=number,
    )


def _versions(artifact: Artifact, history: Iterable[Imported]) -> Iterable[Version]:
    kind = KINDS[artifact.kind]
    for number, entry in enumerate(history, start=1):
        source = kind.validate(entry.source)
        yield Version(
            artifact_id=artifact.pk, workspace_id=artifact.workspace_id, kind=artifact.kind,
            number=number, source=source, digest=digest_of(source),
            message=clean_message(entry.message[:2000]), author_name=entry.author[:200],
            created_at=entry.created, updated_at=entry.created, locked_at=entry.created,
        )  # fmt: skip
