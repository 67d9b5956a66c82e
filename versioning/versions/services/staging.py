"""The staging pointer: set and cleared. It may stand on any version, a draft too."""

from versioning.lib.errors import DomainError
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.versions.services.one_draft import settle
from versioning.versions.services.steps import (
    expect_generation,
    locked,
    move,
    note,
    number_of,
    refuse_archived,
    version_of,
)
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Workspace
from versioning.workspaces.policy import Act, require


def stage(actor: Actor, artifact: Artifact, number: int, *, generation: int | None = None) -> Artifact:
    """Point staging at a version, a draft too. Errors: `staging_disabled`, `already_staged`, `stale`."""
    require(actor, Act.STAGE)
    with locked(actor, artifact) as row:
        _refuse_disabled(actor)
        refuse_archived(row)
        version = version_of(row, number)
        expect_generation(row, generation)
        if row.staging_id == version.pk:
            raise DomainError("already_staged", f"Staging is on {version.label} already.")
        was = number_of(row, row.staging_id)
        if version.is_draft and kind_of(row).one_draft:
            settle(row, version)
        note(actor, row, EventName.STAGING_SET, from_number=was, to_number=number)
        move(row, staging=version, staging_since=actor.now())
    return row


def unstage(actor: Actor, artifact: Artifact, *, generation: int | None = None) -> Artifact:
    """Clear staging: test keys read live. Errors: `staging_disabled`, `not_staged`, `stale`."""
    require(actor, Act.STAGE)
    with locked(actor, artifact) as row:
        _refuse_disabled(actor)
        expect_generation(row, generation)
        was = number_of(row, row.staging_id)
        if was is None:
            raise DomainError("not_staged", "Staging is not set.")
        note(actor, row, EventName.STAGING_CLEARED, from_number=was)
        move(row, staging=None, staging_since=None)
    return row


def _refuse_disabled(actor: Actor) -> None:
    enabled = Workspace.objects.values_list("staging_enabled", flat=True).get(pk=actor.workspace.pk)
    if not enabled:
        raise DomainError("staging_disabled", "Staging is off in this workspace. Settings → Enable staging.")
