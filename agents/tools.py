"""Tools for assistants: the Snapshots of an agent, as REST has them."""

from typing import Any

from ninja import Field

from agents import answers
from agents.api.entry import agent_called
from agents.models import Agent, Snapshot
from agents.schemas.history import (
    SnapshotOut,
    SnapshotRestoredLiveOut,
    SnapshotRestoredOut,
    SnapshotRollbackIn,
    SnapshotWholeOut,
)
from versioning.changes.schemas import PlannedOut
from versioning.changes.tools import uuid_of
from versioning.lib.errors import DomainError, not_found
from versioning.lib.paging import Page, PageQuery
from versioning.lib.rest import Input, quoted
from versioning.lib.tools import tool
from versioning.versions.services.artifacts import SLUG_LIMIT
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


class ListSnapshots(PageQuery, Input):
    """What list_snapshots asks for."""

    agent_id: str = Field(max_length=SLUG_LIMIT, description="The agent's id (UUID) or slug.")


class GetSnapshot(Input):
    """What get_snapshot asks for."""

    snapshot_id: str = Field(
        max_length=40, description="The Snapshot's id (UUID), or with `agent_id` its version_number."
    )
    agent_id: str = Field(
        "", max_length=SLUG_LIMIT, description="The agent's id (UUID) or slug; needed with a version_number."
    )


class RollbackSnapshot(GetSnapshot, SnapshotRollbackIn):
    """What rollback_snapshot asks for."""


@tool("List snapshots", asks=ListSnapshots, answers=Page[SnapshotOut], sparse=True)
def list_snapshots(actor: Actor, asked: ListSnapshots) -> dict[str, Any]:
    """List the snapshots of an agent, newest first: one of each publish, with the version that went live,
    who published it, when and why. Read on with `next_cursor`.
    """
    return answers.list_snapshots(actor, agent_called(actor, asked.agent_id, Act.READ), asked)


@tool("Get a snapshot", asks=GetSnapshot, answers=SnapshotWholeOut)
def get_snapshot(actor: Actor, asked: GetSnapshot) -> SnapshotWholeOut:
    """Read one snapshot whole: the agent's own fields, its schemas in force, triggers and MCP servers, as one
    publish made them live. Credentials are references, never values.
    """
    return answers.get_snapshot(actor, _agent_of(actor, asked), asked.snapshot_id)


@tool(
    "Restore a snapshot", asks=RollbackSnapshot, writes=True,
    answers=PlannedOut | SnapshotRestoredOut | SnapshotRestoredLiveOut,
)  # fmt: skip
def rollback_snapshot(actor: Actor, asked: RollbackSnapshot) -> PlannedOut | SnapshotRestoredOut:
    """Put a whole agent back to a snapshot: own fields, schemas, triggers and MCP servers. What the snapshot
    has not is switched off (schemas) or deleted (triggers, MCP servers).

    This overwrites the draft; what is live stays live, unless `publish` is true; running conversations,
    history and credentials stay. Call it with `dry_run` first, show the plan, then send its
    `expected_version` back: if the draft changed in between, the call is refused as `stale`.
    """
    require(actor, Act.EDIT)
    agent = _agent_of(actor, asked)
    expected = quoted(asked.expected_version) if asked.expected_version else None
    return answers.rollback_snapshot(actor, agent, asked.snapshot_id, asked, expected=expected)


def _agent_of(actor: Actor, asked: GetSnapshot) -> Agent:
    """The agent whose Snapshot is asked for; by the Snapshot's id where the agent is not named."""
    if asked.agent_id:
        return agent_called(actor, asked.agent_id, Act.READ)
    require(actor, Act.READ)
    id = uuid_of(asked.snapshot_id)
    if id is None:
        raise DomainError("invalid", "Send agent_id too, or the id of the snapshot.", field="agent_id")
    snapshot = Snapshot.objects.in_workspace(actor).select_related("agent").filter(pk=id).first()
    if snapshot is None:
        raise not_found()
    agent: Agent = snapshot.agent
    return agent


TOOLS = (list_snapshots, get_snapshot, rollback_snapshot)
