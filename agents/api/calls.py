"""REST: connectors, and the conversations that production started. Every endpoint calls one verb."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from agents.api.entry import Id, find
from agents.models import Agent, Connector, Content, Conversation
from agents.schemas.calls import (
    ConnectorChangesIn,
    ConnectorIn,
    ConnectorOut,
    ConversationLine,
    ConversationOut,
    ConversationQuery,
    fields_of,
)
from agents.services import connectors as verbs
from versioning.lib.errors import DomainError, not_found
from versioning.lib.paging import Page, PageQuery, paged
from versioning.lib.rest import MEMBERS, expected_tag, if_match
from versioning.workspaces.policy import Act

connectors = Router(tags=["Connectors"])
conversations = Router(tags=["Conversations"])
NEWEST = ("created_at", "pk")
OF_CONNECTOR = if_match("Its `tag` as you read it: 412 `stale` where it was changed since.", '"1"')


@connectors.get(
    "/{id}/connectors", response=Page[ConnectorOut], exclude_unset=True, summary="List connectors"
)
def list_connectors(request: HttpRequest, id: Id, page: Query[PageQuery]) -> dict[str, Any]:
    """Newest first, with how many conversations went to which version.

    Viewers may; keys with the scope `history`.
    """
    actor, agent = find(request, id, Act.READ)
    rows = Connector.objects.in_workspace(actor).of(agent).in_use()
    found = paged(rows, page, NEWEST, lambda connector: {"row": connector})
    listed = [each["row"] for each in found["items"]]
    return found | {"items": _shown(agent, listed)}


@connectors.post("/{id}/connectors", auth=MEMBERS, response={201: ConnectorOut}, summary="Create a connector")
def create_connector(
    request: HttpRequest, id: Id, payload: ConnectorIn, response: HttpResponse
) -> Status[ConnectorOut]:
    """Its conversations are started at `POST /v1/connectors/{id}/conversations`.

    Editors may; admins where live is protected.
    """
    actor, agent = find(request, id, Act.PUBLISH)
    made = verbs.create_connector(actor, agent, **fields_of(payload))
    response["Location"] = f"/api/agents/{agent.slug}/connectors/{made.pk}"
    return Status(201, _one(agent, made, response))


@connectors.get("/{id}/connectors/{uuid:connector_id}", response=ConnectorOut, summary="Read a connector")
def read_connector(request: HttpRequest, id: Id, connector_id: UUID, response: HttpResponse) -> ConnectorOut:
    """`ETag` is its tag. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    return _one(agent, verbs.connector_of(actor, agent, connector_id), response)


@connectors.patch(
    "/{id}/connectors/{uuid:connector_id}", auth=MEMBERS, response=ConnectorOut,
    summary="Change or retarget a connector", openapi_extra=OF_CONNECTOR,
)  # fmt: skip
def change_connector(
    request: HttpRequest, id: Id, connector_id: UUID, payload: ConnectorChangesIn, response: HttpResponse
) -> ConnectorOut:
    """What is not sent stays. A changed split moves only the callers who have to move; running
    conversations stay where they began. Editors may; admins where live is protected.
    """
    actor, agent = find(request, id, Act.PUBLISH)
    expected = _revision(expected_tag(request, payload.expected_version))
    changed = verbs.change_connector(actor, agent, connector_id, expected=expected, **fields_of(payload))
    return _one(agent, changed, response)


@connectors.delete(
    "/{id}/connectors/{uuid:connector_id}", auth=MEMBERS, response={204: None},
    summary="Remove a connector", openapi_extra=OF_CONNECTOR,
)  # fmt: skip
def remove_connector(
    request: HttpRequest, id: Id, connector_id: UUID, expected_version: str | None = None
) -> Status[None]:
    """From then on it starts nothing; its conversations stay. Editors may; admins where live is protected."""
    actor, agent = find(request, id, Act.PUBLISH)
    expected = _revision(expected_tag(request, expected_version))
    verbs.remove_connector(actor, agent, connector_id, expected=expected)
    return Status(204, None)


@conversations.get(
    "/{id}/conversations", response=Page[ConversationLine], exclude_unset=True, summary="List conversations"
)
def list_conversations(request: HttpRequest, id: Id, page: Query[ConversationQuery]) -> dict[str, Any]:
    """Newest first, without their contents. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    rows = Conversation.objects.in_workspace(actor).of(agent)
    found = rows.matching(number=page.version, connector=page.connector, caller=page.caller.replace("\0", ""))
    return paged(found, page, ("started_at", "pk"), lambda each: ConversationLine.of(agent.slug, each))


@conversations.get(
    "/{id}/conversations/{uuid:conversation_id}", response=ConversationOut, summary="Read a conversation"
)
def read_conversation(request: HttpRequest, id: Id, conversation_id: UUID) -> ConversationOut:
    """With the configuration that it is served by. Viewers may; keys with the scope `history`."""
    actor, agent = find(request, id, Act.READ)
    found = Conversation.objects.in_workspace(actor).of(agent).filter(pk=conversation_id).first()
    if found is None:
        raise not_found()
    content = Content.objects.get(workspace=actor.workspace, digest=found.digest)
    return ConversationOut.whole(agent.slug, found, content)


def _one(agent: Agent, connector: Connector, response: HttpResponse) -> ConnectorOut:
    (shown,) = _shown(agent, [connector])
    response["ETag"] = shown.tag
    return shown


def _shown(agent: Agent, listed: list[Connector]) -> list[ConnectorOut]:
    """Connectors with what their callers got, in one query for all of them."""
    rows = Conversation.objects.of(agent).filter(connector__in=[each.pk for each in listed])
    tallies: dict[UUID, list[dict[str, Any]]] = {each.pk: [] for each in listed}
    for tally in rows.tallied():
        tallies[tally["connector_id"]].append(tally)
    return [ConnectorOut.of(each, tallies[each.pk]) for each in listed]


def _revision(tag: str | None) -> int | None:
    """The revision that a tag names; `*` binds to none. A tag of something else is stale."""
    if tag is None or tag == "*":
        return None
    number = tag.strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise DomainError("stale", "This is no tag of a connector: read it again, then change it.")
    return int(number)
