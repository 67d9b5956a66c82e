"""Put away and taken out again: any artifact whose own table has `archived_at`."""

from typing import cast

from versioning.lib.errors import DomainError
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.versions.services.steps import locked, move, note, number_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require


def archive[A: Artifact](actor: Actor, artifact: A) -> A:
    """Put an artifact away; its staging is cleared, its history stays. Not while it is live."""
    require(actor, Act.EDIT)
    model = type(artifact)
    with locked(actor, artifact) as row:
        if kind_of(row).archived_at(row):
            raise DomainError("archived", "This is archived already.")
        live = number_of(row, row.live_id)
        if live:
            raise DomainError("live_in_the_way", f"v{live} is live. Unpublish it first.")
        act = note(actor, row, EventName.ARTIFACT_ARCHIVED).act_id
        staged = number_of(row, row.staging_id)
        if staged:
            note(
                actor, row, EventName.STAGING_CLEARED, from_number=staged, act_id=act,
                message=f"The {kind_of(row).noun} was archived",
            )  # fmt: skip
            move(row, staging=None, staging_since=None)
        model.objects.filter(pk=row.pk).update(archived_at=actor.now())
    return cast(A, model.objects.get(pk=artifact.pk))


def unarchive[A: Artifact](actor: Actor, artifact: A) -> A:
    """Take an artifact out of the archive, with all that it had but its staging."""
    require(actor, Act.EDIT)
    model = type(artifact)
    with locked(actor, artifact) as row:
        if not kind_of(row).archived_at(row):
            raise DomainError("not_archived", "This is not archived.")
        model.objects.filter(pk=row.pk).update(archived_at=None)
        note(actor, row, EventName.ARTIFACT_UNARCHIVED)
    return cast(A, model.objects.get(pk=artifact.pk))
