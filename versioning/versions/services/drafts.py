"""Drafts: saved as new versions, rewritten, deleted."""

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
    version_of,
)
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require


def save_version(
    actor: Actor, artifact: Artifact, *, source: str, message: str = "", base: int | None = None,
    newest: int | None = None,
) -> Version:  # fmt: skip
    """Save a text as the next version, a draft. `base` is the number that it was written from.

    `newest` is the newest number that the caller knows, 0 for none. Errors: `invalid`; `unchanged` when the
    text equals the base's, or where `newest` is told the newest's; `stale` where a newer one was saved since.
    """
    require(actor, Act.SAVE_DRAFT)
    message = clean_message(message)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        _refuse_one_draft(row)
        source = kind_of(row).validate(source)
        digest = digest_of(source)
        if newest is not None:
            _expect_newest(row, newest, digest)
        forked = version_of(row, base) if base is not None else None
        if forked and forked.digest == digest:
            raise DomainError("unchanged", f"The text equals that of {forked.label}: nothing to save.")
        Artifact.objects.filter(pk=row.pk).update(last_number=F("last_number") + 1)
        row.last_number += 1
        version = Version.objects.create(
            artifact=row, workspace_id=row.workspace_id, kind=row.kind, number=row.last_number,
            source=source, digest=digest, message=message, author=actor.user,
            author_name=actor.label, forked_from=forked, created_at=actor.now(), updated_at=actor.now(),
        )  # fmt: skip
        note(
            actor, row, EventName.VERSION_CREATED,
            from_number=forked.number if forked else None, to_number=version.number, message=message,
        )  # fmt: skip
    return version


def update_draft(
    actor: Actor, artifact: Artifact, number: int, *,
    source: str | None = None, message: str | None = None, expected: str | None = None,
) -> Version:  # fmt: skip
    """Rewrite a draft. `expected` is the tag that the caller read; the former text stays in the Event.

    Errors: `frozen` once it was live; `stale` when somebody saved meanwhile; `unchanged`; `invalid`.
    """
    require(actor, Act.SAVE_DRAFT)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        _refuse_one_draft(row)
        version = version_of(row, number)
        _require_write(actor, row, version)
        expect_tag(version, expected)
        text = kind_of(row).validate(source) if source is not None else version.source
        words = clean_message(message) if message is not None else version.message
        if (text, words) == (version.source, version.message):
            raise DomainError("unchanged", f"Nothing differs from {version.label}: nothing to save.")
        former = {
            "source": version.source,
            "message": version.message,
            "author": version.author_name,
        }
        version.source, version.digest, version.message = text, digest_of(text), words
        version.author, version.author_name = actor.user, actor.label
        version.revision, version.updated_at = version.revision + 1, actor.now()
        version.save(
            update_fields=[
                "source", "digest", "message", "author", "author_name", "revision", "updated_at",
            ]
        )  # fmt: skip
        note(
            actor, row, EventName.VERSION_UPDATED,
            from_number=number, to_number=number, message=words, former=former,
            staged=row.staging_id == version.pk,
        )  # fmt: skip
    return version


def delete_draft(actor: Actor, artifact: Artifact, number: int, *, expected: str | None = None) -> None:
    """Delete a draft; where staging stood on it, staging is cleared. Its text stays in the Event."""
    require(actor, Act.EDIT)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        _refuse_one_draft(row)
        version = version_of(row, number)
        _refuse_frozen(version)
        expect_tag(version, expected)
        if row.live_id == version.pk:
            raise DomainError("live_in_the_way", f"{version.label} is live. Unpublish it first.")
        former = {
            "source": version.source,
            "message": version.message,
            "author": version.author_name,
        }
        deleted = note(actor, row, EventName.VERSION_DELETED, from_number=number, former=former)
        if row.staging_id == version.pk:
            note(
                actor, row, EventName.STAGING_CLEARED, from_number=number, act_id=deleted.act_id,
                message=f"{version.label} was deleted",
            )  # fmt: skip
            move(row, staging=None, staging_since=None)
        version.delete()


def _require_write(actor: Actor, artifact: Artifact, version: Version) -> None:
    """A key writes to no draft that is served; a person to a live draft only if they may publish."""
    _refuse_frozen(version)
    served = version.pk in (artifact.live_id, artifact.staging_id)
    if served and actor.kind == "key":
        raise DomainError(
            "forbidden",
            f"{version.label} is served, so a key cannot rewrite it. Save a new version.",
        )
    if version.pk == artifact.live_id:
        require(actor, Act.PUBLISH)


def _expect_newest(artifact: Artifact, known: int, digest: str) -> None:
    """Refuse a text that the newest version has already, and one written without knowing of the newest."""
    newest = Version.objects.of(artifact).order_by("-number").first()
    if newest and newest.digest == digest:
        words = f"The text equals that of {newest.label}, the newest: nothing to save."
        raise DomainError("unchanged", words, number=newest.number)
    if newest and newest.number > known:
        words = f"{newest.label} was saved since. Read it, then save yours with newest={newest.number}."
        raise DomainError("stale", words, newest=newest.number)


def _refuse_one_draft(artifact: Artifact) -> None:
    kind = kind_of(artifact)
    if kind.one_draft:
        words = f"An {kind.noun} has exactly one draft: save its {kind.words.source}, and lock it."
        raise DomainError("one_draft", words)


def _refuse_frozen(version: Version) -> None:
    if not version.is_draft:
        raise DomainError("frozen", f"{version.label} was live, so it is frozen. Save a new version.")
