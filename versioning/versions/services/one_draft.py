"""Artifacts with exactly one draft, whose rows are elsewhere: opened, saved, locked, reverted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import F

from versioning.lib.errors import DomainError
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.services.steps import (
    clean_message,
    digest_of,
    expect_tag,
    locked,
    move,
    note,
    refuse_archived,
)
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.policy import Act, require


def draft_of(artifact: Artifact) -> Version:
    """The one draft as its rows are now."""
    return as_rows_are(artifact, Version.objects.of(artifact).drafts().get())


def as_rows_are(artifact: Artifact, version: Version) -> Version:
    """A version; the draft of a kind that has one with its source read from the rows, others as they are."""
    if version.is_draft and kind_of(artifact).one_draft:
        version.source = kind_of(artifact).snapshot(artifact, served=False)
        version.digest = digest_of(version.source)
    return version


def open_draft(actor: Actor, artifact: Artifact, *, forked: Version | None = None) -> Version:
    """The next number as the draft, in the transaction that left the artifact without one."""
    Artifact.objects.filter(pk=artifact.pk).update(last_number=F("last_number") + 1)
    artifact.last_number += 1
    source = forked.source if forked else kind_of(artifact).snapshot(artifact, served=False)
    return Version.objects.create(
        artifact_id=artifact.pk, workspace_id=artifact.workspace_id, kind=artifact.kind,
        number=artifact.last_number, source=source, digest=digest_of(source), author=actor.user,
        author_name=actor.label, forked_from=forked, created_at=actor.now(), updated_at=actor.now(),
    )  # fmt: skip


@contextmanager
def editing(
    actor: Actor, artifact: Artifact, *, act: Act = Act.SAVE_DRAFT,
    name: EventName = EventName.VERSION_UPDATED, **about: Any,
) -> Iterator[Artifact]:  # fmt: skip
    """Write the rows of the draft inside; at its end they are the draft, and one Event says so.

    Errors: `archived`; `forbidden` to a key where the draft is served, and to a person where it is live
    and they may not publish; `unchanged` when the rows say what they said.
    """
    require(actor, act)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        draft = Version.objects.of(row).drafts().get()
        require_write(actor, row, draft)
        before = kind_of(row).literal(row)
        yield row
        if kind_of(row).literal(row) == before:
            raise DomainError("unchanged", f"Nothing differs from {draft.label}: nothing to save.")
        _rewrite(actor, row, draft, name, from_number=draft.number, **about)


def lock(actor: Actor, artifact: Artifact, *, message: str = "", expected: str | None = None) -> Version:
    """Freeze the draft as it is, and open the next one, forked from it. Pointers stay on their numbers.

    `expected` is the draft's tag as it was shown. Errors: `stale`, `archived`, `prompt_not_live`.
    """
    require(actor, Act.EDIT)
    message = clean_message(message)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        version, _ = lock_draft(actor, row, message=message, expected=expected)
    return version


def lock_draft(
    actor: Actor, row: Artifact, *, message: str, expected: str | None
) -> tuple[Version, Event]:  # fmt: skip
    """Lock inside the transaction of another act; the locked version, and the Event whose act it shares."""
    draft = draft_of(row)
    if row.live_id == draft.pk:
        require(actor, Act.PUBLISH)
    expect_tag(draft, expected)
    _resolve(row, draft, expected)
    Version.objects.filter(pk=draft.pk).update(
        source=draft.source, digest=draft.digest, message=message, author=actor.user,
        author_name=actor.label, updated_at=actor.now(), locked_at=actor.now(),
    )  # fmt: skip
    event = note(
        actor, row, EventName.VERSION_LOCKED,
        from_number=draft.forked_from.number if draft.forked_from else None, to_number=draft.number,
        message=message, opened=draft.number + 1,
    )  # fmt: skip
    version: Version = Version.objects.get(pk=draft.pk)
    open_draft(actor, row, forked=version)
    move(row)
    return version, event


def revert(actor: Actor, artifact: Artifact, *, expected: str | None = None) -> Version:
    """Reset the draft to the version that it was forked from. What it was stays in the Event.

    Errors: `nothing_to_revert` for a first draft; `unchanged`; `stale`; `archived`.
    """
    require(actor, Act.EDIT)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        draft = draft_of(row)
        base = draft.forked_from
        if base is None:
            words = f"{draft.label} is the first version: there is none that it was forked from."
            raise DomainError("nothing_to_revert", words)
        require_write(actor, row, draft)
        expect_tag(draft, expected)
        if draft.digest == base.digest:
            raise DomainError("unchanged", f"{draft.label} equals {base.label}: nothing to revert.")
        kind_of(row).put_back(row, base.source)
        _rewrite(actor, row, draft, EventName.VERSION_REVERTED, from_number=base.number)
    return draft


def settle(row: Artifact, draft: Version, expected: str | None = None) -> None:
    """Make a draft's source what may be served: what it names by `live` becomes a number.

    A draft that is live stays as it is served: staging it too must not change what live answers.
    `expected` is its tag as it was shown. Errors: `stale`, `prompt_not_live`, `not_frozen`.
    """
    if row.live_id == draft.pk:
        return
    _resolve(row, draft, expected)
    Version.objects.filter(pk=draft.pk).update(source=draft.source, digest=draft.digest)


def _resolve(row: Artifact, draft: Version, expected: str | None) -> None:
    """What it names, as numbers. These may have moved since the draft was read: then it is `stale`."""
    draft.source = kind_of(row).snapshot(row, served=True)
    draft.digest = digest_of(draft.source)
    expect_tag(draft, expected)


def require_write(actor: Actor, row: Artifact, draft: Version) -> None:
    """A key writes to no draft that is served; a person to a live draft only if they may publish."""
    served: set[UUID | None] = {row.live_id, row.staging_id}
    if draft.pk in served and actor.kind == "key":
        raise DomainError("forbidden", f"{draft.label} is served, so a key cannot rewrite it.")
    if draft.pk == row.live_id:
        require(actor, Act.PUBLISH)


def _rewrite(actor: Actor, row: Artifact, draft: Version, name: EventName, **about: Any) -> None:
    """Make the draft what its rows are; what it was stays in the Event."""
    was = Version.objects.get(pk=draft.pk)
    staged, live = row.staging_id == draft.pk, row.live_id == draft.pk
    former = {"source": was.source, "message": was.message, "author": was.author_name}
    draft.source = kind_of(row).snapshot(row, served=staged or live)
    draft.digest, draft.author, draft.author_name = digest_of(draft.source), actor.user, actor.label
    draft.revision, draft.updated_at = was.revision + 1, actor.now()
    draft.save(update_fields=["source", "digest", "author", "author_name", "revision", "updated_at"])
    note(actor, row, name, to_number=draft.number, former=former, staged=staged, live=live, **about)
