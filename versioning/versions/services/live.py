"""The live pointer: promote, roll back, unpublish."""

from uuid import UUID

from versioning.lib.errors import DomainError
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.services.one_draft import as_rows_are, lock_draft, settle
from versioning.versions.services.steps import (
    clean_message,
    expect_generation,
    expect_tag,
    locked,
    move,
    note,
    number_of,
    refuse_archived,
    version_of,
)
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require


def promote(
    actor: Actor, artifact: Artifact, number: int, *, message: str = "",
    expected: str | None = None, generation: int | None = None, lock: bool = True,
) -> Artifact:  # fmt: skip
    """Point live at a version; a draft is frozen for good by it. Staging stays where it is.

    Where a kind has one draft, it is locked first, and the next one opens: two Events of one act.
    `lock=False` makes the draft itself live: later saves of it are live at once.
    `expected` (the version's tag) and `generation` (the artifact's) bind it to what was reviewed.
    Errors: `already_live`, `stale`, `archived`, `live_protected`, `prompt_not_live`.
    """
    require(actor, Act.PUBLISH)
    message = clean_message(message)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        version = as_rows_are(row, version_of(row, number))
        expect_tag(version, expected)
        expect_generation(row, generation)
        if row.live_id == version.pk:
            raise DomainError("already_live", f"{version.label} is live already.")
        was = number_of(row, row.live_id)
        froze = version.is_draft and (lock or not kind_of(row).one_draft)
        act = _frozen(actor, row, version, message, expected) if froze else None
        if version.is_draft and not froze:
            _as_draft(actor, row, version, expected)
        published = note(
            actor, row, EventName.VERSION_PUBLISHED, act_id=act,
            from_number=was, to_number=number, message=message, froze=froze,
        )  # fmt: skip
        move(row, live_id=version.pk, live_since=actor.now())
        kind_of(row).published(row, published)
    return row


def _frozen(
    actor: Actor, row: Artifact, version: Version, message: str, expected: str | None
) -> UUID | None:  # fmt: skip
    """Freeze a draft that goes live; the act that it shares with its lock, where that is an act."""
    if kind_of(row).one_draft:
        return lock_draft(actor, row, message=message, expected=expected)[1].act_id
    Version.objects.filter(pk=version.pk).update(locked_at=actor.now())
    return None


def _as_draft(actor: Actor, row: Artifact, version: Version, expected: str | None) -> None:
    """Let a draft go live as it is, where that is allowed."""
    if actor.workspace.protect_live:
        words = f"This workspace protects live. Lock {version.label} first: what is locked can be published."
        raise DomainError("live_protected", words)
    settle(row, version, expected)


def roll_back(
    actor: Actor,
    artifact: Artifact,
    number: int,
    *,
    message: str = "",
    generation: int | None = None,
) -> Artifact:
    """Point live at an older version that was live before; newer versions and drafts stay.

    Errors: `not_live` when there is nothing to roll back from; `not_frozen`; `not_older`; `stale`.
    """
    require(actor, Act.PUBLISH)
    message = clean_message(message)
    with locked(actor, artifact) as row:
        refuse_archived(row)
        version = version_of(row, number)
        expect_generation(row, generation)
        was, publish = number_of(row, row.live_id), kind_of(row).words.publish
        if was is None:
            raise DomainError("not_live", f"Nothing is live. {publish} {version.label} instead.")
        if was == number:
            raise DomainError("already_live", f"{version.label} is live already.")
        if version.is_draft:
            words = f"{version.label} is a draft that never was live. {publish} it instead."
            raise DomainError("not_frozen", words)
        if number > was:
            words = f"{version.label} is newer than the live v{was}. {publish} it instead."
            raise DomainError("not_older", words)
        note(
            actor, row, EventName.VERSION_ROLLED_BACK,
            from_number=was, to_number=number, message=message,
        )  # fmt: skip
        move(row, live=version, live_since=actor.now())
        kind_of(row).after_rollback(actor, row, version)
    return row


def unpublish(
    actor: Actor, artifact: Artifact, *, message: str = "", generation: int | None = None
) -> Artifact:
    """Clear live: reads answer `no_live_version`. The version stays, and can be promoted again."""
    require(actor, Act.PUBLISH)
    message = clean_message(message)
    with locked(actor, artifact) as row:
        expect_generation(row, generation)
        was = number_of(row, row.live_id)
        if was is None:
            raise DomainError("not_live", "Nothing is live.")
        note(actor, row, EventName.VERSION_UNPUBLISHED, from_number=was, message=message)
        move(row, live=None, live_since=None)
    return row
