"""REST: the versions of an agent: read, compared, locked, reverted. Every endpoint calls one verb."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from agents.api.entry import OF_DRAFT, Id, Number, agent_now, find, numbered, version_now
from agents.schemas.agents import AgentOut, DraftOut
from agents.schemas.versions import (
    AgentComparedOut,
    AgentVersionOut,
    CompareQuery,
    LockedOut,
    LockIn,
    RevertIn,
)
from versioning.lib.paging import Page, PageQuery, paged
from versioning.lib.rest import MEMBERS, expected_tag
from versioning.versions import services as versions
from versioning.versions.api import events_of
from versioning.versions.models import Version
from versioning.versions.schemas import EventOut, MomentQuery, ServedAtOut, VersionQuery
from versioning.versions.services.one_draft import as_rows_are, draft_of
from versioning.workspaces.policy import Act

router = Router(tags=["Versions of agents"])
past = Router(tags=["Events"])
AS_IT_IS = RevertIn()  # bodies that may be left out
NO_REASON = LockIn()


@router.get(
    "/{id}/versions", response=Page[AgentVersionOut], exclude_unset=True, summary="List an agent's versions"
)
def list_agent_versions(request: HttpRequest, id: Id, page: Query[VersionQuery]) -> dict[str, Any]:
    """Newest first: the draft, then what was locked. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    rows = Version.objects.of(agent).search(agent, page.q, in_text=page.text).with_fork()
    text = page.include == "source"
    rows = rows if text else rows.without_text()

    def show(version: Version) -> dict[str, Any]:
        shown = AgentVersionOut.of(actor, agent, as_rows_are(agent, version), text=text)
        return shown.model_dump(exclude_unset=True)

    return paged(rows, page, ("number",), show)


@router.get("/{id}/versions/{n}", response=AgentVersionOut, summary="Read an agent's version")
def read_agent_version(request: HttpRequest, id: Id, n: Number, response: HttpResponse) -> AgentVersionOut:
    """With its configuration. `ETag` is its tag. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    return version_now(actor, agent, n, response)


@router.get("/{id}/compare", response=AgentComparedOut, summary="Compare two versions of an agent")
def compare_agent_versions(request: HttpRequest, id: Id, page: Query[CompareQuery]) -> AgentComparedOut:
    """Field by field: JSON by path, lists by identity, credentials unspoken.

    Viewers may; keys with the scope `history`.
    """
    actor, agent = find(request, id, Act.READ)
    return AgentComparedOut.of(actor, agent, numbered(agent, page.old), numbered(agent, page.new))


@router.post(
    "/{id}/lock", auth=MEMBERS, response={201: LockedOut}, summary="Lock the draft", openapi_extra=OF_DRAFT
)
def lock_agent(
    request: HttpRequest, id: Id, response: HttpResponse, payload: LockIn = NO_REASON
) -> Status[LockedOut]:
    """Freezes the draft for good, and opens the next one; pointers stay where they are. Editors may."""
    actor, agent = find(request, id, Act.EDIT)
    expected = expected_tag(request, payload.expected_version)
    version = versions.lock(actor, agent, message=payload.message, expected=expected)
    response["Location"] = f"/api/agents/{agent.slug}/versions/{version.number}"
    shown = version_now(actor, agent, version.number, response)
    return Status(201, LockedOut(version=shown, draft=DraftOut.of(draft_of(agent))))


@router.post(
    "/{id}/revert", auth=MEMBERS, response=AgentOut, summary="Revert the draft", openapi_extra=OF_DRAFT
)
def revert_agent(
    request: HttpRequest, id: Id, response: HttpResponse, payload: RevertIn = AS_IT_IS
) -> AgentOut:
    """Puts the draft back to the version that it was forked from; what it was stays in the Event.

    Editors may; of a draft that is live only who may publish.
    """
    actor, agent = find(request, id, Act.EDIT)
    versions.revert(actor, agent, expected=expected_tag(request, payload.expected_version))
    return agent_now(actor, agent, response)


@past.get("/{id}/events", response=Page[EventOut], exclude_unset=True, summary="List an agent's Events")
def list_agent_events(request: HttpRequest, id: Id, page: Query[PageQuery]) -> dict[str, Any]:
    """Every act on it, newest first. Viewers may; keys with the scope `history`."""
    _, agent = find(request, id, Act.READ)
    return events_of(agent, page)


@past.get("/{id}/live", response=ServedAtOut, summary="What was live of an agent at a moment")
def agent_served_at(request: HttpRequest, id: Id, page: Query[MomentQuery]) -> ServedAtOut:
    """What was live and staged then, who put it there and why.

    Viewers may; keys with the scope `history`.
    """
    _, agent = find(request, id, Act.READ)
    return ServedAtOut.of(agent, page.at)
