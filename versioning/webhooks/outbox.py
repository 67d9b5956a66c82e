"""The outbox: what endpoints are owed is written in the transaction of the act that they are told of."""

import logging

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from versioning.webhooks.models import Delivery, Endpoint
from versioning.webhooks.payload import body_of
from versioning.webhooks.waking import wake
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

log = logging.getLogger("previse.webhooks")


def owe(actor: Actor, event: Event) -> None:
    """Write one Delivery for each endpoint that wants this Event. One query where none does.

    An act whose Event cannot be written down for those who were promised it does not happen either. A body
    that cannot be made stops nothing: the worker makes it.
    """
    wants = Q(events=[]) | Q(events__contains=[event.name])
    endpoints = list(
        Endpoint.objects.in_workspace(actor).filter(wants, disabled_at=None).order_by("created_at", "id")
    )
    if not endpoints:
        return
    body = _body(actor, event)
    Delivery.objects.bulk_create(
        Delivery(workspace=actor.workspace, endpoint=endpoint, event=event, body=body, due_at=timezone.now())
        for endpoint in endpoints
    )
    wake(endpoints)


def _body(actor: Actor, event: Event) -> str | None:
    try:
        with transaction.atomic():
            return body_of(event, actor.workspace)
    except Exception:
        log.exception("The body of event %s could not be made; the worker tries again.", event.pk)
        return None
