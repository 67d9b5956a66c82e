"""REST: how an agent's configuration came to be: each resource's versions, the timeline, the Snapshots."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import P, PathEx, Query, Router

from agents import answers as of_snapshots
from agents.api.entry import OF_DRAFT, Id, find
from agents.models import Agent
from agents.schemas.history import (
    SnapshotComparedOut,
    SnapshotCompareQuery,
    SnapshotOut,
    SnapshotRestoredLiveOut,
    SnapshotRestoredOut,
    SnapshotRollbackIn,
    SnapshotWholeOut,
)
from versioning.changes import answers
from versioning.changes.resources import Resource, resource_named
from versioning.changes.schemas import (
    AsOfOut,
    AtQuery,
    ChangeEntryOut,
    ChangeOut,
    ComparedOut,
    CompareQuery,
    EventEntryOut,
    HistoryQuery,
    PlannedOut,
    RestoredLiveOut,
    RestoredOut,
    RollbackIn,
)
from versioning.lib.paging import Page, PageQuery
from versioning.lib.rest import MEMBERS, expected_tag
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act

router = Router(tags=["Configuration history"])
snapshots = Router(tags=["Snapshots"])
Type = PathEx[str, P(description="`agent`, `schema`, `trigger` or `mcp_server`.", example="agent")]
Which = PathEx[str, P(description="A Snapshot's `id`, or its `version_number`.", example="1")]
AS_IT_IS = SnapshotRollbackIn.model_validate({})  # its body may be left out


@router.get(
    "/{id}/versions/{resource_type}/{uuid:resource_id}", response=Page[ChangeOut], exclude_unset=True,
    summary="List the versions of a resource",
)  # fmt: skip
def list_resource_versions(
    request: HttpRequest, id: Id, resource_type: Type, resource_id: UUID, page: Query[PageQuery]
) -> dict[str, Any]:
    """Every change of it, newest first, also when it is deleted.

    Viewers may; keys with the scope `history`.
    """
    actor, agent, resource = _find(request, id, resource_type, Act.READ)
    return answers.list_versions(actor, resource, resource_id, page, agent_id=agent.pk)


@router.get(
    "/{id}/versions/{resource_type}/{uuid:resource_id}/compare", response=ComparedOut,
    summary="Compare two versions of a resource",
)  # fmt: skip
def compare_resource_versions(
    request: HttpRequest, id: Id, resource_type: Type, resource_id: UUID, page: Query[CompareQuery]
) -> ComparedOut:
    """Field by field. Viewers may; keys with the scope `history`."""
    actor, agent, resource = _find(request, id, resource_type, Act.READ)
    return answers.compare_versions(actor, resource, resource_id, page.old, page.new, agent_id=agent.pk)


@router.get(
    "/{id}/versions/{resource_type}/{uuid:resource_id}/{int:version}", response=ChangeOut,
    summary="Read a version of a resource",
)  # fmt: skip
def read_resource_version(
    request: HttpRequest, id: Id, resource_type: Type, resource_id: UUID, version: int
) -> ChangeOut:
    """What it was before and after. One that could not be recorded is 404 `not_recorded`.

    Viewers may; keys with the scope `history`.
    """
    actor, agent, resource = _find(request, id, resource_type, Act.READ)
    return answers.get_version(actor, resource, resource_id, version, agent_id=agent.pk)


@router.post(
    "/{id}/versions/{resource_type}/{uuid:resource_id}/rollback", auth=MEMBERS,
    response=PlannedOut | RestoredLiveOut | RestoredOut, summary="Restore a resource",
)  # fmt: skip
def rollback_resource(
    request: HttpRequest, id: Id, resource_type: Type, resource_id: UUID, payload: RollbackIn
) -> PlannedOut | RestoredLiveOut | RestoredOut:
    """Makes it what it was after that version, in the draft; one that was deleted comes back under its id.

    That is a new version of it: nothing of its history goes. Pointers stay, unless `publish`.
    Editors may; of a draft that is live only who may publish.
    """
    actor, agent, resource = _find(request, id, resource_type, Act.EDIT)
    return answers.rollback_version(actor, resource, resource_id, payload, agent_id=agent.pk)


@router.get(
    "/{id}/history", response=Page[EventEntryOut | ChangeEntryOut | ChangeOut], exclude_unset=True,
    summary="List an agent's history",
)  # fmt: skip
def list_agent_history(request: HttpRequest, id: Id, page: Query[HistoryQuery]) -> dict[str, Any]:
    """All changes of the agent and its parts, newest first; with the Events, if they are asked for.

    Each item then has an `entry`: `change` or `event`. Viewers may; keys with the scope `history`.
    """
    actor, agent = find(request, id, Act.READ)
    return answers.list_history(actor, page, agent)


@router.get("/{id}/as-of", response=AsOfOut, summary="What an agent was at a moment")
def agent_as_of(request: HttpRequest, id: Id, page: Query[AtQuery]) -> AsOfOut:
    """Its configuration then, each resource with its version, and what was live and staged.

    Viewers may; keys with the scope `history`.
    """
    actor, agent = find(request, id, Act.READ)
    return answers.as_of(actor, agent, page.at)


@snapshots.get(
    "/{id}/snapshots", response=Page[SnapshotOut], exclude_unset=True, summary="List an agent's Snapshots"
)
def list_agent_snapshots(request: HttpRequest, id: Id, page: Query[PageQuery]) -> dict[str, Any]:
    """One of each publish, newest first. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    return of_snapshots.list_snapshots(actor, agent, page)


@snapshots.get("/{id}/snapshots/compare", response=SnapshotComparedOut, summary="Compare two Snapshots")
def compare_agent_snapshots(
    request: HttpRequest, id: Id, page: Query[SnapshotCompareQuery]
) -> SnapshotComparedOut:
    """Field by field, by component, credentials unspoken. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    return of_snapshots.compare_snapshots(actor, agent, page.old, page.new)


@snapshots.get("/{id}/snapshots/{snapshot_id}", response=SnapshotWholeOut, summary="Read a Snapshot")
def read_agent_snapshot(request: HttpRequest, id: Id, snapshot_id: Which) -> SnapshotWholeOut:
    """With its four components. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    return of_snapshots.get_snapshot(actor, agent, snapshot_id)


@snapshots.post(
    "/{id}/snapshots/{snapshot_id}/rollback", auth=MEMBERS, openapi_extra=OF_DRAFT,
    response=PlannedOut | SnapshotRestoredLiveOut | SnapshotRestoredOut,
    summary="Restore an agent to a Snapshot",
)  # fmt: skip
def rollback_agent_snapshot(
    request: HttpRequest, id: Id, snapshot_id: Which, payload: SnapshotRollbackIn = AS_IT_IS
) -> PlannedOut | SnapshotRestoredLiveOut | SnapshotRestoredOut:
    """Makes the draft what that publish made live: overwrites fields, switches schemas off and on, and
    updates, recreates or deletes triggers and MCP servers, each as a change of its own.

    Pointers, running conversations and credentials stay; `publish` publishes afterwards.
    Editors may; of a draft that is live only who may publish.
    """
    actor, agent = find(request, id, Act.EDIT)
    expected = expected_tag(request, payload.expected_version)
    return of_snapshots.rollback_snapshot(actor, agent, snapshot_id, payload, expected=expected)


def _find(request: HttpRequest, id: str, resource_type: str, act: Act) -> tuple[Actor, Agent, Resource]:
    """Who asks, the agent, and which kind of its resources."""
    actor, agent = find(request, id, act)
    return actor, agent, resource_named(resource_type, kind="agent")
