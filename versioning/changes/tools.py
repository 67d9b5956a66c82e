"""Tools for assistants: the history of resources, as REST has it."""

from typing import Any
from uuid import UUID

from ninja import Field
from pydantic import ConfigDict

from versioning.changes import answers
from versioning.changes.resources import RESOURCES, Resource, resource_named
from versioning.changes.schemas import (
    ChangeEntryOut,
    ChangeOut,
    ComparedOut,
    EventEntryOut,
    HistoryQuery,
    PlannedOut,
    RestoredLiveOut,
    RestoredOut,
    RollbackIn,
)
from versioning.lib.errors import not_found
from versioning.lib.paging import Page, PageQuery
from versioning.lib.rest import Input
from versioning.lib.tools import tool
from versioning.versions.models import Artifact
from versioning.versions.services.artifacts import SLUG, SLUG_LIMIT
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


def _known(schema: dict[str, Any]) -> None:
    schema["enum"] = list(RESOURCES)


class OfResource(Input):
    """Which resource."""

    resource_type: str = Field(
        description="What kind of row it is.", examples=["agent"], json_schema_extra=_known
    )
    resource_id: str = Field(
        max_length=SLUG_LIMIT, description="Its id (UUID); of an agent or a prompt also its slug.",
        examples=["2378a810-7a1c-4b52-9c1d-0d6f6d3f1a11"],
    )  # fmt: skip
    agent_id: str = Field(
        "", max_length=SLUG_LIMIT,
        description="Optional: the agent's id or slug; refused where the resource is not that agent's.",
    )  # fmt: skip


class ListVersions(OfResource, PageQuery):
    """What list_versions asks for."""


class GetVersion(OfResource):
    """What get_version asks for."""

    version: int = Field(description="The version's number.", examples=[3])


class CompareVersions(OfResource):
    """What compare_versions asks for."""

    from_version: int = Field(description="The version that is compared.", examples=[1])
    to_version: int = Field(description="The version that it is compared with.", examples=[3])


class RollbackVersion(OfResource, RollbackIn):
    """What rollback_version asks for."""

    target_version: int = Field(description="The version to go back to.", examples=[1])


class ListAgentHistory(HistoryQuery):
    """What list_agent_history asks for."""

    model_config = ConfigDict(extra="forbid")
    agent_id: str = Field(max_length=SLUG_LIMIT, description="The agent's id (UUID) or slug.")


@tool("List versions", asks=ListVersions, answers=Page[ChangeOut], sparse=True)
def list_versions(actor: Actor, asked: ListVersions) -> dict[str, Any]:
    """List the versions of one resource, newest first: every change of an agent's own fields, of one of its
    schemas, triggers or MCP servers, or of a prompt's name, description and tags.

    Each says who changed which fields when, with the data before and after. Read on with `next_cursor`.
    """
    resource, id, agent = _found(actor, asked)
    return answers.list_versions(actor, resource, id, asked, agent_id=agent)


@tool("Get a version", asks=GetVersion, answers=ChangeOut)
def get_version(actor: Actor, asked: GetVersion) -> ChangeOut:
    """Read one version of a resource: its data before and after, the fields that changed, who, when, why."""
    resource, id, agent = _found(actor, asked)
    return answers.get_version(actor, resource, id, asked.version, agent_id=agent)


@tool("Compare two versions", asks=CompareVersions, answers=ComparedOut)
def compare_versions(actor: Actor, asked: CompareVersions) -> ComparedOut:
    """Compare two versions of a resource field by field: for each field that differs its value in
    `from_version` and in `to_version`. Secrets are never shown; a note says that one changed.
    """
    resource, id, agent = _found(actor, asked)
    return answers.compare_versions(actor, resource, id, asked.from_version, asked.to_version, agent_id=agent)


@tool(
    "Restore a version", asks=RollbackVersion, writes=True,
    answers=PlannedOut | RestoredOut | RestoredLiveOut,
)  # fmt: skip
def rollback_version(actor: Actor, asked: RollbackVersion) -> PlannedOut | RestoredOut:
    """Put one resource back to what it was after `target_version`, as a new version; the history stays.

    A resource that was deleted comes back under its id. Of an agent this changes the draft: what is live
    stays live, unless `publish` is true. Call it with `dry_run` first, show the plan, then send its
    `expected_version` back: if anything changed in between, the call is refused as `stale`.
    """
    resource, id, agent = _found(actor, asked)
    return answers.rollback_version(actor, resource, id, asked, agent_id=agent)


@tool(
    "List an agent's history", asks=ListAgentHistory, sparse=True,
    answers=Page[EventEntryOut | ChangeEntryOut | ChangeOut],
)  # fmt: skip
def list_agent_history(actor: Actor, asked: ListAgentHistory) -> dict[str, Any]:
    """List all changes of an agent and of its schemas, triggers and MCP servers in one timeline, newest
    first.

    Filters: resource_type, act, changed_by, from, to, q. With `include=events` acts such as publishing are
    merged in. Read on with `next_cursor`.
    """
    return answers.list_history(actor, asked, artifact_named(actor, "agent", asked.agent_id))


def artifact_named(actor: Actor, kind: str, name: str) -> Artifact:
    """An artifact by its id or its slug, for who may read. An id comes before a slug that looks like one."""
    require(actor, Act.READ)
    rows = Artifact.objects.in_workspace(actor).filter(kind=kind)
    found: Artifact | None = None
    if SLUG.fullmatch(name) and len(name) <= SLUG_LIMIT:
        id = uuid_of(name)
        found = (rows.filter(pk=id).first() if id else None) or rows.filter(slug=name).first()
    if found is None:
        raise not_found()
    return found


def _found(actor: Actor, asked: OfResource) -> tuple[Resource, UUID, UUID | None]:
    """The resource that is asked for, its id, and its agent's where that is said."""
    require(actor, Act.READ)
    resource = resource_named(asked.resource_type)
    agent = artifact_named(actor, "agent", asked.agent_id).pk if asked.agent_id else None
    if not resource.is_part:
        return resource, artifact_named(actor, resource.kind, asked.resource_id).pk, agent
    id = uuid_of(asked.resource_id)
    if id is None:
        raise not_found()
    return resource, id, agent


def uuid_of(text: str) -> UUID | None:
    """A text as an id; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


TOOLS = (list_versions, get_version, compare_versions, rollback_version, list_agent_history)
