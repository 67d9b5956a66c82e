"""REST: the parts of an agent's draft: schemas, triggers, MCP servers. Every endpoint calls one verb."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status

from agents import services
from agents.api.entry import OF_PART, Id, find, given
from agents.models import Agent, AgentSchema, AgentTrigger, McpServer, Part
from agents.schemas.parts import (
    McpServerChangesIn,
    McpServerIn,
    McpServerOut,
    PartOut,
    SchemaChangesIn,
    SchemaIn,
    SchemaOut,
    TriggerChangesIn,
    TriggerIn,
    TriggerOut,
)
from agents.secrets import last_fours
from versioning.lib.errors import not_found
from versioning.lib.paging import Page, PageQuery, paged
from versioning.lib.rest import expected_tag
from versioning.workspaces.policy import Act

router = Router(tags=["Parts of agents"])
NEWEST = ("created_at", "pk")


@router.get("/{id}/schemas", response=Page[SchemaOut], exclude_unset=True, summary="List schemas")
def list_schemas(request: HttpRequest, id: Id, page: Query[PageQuery]) -> dict[str, Any]:
    """Those of the draft, newest first. Viewers may; keys with the scope `history`."""
    return _list(request, id, page, AgentSchema)


@router.post("/{id}/schemas", response={201: SchemaOut}, summary="Add a schema")
def add_schema(request: HttpRequest, id: Id, payload: SchemaIn, response: HttpResponse) -> Status[PartOut]:
    """To the draft. Editors may; keys with the scope `drafts`, where it is not served."""
    return _add(request, id, payload, response, AgentSchema)


@router.get("/{id}/schemas/{uuid:part_id}", response=SchemaOut, summary="Read a schema")
def read_schema(request: HttpRequest, id: Id, part_id: UUID, response: HttpResponse) -> PartOut:
    """`ETag` is its tag. Viewers may; keys with the scope `history`."""
    return _read(request, id, part_id, response, AgentSchema)


@router.patch(
    "/{id}/schemas/{uuid:part_id}", response=SchemaOut, summary="Change a schema", openapi_extra=OF_PART
)
def change_schema(
    request: HttpRequest, id: Id, part_id: UUID, payload: SchemaChangesIn, response: HttpResponse
) -> PartOut:
    """What is not sent stays. Editors may; keys with the scope `drafts`, where the draft is not served."""
    return _change(request, id, part_id, payload, response, AgentSchema)


@router.delete(
    "/{id}/schemas/{uuid:part_id}", response={204: None}, summary="Remove a schema", openapi_extra=OF_PART
)
def remove_schema(
    request: HttpRequest, id: Id, part_id: UUID, expected_version: str | None = None
) -> Status[None]:
    """From the draft. Editors may; keys with the scope `drafts`, where it is not served."""
    return _remove(request, id, part_id, expected_version, AgentSchema)


@router.get("/{id}/triggers", response=Page[TriggerOut], exclude_unset=True, summary="List triggers")
def list_triggers(request: HttpRequest, id: Id, page: Query[PageQuery]) -> dict[str, Any]:
    """Those of the draft, newest first. Viewers may; keys with the scope `history`."""
    return _list(request, id, page, AgentTrigger)


@router.post("/{id}/triggers", response={201: TriggerOut}, summary="Add a trigger")
def add_trigger(request: HttpRequest, id: Id, payload: TriggerIn, response: HttpResponse) -> Status[PartOut]:
    """To the draft. Editors may; keys with the scope `drafts`, where it is not served."""
    return _add(request, id, payload, response, AgentTrigger)


@router.get("/{id}/triggers/{uuid:part_id}", response=TriggerOut, summary="Read a trigger")
def read_trigger(request: HttpRequest, id: Id, part_id: UUID, response: HttpResponse) -> PartOut:
    """`ETag` is its tag. Viewers may; keys with the scope `history`."""
    return _read(request, id, part_id, response, AgentTrigger)


@router.patch(
    "/{id}/triggers/{uuid:part_id}", response=TriggerOut, summary="Change a trigger", openapi_extra=OF_PART
)
def change_trigger(
    request: HttpRequest, id: Id, part_id: UUID, payload: TriggerChangesIn, response: HttpResponse
) -> PartOut:
    """What is not sent stays. Editors may; keys with the scope `drafts`, where the draft is not served."""
    return _change(request, id, part_id, payload, response, AgentTrigger)


@router.delete(
    "/{id}/triggers/{uuid:part_id}", response={204: None}, summary="Remove a trigger", openapi_extra=OF_PART
)
def remove_trigger(
    request: HttpRequest, id: Id, part_id: UUID, expected_version: str | None = None
) -> Status[None]:
    """From the draft. Editors may; keys with the scope `drafts`, where it is not served."""
    return _remove(request, id, part_id, expected_version, AgentTrigger)


@router.get("/{id}/mcp-servers", response=Page[McpServerOut], exclude_unset=True, summary="List MCP servers")
def list_mcp_servers(request: HttpRequest, id: Id, page: Query[PageQuery]) -> dict[str, Any]:
    """Those of the draft, newest first, credentials as references.

    Viewers may; keys with the scope `history`.
    """
    return _list(request, id, page, McpServer)


@router.post("/{id}/mcp-servers", response={201: McpServerOut}, summary="Add an MCP server")
def add_mcp_server(
    request: HttpRequest, id: Id, payload: McpServerIn, response: HttpResponse
) -> Status[PartOut]:
    """To the draft; credentials in its config are sealed, and shown by no answer.

    Editors may; keys with the scope `drafts`, where it is not served.
    """
    return _add(request, id, payload, response, McpServer)


@router.get("/{id}/mcp-servers/{uuid:part_id}", response=McpServerOut, summary="Read an MCP server")
def read_mcp_server(request: HttpRequest, id: Id, part_id: UUID, response: HttpResponse) -> PartOut:
    """Credentials as references; `ETag` is its tag. Viewers may; keys with the scope `history`."""
    return _read(request, id, part_id, response, McpServer)


@router.patch(
    "/{id}/mcp-servers/{uuid:part_id}",
    response=McpServerOut,
    summary="Change an MCP server",
    openapi_extra=OF_PART,
)
def change_mcp_server(
    request: HttpRequest, id: Id, part_id: UUID, payload: McpServerChangesIn, response: HttpResponse
) -> PartOut:
    """What is not sent stays; a `config` that comes back as it was read keeps its credentials.

    Editors may; keys with the scope `drafts`, where the draft is not served.
    """
    return _change(request, id, part_id, payload, response, McpServer)


@router.delete(
    "/{id}/mcp-servers/{uuid:part_id}",
    response={204: None},
    summary="Remove an MCP server",
    openapi_extra=OF_PART,
)
def remove_mcp_server(
    request: HttpRequest, id: Id, part_id: UUID, expected_version: str | None = None
) -> Status[None]:
    """From the draft; its credentials stay, for locked versions refer to them.

    Editors may; keys with the scope `drafts`, where it is not served.
    """
    return _remove(request, id, part_id, expected_version, McpServer)


def _list(request: HttpRequest, id: str, page: PageQuery, model: type[Part]) -> dict[str, Any]:
    _, agent = find(request, id, Act.READ)
    more = _beside(agent, model)
    return paged(model.objects.of(agent), page, NEWEST, lambda part: OUT[model].of(part, **more))


def _add(
    request: HttpRequest, id: str, payload: Schema, response: HttpResponse, model: type[Part]
) -> Status[PartOut]:
    actor, agent = find(request, id, Act.SAVE_DRAFT)
    part = services.add_part(actor, agent, model, **given(payload))
    address = model.section.replace("_", "-")
    response["Location"] = f"/api/agents/{agent.slug}/{address}/{part.pk}"
    return Status(201, _shown(agent, part, response))


def _read(request: HttpRequest, id: str, part_id: UUID, response: HttpResponse, model: type[Part]) -> PartOut:
    _, agent = find(request, id, Act.READ)
    part = model.objects.of(agent).filter(pk=part_id).first()
    if part is None:
        raise not_found()
    return _shown(agent, part, response)


def _change(
    request: HttpRequest, id: str, part_id: UUID, payload: Any, response: HttpResponse, model: type[Part]
) -> PartOut:
    actor, agent = find(request, id, Act.SAVE_DRAFT)
    expected = expected_tag(request, payload.expected_version)
    fields = given(payload, "expected_version")
    part = services.change_part(actor, agent, model, part_id, expected=expected, **fields)
    return _shown(agent, part, response)


def _remove(
    request: HttpRequest, id: str, part_id: UUID, expected_version: str | None, model: type[Part]
) -> Status[None]:
    actor, agent = find(request, id, Act.SAVE_DRAFT)
    expected = expected_tag(request, expected_version)
    services.remove_part(actor, agent, model, part_id, expected=expected)
    return Status(204, None)


OUT: dict[type[Part], type[PartOut]] = {
    AgentSchema: SchemaOut, AgentTrigger: TriggerOut, McpServer: McpServerOut,
}  # fmt: skip


def _shown(agent: Agent, part: Part, response: HttpResponse) -> PartOut:
    shown = OUT[type(part)].of(part, **_beside(agent, type(part)))
    response["ETag"] = shown.tag
    return shown


def _beside(agent: Agent, model: type[Part]) -> dict[str, Any]:
    """What an answer needs beside the row."""
    return {"last4": last_fours(agent)} if model is McpServer else {}
