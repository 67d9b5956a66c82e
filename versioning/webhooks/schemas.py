"""What programs send and read about webhooks."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from ninja import Field, Schema

from versioning.lib.paging import PageQuery
from versioning.lib.rest import Input
from versioning.versions.schemas import ArtifactRef
from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.presenters import EndpointState, state_of, url_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName

State = Literal["waiting", "retrying", "delivered", "failed"]
EVERY = "The names that it is told of; none means every Event, those too that come later."
SECRET = "whsec_…"  # noqa: S105  an example


class EndpointIn(Input):
    """An address that shall be told of Events."""

    url: str = Field(max_length=500, examples=["https://example.com/previse"])
    description: str = Field("", max_length=200, description="What it is for.")
    events: list[EventName] = Field([], max_length=100, description=EVERY, examples=[["version.published"]])


class EndpointChangesIn(Input):
    """What to change; what is not sent stays."""

    url: str | None = Field(None, max_length=500, examples=["https://example.com/previse"])
    description: str | None = Field(None, max_length=200)
    events: list[EventName] | None = Field(None, max_length=100, description=EVERY)


class EndpointOut(Schema):
    """A webhook, and how it goes. Its secret is known by its end."""

    id: UUID
    url: str = Field(examples=["https://example.com/previse"])
    description: str
    events: list[str] = Field(description=EVERY)
    state: EndpointState = Field(description="`failing`: nothing has come through since `failing_since`.")
    failing_since: datetime | None
    disabled: datetime | None
    disabled_why: str
    owed: int = Field(description="Deliveries that are neither delivered nor given up.")
    last_delivered: datetime | None
    secret_ends: str = Field(examples=["9fQ="])
    former_secret_until: datetime | None = Field(description="Until then the former secret signs too.")
    created: datetime
    created_by: str | None
    page: str = Field(description="Its page.")

    @classmethod
    def of(cls, actor: Actor, endpoint: Endpoint) -> "EndpointOut":
        """A webhook that was read `with_state()`."""
        return cls(**_of_endpoint(actor, endpoint))


class NewEndpointOut(EndpointOut):
    """A webhook with a new secret, which is shown this once."""

    secret: str = Field(examples=[SECRET])

    @classmethod
    def with_secret(cls, actor: Actor, endpoint: Endpoint, secret: str) -> "NewEndpointOut":
        """The webhook and what signs from now on."""
        return cls(**_of_endpoint(actor, endpoint), secret=secret)


class DeliveryQuery(PageQuery):
    """Which deliveries are wanted."""

    state: State | None = Field(None, description="Only those in this state.")
    event: EventName | None = Field(None, description="Only of Events of this name.")


class AttemptOut(Schema):
    """One request, and what came back."""

    number: int = Field(examples=[1])
    started: datetime
    milliseconds: int
    status: int | None = Field(description="null: no answer came; `error` says why.", examples=[200])
    error: str
    answer: str = Field(description="How the answer begins.")
    asked_by: str = Field(description="Who asked for it again; empty where nobody did.")

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptOut":
        """An attempt as programs read it."""
        return cls(
            number=attempt.number, started=attempt.started_at, milliseconds=attempt.milliseconds,
            status=attempt.status, error=attempt.error, answer=attempt.answer, asked_by=attempt.asked_by,
        )  # fmt: skip


class DeliveryOut(Schema):
    """One Event that a webhook is told of."""

    id: int
    event_id: UUID = Field(description="Sent as `webhook-id`, the same at each attempt.")
    event: str = Field(examples=["version.published"])
    artifact: ArtifactRef | None = Field(description="null for acts on the workspace itself.")
    state: State = Field(description="`retrying`: it failed, and is tried again; `failed`: given up.")
    attempts: int
    last: AttemptOut | None = Field(description="The last attempt.")
    due: datetime | None = Field(description="When it is tried next.")
    delivered: datetime | None
    given_up: datetime | None
    created: datetime
    page: str = Field(description="Its page.")

    @classmethod
    def of(
        cls, actor: Actor, delivery: Delivery, last: Attempt | None, artifact: ArtifactRef | None
    ) -> "DeliveryOut":
        """A delivery with its Event as programs read it."""
        return cls(**_of_delivery(actor, delivery, last, artifact))


class WholeDeliveryOut(DeliveryOut):
    """A delivery with what is sent, and every attempt."""

    body: str | None = Field(description="To the letter; null until it is made.")
    log: list[AttemptOut] = Field(description="The first attempt first.")

    @classmethod
    def whole(
        cls, actor: Actor, delivery: Delivery, log: list[Attempt], artifact: ArtifactRef | None
    ) -> "WholeDeliveryOut":
        """All of it."""
        fields = _of_delivery(actor, delivery, log[-1] if log else None, artifact)
        return cls(**fields, body=delivery.body, log=[AttemptOut.of(each) for each in log])


def _of_endpoint(actor: Actor, endpoint: Endpoint) -> dict[str, Any]:
    row: Any = endpoint
    by = endpoint.created_by
    return {
        "id": endpoint.id, "url": endpoint.url, "description": endpoint.description,
        "events": endpoint.events, "state": state_of(endpoint), "failing_since": row.failing_since,
        "disabled": endpoint.disabled_at, "disabled_why": endpoint.disabled_why, "owed": row.owed,
        "last_delivered": row.reached_at, "secret_ends": endpoint.last4,
        "former_secret_until": endpoint.former_until, "created": endpoint.created_at,
        "created_by": by.display_name if by else None,
        "page": settings.PUBLIC_URL + url_of(actor, "endpoint", endpoint.pk),
    }  # fmt: skip


def _of_delivery(
    actor: Actor, delivery: Delivery, last: Attempt | None, artifact: ArtifactRef | None
) -> dict[str, Any]:
    return {
        "id": delivery.pk, "event_id": delivery.event_id, "event": delivery.event.name,
        "artifact": artifact, "state": delivery.state, "attempts": delivery.attempts,
        "last": AttemptOut.of(last) if last else None, "due": delivery.due_at,
        "delivered": delivery.delivered_at, "given_up": delivery.given_up_at,
        "created": delivery.created_at,
        "page": settings.PUBLIC_URL + url_of(actor, "delivery", delivery.endpoint_id, delivery.pk),
    }  # fmt: skip
