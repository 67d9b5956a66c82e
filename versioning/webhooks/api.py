"""REST: webhooks, what they are owed, and every attempt to bring it. Admins only; keys may not."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from versioning.lib.paging import Page, PageQuery, paged
from versioning.lib.rest import MEMBERS
from versioning.versions.models import Artifact
from versioning.versions.schemas import ArtifactRef
from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.schemas import (
    DeliveryOut,
    DeliveryQuery,
    EndpointChangesIn,
    EndpointIn,
    EndpointOut,
    NewEndpointOut,
    WholeDeliveryOut,
)
from versioning.webhooks.services import deliveries, endpoints
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

router = Router(tags=["Webhooks"], auth=MEMBERS)
NEWEST = ("created_at", "pk")
ONE, LOG = "/webhooks/{uuid:endpoint_id}", "/webhooks/{uuid:endpoint_id}/deliveries"


@router.get("/webhooks", response=Page[EndpointOut], exclude_unset=True, summary="List webhooks")
def list_webhooks(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Newest first, each with how it goes. Admins may; keys may not."""
    actor = _manager(request)
    rows = Endpoint.objects.in_workspace(actor).with_state().select_related("created_by")
    return paged(rows, page, NEWEST, lambda each: EndpointOut.of(actor, each))


@router.post("/webhooks", response={201: NewEndpointOut}, summary="Add a webhook")
def create_webhook(
    request: HttpRequest, payload: EndpointIn, response: HttpResponse
) -> Status[NewEndpointOut]:
    """Answers its secret, which is shown this once and signs by the rules of Standard Webhooks.

    The address is looked at when it is connected to: what is not public is refused there. Admins may; keys
    may not.
    """
    actor = _manager(request)
    made, secret = endpoints.create_endpoint(actor, **payload.dict())
    response["Location"] = f"/api/webhooks/{made.pk}"
    return Status(201, NewEndpointOut.with_secret(actor, _endpoint(actor, made.pk), secret))


@router.get(ONE, response=EndpointOut, summary="Read a webhook")
def read_webhook(request: HttpRequest, endpoint_id: UUID) -> EndpointOut:
    """With how it goes and what it is owed. Admins may; keys may not."""
    actor = _manager(request)
    return EndpointOut.of(actor, _endpoint(actor, endpoint_id))


@router.patch(ONE, response=EndpointOut, summary="Change a webhook")
def change_webhook(request: HttpRequest, endpoint_id: UUID, payload: EndpointChangesIn) -> EndpointOut:
    """What is not sent stays. What it is owed already stays owed. Admins may; keys may not."""
    actor = _manager(request)
    found = _endpoint(actor, endpoint_id)
    as_it_is: dict[str, Any] = {"url": found.url, "description": found.description, "events": found.events}
    endpoints.change_endpoint(actor, found, **(as_it_is | payload.dict(exclude_none=True)))
    return EndpointOut.of(actor, _endpoint(actor, endpoint_id))


@router.delete(ONE, response={204: None}, summary="Remove a webhook")
def remove_webhook(request: HttpRequest, endpoint_id: UUID) -> Status[None]:
    """What it is owed is given up; its secret is deleted. Admins may; keys may not."""
    actor = _manager(request)
    endpoints.remove_endpoint(actor, _endpoint(actor, endpoint_id))
    return Status(204, None)


@router.post(ONE + "/rotate", response=NewEndpointOut, summary="Rotate its secret")
def rotate_webhook(request: HttpRequest, endpoint_id: UUID) -> NewEndpointOut:
    """Answers the new secret, which is shown this once; the former one signs too for 24 hours, a third one
    no more. Admins may; keys may not.
    """
    actor = _manager(request)
    secret = endpoints.rotate_secret(actor, _endpoint(actor, endpoint_id))
    return NewEndpointOut.with_secret(actor, _endpoint(actor, endpoint_id), secret)


