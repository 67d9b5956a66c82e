"""The steps that every transition takes: lock the artifact, find the version, check, record."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F

from versioning.lib.errors import DomainError, not_found
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.services.record import record

MESSAGE_LIMIT = 2_000


@contextmanager
def locked(actor: Actor, artifact: Artifact) -> Iterator[Artifact]:
    """One transaction in which nobody else changes this artifact. Yields its row as it is now."""
    with transaction.atomic():
        actor.tell()
        rows = Artifact.objects.in_workspace(actor).select_for_update()
        row = rows.filter(pk=artifact.pk).first()
        if row is None:
            raise not_found()
        yield row


def version_of(artifact: Artifact, number: int) -> Version:
    """The version of that number; `not_found` when there is none."""
    found: Version | None = Version.objects.of(artifact).filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def number_of(artifact: Artifact, version_id: UUID | None) -> int | None:
    """The number that a pointer stands on."""
    if version_id is None:
        return None
    number: int = Version.objects.of(artifact).values_list("number", flat=True).get(pk=version_id)
    return number


def refuse_archived(artifact: Artifact) -> None:
    """Nothing of an archived artifact moves."""
    if kind_of(artifact).archived_at(artifact):
        raise DomainError("archived", "This is archived. Unarchive it first.")


def expect_generation(artifact: Artifact, expected: int | None) -> None:
    """Refuse when a pointer moved since the review that the caller saw."""
    if expected is not None and expected != artifact.generation:
        raise DomainError(
            "stale",
            "What is live or staged changed since you looked. Review it again.",
            generation=artifact.generation,
        )


def expect_tag(version: Version, expected: str | None) -> None:
    """Refuse when the draft was rewritten since the caller read it."""
    if expected is not None and expected not in ("*", version.tag):
        raise DomainError(
            "stale",
            f"{version.author_name} saved {version.label} meanwhile. Compare, then save again.",
            tag=version.tag,
            number=version.number,
        )


def clean_message(message: str) -> str:
    """A message as it is kept: trimmed, without NUL, of bounded length."""
    message = message.strip()
    if "\0" in message:
        raise DomainError("invalid", "A message cannot hold the NUL character.", field="message")
    if len(message) > MESSAGE_LIMIT:
        raise DomainError("invalid", f"A message has at most {MESSAGE_LIMIT:,} characters.", field="message")
    return message


def digest_of(source: str) -> str:
    """The sha256 of a source, in hex: equal digests, equal texts."""
    return hashlib.sha256(source.encode()).hexdigest()


def note(actor: Actor, artifact: Artifact, name: EventName, **what: Any) -> Event:
    """Record an act on a locked artifact under its next sequence number."""
    rows = Artifact.objects.filter(pk=artifact.pk)
    rows.update(last_sequence=F("last_sequence") + 1, changed_at=actor.now())
    artifact.last_sequence += 1
    return record(actor, name, artifact_id=artifact.pk, sequence=artifact.last_sequence, **what)


def move(artifact: Artifact, **pointers: Any) -> None:
    """Move pointers; the database counts the generation up and tells the delivery caches."""
    Artifact.objects.filter(pk=artifact.pk).update(**pointers)
    artifact.refresh_from_db()


def sqlstate(error: DatabaseError) -> str:
    """PostgreSQL's code of an error, '' when it has none."""
    return getattr(error.__cause__, "sqlstate", None) or ""
