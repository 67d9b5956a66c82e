"""What REST and MCP answer about Snapshots: one function per verb, from what was asked to a schema."""

from typing import Any
from uuid import UUID

from agents.models import Agent, Snapshot
from agents.schemas.agents import DraftOut
from agents.schemas.history import (
    SnapshotComparedOut,
    SnapshotDiffOut,
    SnapshotOut,
    SnapshotRestoredLiveOut,
    SnapshotRestoredOut,
    SnapshotRollbackIn,
    SnapshotWholeOut,
)
from agents.services.restoring import restore_snapshot
from versioning.changes.answers import plan_out, planned, published, put_back
from versioning.changes.schemas import PlannedOut
from versioning.lib.errors import not_found
from versioning.lib.paging import PageQuery, paged
from versioning.versions.diff import as_data, compare_fields
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

DIGITS = 10  # of a version_number, at most


def list_snapshots(actor: Actor, agent: Agent, page: PageQuery) -> dict[str, Any]:
    """A page of the Snapshots of an agent, newest first."""
    require(actor, Act.READ)
    rows = Snapshot.objects.in_workspace(actor).of(agent.pk).without_components()
    return paged(rows, page, ("version_number",), SnapshotOut.of)


def get_snapshot(actor: Actor, agent: Agent, which: str) -> SnapshotWholeOut:
    """A Snapshot with its four components, by its id or its number. Error: `not_found`."""
    return SnapshotWholeOut.of(snapshot_called(actor, agent, which))


def compare_snapshots(actor: Actor, agent: Agent, old: str, new: str) -> SnapshotComparedOut:
    """What differs between two Snapshots, by component. Error: `not_found`."""
    before, after = (snapshot_called(actor, agent, which) for which in (old, new))
    changes = compare_fields(before.configuration, after.configuration)
    diff: dict[str, dict[str, Any]] = {}
    for section in before.configuration:
        of_it = as_data(change for change in changes if change.section == section)
        if of_it:
            diff[section] = {path.removeprefix(f"{section}."): sides for path, sides in of_it.items()}
    return SnapshotComparedOut(
        comparison=SnapshotDiffOut(
            from_version=before.version_number, to_version=after.version_number, diff=diff,
            changed_field_count=sum(len(fields) for fields in diff.values()),
        )
    )  # fmt: skip


def rollback_snapshot(
    actor: Actor, agent: Agent, which: str, wanted: SnapshotRollbackIn, *, expected: str | None
) -> PlannedOut | SnapshotRestoredLiveOut | SnapshotRestoredOut:
    """Put the draft back, or say what that would do. `expected` is the draft's tag, in quotes.

    Errors: as of `services.restoring.restore_snapshot`.
    """
    require(actor, Act.EDIT)
    snapshot = snapshot_called(actor, agent, which)
    done = restore_snapshot(
        actor, agent, snapshot, expected=expected, reason=wanted.reason, publish=wanted.publish,
        dry_run=wanted.dry_run,
    )  # fmt: skip
    what = f"snapshot {snapshot.version_number}"
    if wanted.dry_run:
        return planned(what.capitalize(), done.plan, done.draft.tag)
    live = published(actor, agent.pk) if wanted.publish else None
    answer = SnapshotRestoredOut(
        message=f"Agent restored to {what}", restored=put_back(agent.pk, done.plan.steps),
        restored_to_version=snapshot.version_number, new_version=(live or done.draft).number,
        plan=plan_out(done.plan), draft=DraftOut.of(done.draft),
    )  # fmt: skip
    return SnapshotRestoredLiveOut(**dict(answer), published=live) if live else answer


def snapshot_called(actor: Actor, agent: Agent, which: str) -> Snapshot:
    """The Snapshot of that id, or of that `version_number`, of an agent. Error: `not_found`."""
    require(actor, Act.READ)
    rows = Snapshot.objects.in_workspace(actor).of(agent.pk)
    found: Snapshot | None = None
    if which.isascii() and which.isdecimal() and len(which) <= DIGITS:
        found = rows.filter(version_number=int(which)).first()
    elif id := _id(which):
        found = rows.filter(pk=id).first()
    if found is None:
        raise not_found()
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
