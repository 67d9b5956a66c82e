"""A webhook of alice's, and deliveries in each state as a worker would have left them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.cast import Cast
from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.workspaces.models import Event

URL = "https://hooks.example/previse?token=of-the-receiver"


def hooked(cast: Cast, *, url: str = URL, **fields: Any) -> Endpoint:
    """A webhook that is owed nothing, not even the news of its creation."""
    endpoint, _ = create_endpoint(cast.alice, url=url, **fields)
    Delivery.objects.of(endpoint).delete()
    return endpoint


def tried(delivery: Delivery, *, status: int | None = 200, error: str = "", **fields: Any) -> Attempt:
    """One more attempt of a delivery, a little later than the last."""
    delivery.attempts += 1
    delivery.save(update_fields=["attempts"])
    fields = {"milliseconds": 214, "started_at": timezone.now(), **fields}
    return Attempt.objects.create(
        workspace_id=delivery.workspace_id, delivery=delivery, number=delivery.attempts, status=status,
        error=error, **fields,
    )  # fmt: skip


def owed(endpoint: Endpoint, event: Event, state: str = "waiting", **fields: Any) -> Delivery:
    """A delivery in a state, with the attempts that led to it."""
    now = timezone.now()
    Delivery.objects.of(endpoint).filter(event=event).delete()
    delivery = Delivery.objects.create(
        workspace_id=endpoint.workspace_id, endpoint=endpoint, event=event, due_at=now + timedelta(hours=1),
        body='{"type":"an event","data":{"to":1}}',
    )  # fmt: skip
    if state == "delivered":
        tried(delivery)
        fields = {"delivered_at": timezone.now(), "due_at": None} | fields
    if state in ("retrying", "failed"):
        tried(delivery, status=503, answer="Busy <b>now</b>")
    if state == "failed":
        fields = {"given_up_at": now, "due_at": None} | fields
    for name, value in fields.items():
        setattr(delivery, name, value)
    delivery.save()
    return delivery
