"""Reads of the room of webhooks, as verbs that chain."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from versioning.lib.errors import not_found

if TYPE_CHECKING:
    from versioning.webhooks.models import Attempt, Delivery, Endpoint
    from versioning.workspaces.actor import Actor


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# A delivery is in one of these states: `Delivery.state`.
IN_STATE = {
    "delivered": Q(delivered_at__isnull=False),
    "failed": Q(delivered_at=None, given_up_at__isnull=False),
    "retrying": Q(delivered_at=None, given_up_at=None, attempts__gt=0),
    "waiting": Q(delivered_at=None, given_up_at=None, attempts=0),
}


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Endpoints."""

    def in_workspace(self, actor: "Actor") -> Self:
        """Those of the actor's workspace that were not removed."""
        return self.filter(workspace_id=actor.workspace.id, removed_at=None)

    def one(self, pk: UUID) -> "Endpoint":
        """The one of that id. Error: `not_found`."""
        return _one(self, pk)

    def newest_first(self) -> Self:
        """As they are listed."""
        return self.order_by("-created_at", "-pk")

    def with_state(self) -> Self:
        """Each with how it goes: how much is `owed`, when something came through last (`reached_at`), and
        since which attempt nothing does (`failing_since`).
        """
        its = _deliveries().filter(endpoint=OuterRef("pk")).order_by()
        reached = its.filter(delivered_at__isnull=False).order_by("-delivered_at").values("delivered_at")
        since = Coalesce(OuterRef("reached_at"), LONG_AGO)
        failed = its.filter(delivered_at=None, attempts__gt=0, log__started_at__gt=since).values("endpoint")
        return self.annotate(
            owed=Coalesce(Subquery(its.owed().values("endpoint").annotate(n=Count("pk")).values("n")), 0),
            reached_at=Subquery(reached[:1]),
        ).annotate(failing_since=Subquery(failed.annotate(first=Min("log__started_at")).values("first")))


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries."""

    def in_workspace(self, actor: "Actor") -> Self:
        """Those of the actor's workspace."""
        return self.filter(workspace_id=actor.workspace.id)

    def of(self, endpoint: "Endpoint") -> Self:
        """Those of one endpoint."""
        return self.filter(endpoint=endpoint)

    def one(self, pk: int) -> "Delivery":
        """The one of that id. Error: `not_found`."""
        return _one(self, pk)

    def with_event(self) -> Self:
        """Each with its Event, but for what that holds beside its columns, which may be long."""
        return self.select_related("event").defer("event__data")

    def newest_first(self) -> Self:
        """As the log is read."""
        return self.order_by("-id")

    def matching(self, *, state: str = "", name: str = "") -> Self:
        """Those in a state, of Events of a name; what is not asked for does not narrow."""
        found = self.filter(IN_STATE[state]) if state else self
        return found.filter(event__name=name) if name else found

    def owed(self) -> Self:
        """Those neither delivered nor given up."""
        return self.filter(delivered_at=None, given_up_at=None)


class AttemptQuerySet(models.QuerySet[Any]):
    """Attempts."""

    def of(self, delivery: "Delivery") -> Self:
        """Those of one delivery, the first first."""
        return self.filter(delivery=delivery).order_by("number")

    def last_of(self, deliveries: "list[Delivery]") -> "dict[int, Attempt]":
        """The last attempt of each delivery, by the delivery's id."""
        rows = self.filter(delivery__in=deliveries).order_by("delivery", "-number").distinct("delivery")
        return {attempt.delivery_id: attempt for attempt in rows}


def _one[M: models.Model](rows: models.QuerySet[M], pk: object) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found


def _deliveries() -> DeliveryQuerySet:
    from versioning.webhooks.models import Delivery

    return Delivery.objects.all()