@router.post(ONE + "/disable", response=EndpointOut, summary="Switch a webhook off")
def disable_webhook(request: HttpRequest, endpoint_id: UUID) -> EndpointOut:
    """What it is owed waits; what happens meanwhile it will never be told of. Admins may; keys may not."""
    actor = _manager(request)
    endpoints.disable_endpoint(actor, _endpoint(actor, endpoint_id))
    return EndpointOut.of(actor, _endpoint(actor, endpoint_id))


@router.post(ONE + "/enable", response=EndpointOut, summary="Switch a webhook on")
def enable_webhook(request: HttpRequest, endpoint_id: UUID) -> EndpointOut:
    """What waited goes out now. Admins may; keys may not."""
    actor = _manager(request)
    endpoints.enable_endpoint(actor, _endpoint(actor, endpoint_id))
    return EndpointOut.of(actor, _endpoint(actor, endpoint_id))


@router.get(LOG, response=Page[DeliveryOut], exclude_unset=True, summary="List deliveries")
def list_deliveries(request: HttpRequest, endpoint_id: UUID, page: Query[DeliveryQuery]) -> dict[str, Any]:
    """Newest first, each with its last attempt. Admins may; keys may not."""
    actor = _manager(request)
    rows = Delivery.objects.in_workspace(actor).of(_endpoint(actor, endpoint_id))
    rows = rows.matching(state=page.state or "", name=page.event or "")
    found = paged(rows.with_event().defer("body"), page, ("pk",), lambda each: {"row": each})
    listed: list[Delivery] = [each["row"] for each in found["items"]]
    last, named = Attempt.objects.last_of(listed), _named(actor, listed)
    items = [
        DeliveryOut.of(actor, each, last.get(each.pk), named.get(each.event.artifact_id)) for each in listed
    ]
    return found | {"items": items}


@router.get(LOG + "/{int:delivery_id}", response=WholeDeliveryOut, summary="Read a delivery")
def read_delivery(request: HttpRequest, endpoint_id: UUID, delivery_id: int) -> WholeDeliveryOut:
    """What is sent, and every attempt with what came back. Admins may; keys may not."""
    actor = _manager(request)
    return _whole(actor, _delivery(actor, endpoint_id, delivery_id))


@router.post(LOG + "/{int:delivery_id}/redeliver", response={202: WholeDeliveryOut}, summary="Deliver again")
def redeliver(
    request: HttpRequest, endpoint_id: UUID, delivery_id: int, response: HttpResponse
) -> Status[WholeDeliveryOut]:
    """Tries it once more, now, whatever became of it: the same id, the same body. Read the delivery for what
    came of it. Admins may; keys may not.
    """
    actor = _manager(request)
    again = deliveries.redeliver(actor, _delivery(actor, endpoint_id, delivery_id))
    response["Location"] = f"/api/webhooks/{endpoint_id}/deliveries/{delivery_id}"
    return Status(202, _whole(actor, again))


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Act.MANAGE)
    return actor


def _endpoint(actor: Actor, endpoint_id: UUID) -> Endpoint:
    """The webhook of that id with its state. Error: `not_found`."""
    return Endpoint.objects.in_workspace(actor).with_state().select_related("created_by").one(endpoint_id)


def _delivery(actor: Actor, endpoint_id: UUID, delivery_id: int) -> Delivery:
    """A delivery of that webhook. Error: `not_found`."""
    endpoint = _endpoint(actor, endpoint_id)
    return Delivery.objects.in_workspace(actor).of(endpoint).with_event().one(delivery_id)


def _whole(actor: Actor, delivery: Delivery) -> WholeDeliveryOut:
    about = _named(actor, [delivery]).get(delivery.event.artifact_id)
    return WholeDeliveryOut.whole(actor, delivery, list(Attempt.objects.of(delivery)), about)


def _named(actor: Actor, listed: Iterable[Delivery]) -> dict[UUID | None, ArtifactRef]:
    """What the Events of deliveries are about, in one query."""
    ids = {each.event.artifact_id for each in listed if each.event.artifact_id}
    rows = Artifact.objects.in_workspace(actor).filter(pk__in=ids).only("slug", "kind")
    return {each.pk: ArtifactRef(kind=each.kind, slug=each.slug) for each in rows}
