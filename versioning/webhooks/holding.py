"""What a worker reads and writes while it holds an endpoint. Each step is one short transaction."""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Case, F, Q, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from versioning.lib.transaction import told
from versioning.webhooks import schedule
from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.payload import body_of
from versioning.webhooks.querysets import DeliveryQuerySet
from versioning.webhooks.sending import GONE, Outcome, Parcel
from versioning.webhooks.services.endpoints import secrets_of, switch_off_gone
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Role, Workspace

log = logging.getLogger("previse.webhooks")
MARGIN = timedelta(seconds=2)  # that a lease outlives the request that it is for
RETRIES = 0.2  # of the turns go to what failed before, so that new acts never starve it


@dataclass(frozen=True)
class Held:
    """An endpoint in the hands of one worker."""

    workspace: UUID
    endpoint: UUID
    by: UUID


@dataclass(frozen=True)
class Turn:
    """What is sent next, and as what it was found: somebody may ask for it again meanwhile."""

    delivery: int
    asked_by: str
    parcel: Parcel


@contextmanager
def _inside(workspace: UUID) -> Iterator[None]:
    """A transaction in a workspace, on a connection that is given back."""
    try:
        with told(workspace):
            yield
    finally:
        connections.close_all()


def take(held: Held) -> bool:
    """Hold an endpoint that is free and switched on; of two workers, one gets it."""
    with _inside(held.workspace):
        free = Q(held_until=None) | Q(held_until__lt=Now())
        rows = Endpoint.objects.filter(free, pk=held.endpoint, disabled_at=None, removed_at=None)
        return bool(rows.update(held_by=held.by, held_until=Now() + _lease()))


def next_turn(held: Held) -> Turn | None:
    """What is due next, the lease renewed for it. None where nothing is, or the endpoint is held no more."""
    with _inside(held.workspace):
        rows = Endpoint.objects.filter(pk=held.endpoint, held_by=held.by, disabled_at=None, removed_at=None)
        if not rows.update(held_until=Now() + _lease()):
            return None
        due = _due(held).order_by(*_order()).select_related("endpoint", "event").first()
        if due is None:
            return None
        if due.body is None:
            due.body = _make_body(due)
        parcel = Parcel(
            id=str(due.event_id), url=due.endpoint.url, body=due.body,
            secrets=secrets_of(due.endpoint, schedule.now()),
        )  # fmt: skip
        return Turn(delivery=due.pk, asked_by=due.asked_by, parcel=parcel)


def settle(held: Held, turn: Turn, outcome: Outcome) -> None:
    """Write down an attempt, and what it makes of its delivery: delivered, due again, or given up."""
    with _inside(held.workspace):
        row = Delivery.objects.select_for_update(no_key=True).filter(pk=turn.delivery).first()
        if row is None:
            return
        row.attempts += 1
        Attempt.objects.create(
            workspace_id=held.workspace, delivery=row, number=row.attempts, started_at=outcome.started_at,
            milliseconds=outcome.milliseconds, status=outcome.status, error=outcome.error,
            answer=outcome.answer, asked_by=turn.asked_by,
        )  # fmt: skip
        owed = row.delivered_at is None and row.given_up_at is None
        asked_since = row.asked_by and not turn.asked_by  # Redeliver was pressed while this was under way
        if outcome.delivered:
            row.delivered_at, row.given_up_at = row.delivered_at or schedule.now(), None
        if not asked_since:
            row.asked_by, row.due_at = "", None
            if owed and not outcome.delivered:
                tried = Attempt.objects.of(row).filter(asked_by="").count()
                row.due_at = schedule.next_try(tried, outcome.retry_after)
                row.given_up_at = None if row.due_at else schedule.now()
        row.save(update_fields=["attempts", "asked_by", "due_at", "delivered_at", "given_up_at"])
        if outcome.status == GONE:
            _switch_off(held)


def let_go(held: Held) -> bool:
    """Free the endpoint; whether something is due there already, which came too late for this visit."""
    with _inside(held.workspace):
        mine = Endpoint.objects.filter(pk=held.endpoint, held_by=held.by)
        mine.update(held_until=None, held_by=None)
    with _inside(held.workspace):  # looked for after the commit: who came before it found the endpoint held
        on = Endpoint.objects.filter(pk=held.endpoint, disabled_at=None, removed_at=None)
        return on.exists() and _due(held).exists()


def _due(held: Held) -> DeliveryQuerySet:
    """What was never tried is due whatever the clocks say, for its order counts."""
    waiting = Delivery.objects.filter(endpoint_id=held.endpoint, due_at__isnull=False)
    return waiting.filter(Q(due_at__lte=schedule.now()) | Q(attempts=0))


def _order() -> list[str | Combinable]:
    """First what somebody asked for, then first attempts in the order of the acts, then retries."""
    retries_first = random.random() < RETRIES  # noqa: S311
    tried = Case(When(attempts=0, then=1 if retries_first else 0), default=0 if retries_first else 1)
    asked = Case(When(asked_by="", then=1), default=0)
    return [asked, tried, Case(When(attempts=0, then=F("id"))), "due_at", "id"]


def _lease() -> timedelta:
    return timedelta(seconds=settings.WEBHOOK_TIMEOUT) + MARGIN


def _make_body(due: Delivery) -> str | None:
    """The body that the act could not make. Where it still cannot be made, that is a failed attempt."""
    try:
        with transaction.atomic():
            body = body_of(due.event, Workspace.objects.get(pk=due.workspace_id))
            Delivery.objects.filter(pk=due.pk).update(body=body)
            return body
    except Exception:
        log.exception("The body of event %s cannot be made.", due.event_id)
        return None


def _switch_off(held: Held) -> None:
    """The endpoint is gone and said so: nothing goes there any more, until somebody switches it on."""
    workspace = Workspace.objects.get(pk=held.workspace)
    actor = Actor(
        workspace=workspace, kind="operator", id=None, label="Previse", via="worker", role=Role.OWNER
    )
    switch_off_gone(actor, held.endpoint)
