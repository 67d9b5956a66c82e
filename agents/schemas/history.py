"""What programs send and read about Snapshots: the same in REST and in MCP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from agents.models import Snapshot
from agents.schemas.agents import DraftOut
from versioning.changes.schemas import PlanOut, PublishedOut, RestoreIn
from versioning.versions.schemas import Expected

Which = Field(description="A Snapshot's `id`, or its `version_number`.", examples=["3"])


class SnapshotCompareQuery(Schema):
    """Which two Snapshots, each by its id or its number."""

    old: str = Field(alias="from", max_length=40, description="`id` or `version_number`.", examples=["1"])
    new: str = Field(alias="to", max_length=40, description="`id` or `version_number`.", examples=["2"])


class SnapshotRollbackIn(RestoreIn):
    """How the draft goes back to a Snapshot."""

    expected_version: str | None = Expected


class SnapshotOut(Schema):
    """A Snapshot in a list."""

    id: UUID
    version_number: int = Field(description="Counts the agent's Snapshots.", examples=[3])
    number: int = Field(description="The version that went live.", examples=[7])
    label: str = Field(examples=["v7"])
    message: str
    published_by: str = Field(examples=["Eve"])
    published_at: datetime
    created_at: datetime = Field(description="When it was taken; later, where the first attempt failed.")

    @classmethod
    def of(cls, snapshot: Snapshot) -> "SnapshotOut":
        """A Snapshot without what it holds."""
        return cls(**_said_of(snapshot))


class SnapshotWholeOut(SnapshotOut):
    """A Snapshot with its four components."""

    agent_id: UUID
    agent_snapshot: dict[str, Any] = Field(description="The agent's own fields.")
    schemas_snapshot: list[dict[str, Any]] = Field(description="The schemas in force then.")
    triggers_snapshot: list[dict[str, Any]]
    mcp_servers_snapshot: list[dict[str, Any]] = Field(description="Credentials as references.")

    @classmethod
    def of(cls, snapshot: Snapshot) -> "SnapshotWholeOut":
        """A Snapshot with what it holds."""
        components = ("agent_snapshot", "schemas_snapshot", "triggers_snapshot", "mcp_servers_snapshot")
        held = {name: getattr(snapshot, name) for name in ("agent_id", *components)}
        return cls(**_said_of(snapshot), **held)


class SnapshotDiffOut(Schema):
    """The fields that differ between two Snapshots, by component."""

    from_version: int = Field(examples=[1])
    to_version: int = Field(examples=[3])
    diff: dict[str, dict[str, Any]] = Field(
        description="`agent`, `schemas`, `triggers`, `mcp_servers`, those that differ; inside by path.",
        examples=[{"agent": {"bio": {"from": "Original bio text", "to": "Updated bio text"}}}],
    )
    changed_field_count: int = Field(examples=[1])


class SnapshotComparedOut(Schema):
    """The answer of a comparison of Snapshots."""

    success: bool = True
    comparison: SnapshotDiffOut


class SnapshotRestoredOut(Schema):
    """The answer of a rollback to a Snapshot."""

    success: bool = True
    message: str = Field(examples=["Agent restored to snapshot 1"])
    restored: dict[str, Any] = Field(
        description="The agent's `id`, and its own fields that were put back.",
        examples=[{"id": "2378a810-7a1c-4b52-9c1d-0d6f6d3f1a11", "bio": "Original bio text"}],
    )
    restored_to_version: int = Field(description="The Snapshot's `version_number`.", examples=[1])
    new_version: int = Field(description="The agent's version that holds it: the draft.", examples=[8])
    plan: PlanOut = Field(description="What was done.")
    draft: DraftOut = Field(description="As it is now.")


class SnapshotRestoredLiveOut(SnapshotRestoredOut):
    """The answer of a rollback to a Snapshot with `publish`."""

    published: PublishedOut


def _said_of(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id, "version_number": snapshot.version_number, "number": snapshot.number,
        "label": f"v{snapshot.number}", "message": snapshot.message, "published_by": snapshot.published_by,
        "published_at": snapshot.published_at, "created_at": snapshot.created_at,
    }  # fmt: skip
