"""REST: agents and their own fields. Every endpoint calls one verb."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from agents import services
from agents.api.entry import OF_AGENT, Id, Number, agent_now, find, given, numbered
from agents.models import PARTS, Agent
from agents.schemas.agents import AgentChangesIn, AgentIn, AgentLine, AgentOut, AgentQuery, CopyIn
from versioning.lib.paging import Page, paged
from versioning.lib.rest import MEMBERS, expected_tag
from versioning.versions import services as versions
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require

router = Router(tags=["Agents"])


@router.get("", response=Page[AgentLine], exclude_unset=True, summary="List agents")
def list_agents(request: HttpRequest, page: Query[AgentQuery]) -> dict[str, Any]:
    """Newest first. Viewers may; keys with the scope `history`."""
    actor = actor_of(request)
    require(actor, Act.READ)
    rows = Agent.objects.in_workspace(actor).showing(page.show).search(page.q)
    rows = rows.filter(slug=page.slug) if page.slug else rows
    shown = rows.with_pointers().with_version_count()
    return paged(shown, page, (f"{page.sort}_at", "pk"), lambda agent: AgentLine.of(actor, agent))


@router.post("", auth=MEMBERS, response={201: AgentOut}, summary="Create an agent")
def create_agent(request: HttpRequest, payload: AgentIn, response: HttpResponse) -> Status[AgentOut]:
    """Its draft v1 opens at once, with the parts that are sent; nothing is live yet. Editors may."""
    actor = actor_of(request)
    fields = given(payload)
    parts = {model.section: fields.pop(model.section, []) for model in PARTS}
    agent = services.create_agent(actor, **fields, parts=parts)
    response["Location"] = f"/api/agents/{agent.slug}"
    return Status(201, agent_now(actor, agent, response))


@router.get("/{id}", response=AgentOut, summary="Read an agent")
def read_agent(request: HttpRequest, id: Id, response: HttpResponse) -> AgentOut:
    """With its pointers, and its draft's own fields; `ETag` is their tag.

    All of the draft at once is `/versions/draft`. Viewers may; keys with the scope `history`.
    """
    actor, agent = find(request, id, Act.READ)
    return agent_now(actor, agent, response)


@router.patch("/{id}", response=AgentOut, summary="Change or archive an agent", openapi_extra=OF_AGENT)
def change_agent(request: HttpRequest, id: Id, payload: AgentChangesIn, response: HttpResponse) -> AgentOut:
    """Changes own fields of the draft; what is not sent stays. The tag binds these, not `archived`.

    Editors may; of a draft that is live only who may publish. Keys with the scope `drafts` change fields,
    where the draft is not served.
    """
    fields, archived = given(payload, "archived", "expected_version"), payload.archived
    actor, agent = find(request, id, Act.SAVE_DRAFT if archived is None else Act.EDIT)
    with transaction.atomic():
        if archived is False and agent.archived_at:
            versions.unarchive(actor, agent)
        if fields:
            expected = expected_tag(request, payload.expected_version)
            services.change_agent(actor, agent, expected=expected, **fields)
        if archived and not agent.archived_at:
            versions.archive(actor, agent)
    return agent_now(actor, agent, response)


@router.post("/{id}/versions/{n}/copy", auth=MEMBERS, response={201: AgentOut}, summary="Copy a version")
def copy_agent(
    request: HttpRequest, id: Id, n: Number, payload: CopyIn, response: HttpResponse
) -> Status[AgentOut]:
    """Makes an agent of a version of this one, whose credentials it does not get. Editors may."""
    actor, agent = find(request, id, Act.EDIT)
    made = services.copy_agent(actor, agent, **payload.dict(), source=numbered(agent, n).source)
    response["Location"] = f"/api/agents/{made.slug}"
    return Status(201, agent_now(actor, made, response))
