"""Reads of the room of webhooks, as verbs that chain."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from versioning.webhooks.models import Delivery, Endpoint
    from versioning.workspaces.actor import Actor


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Endpoints."""

    def in_workspace(self, actor: "Actor") -> Self:
        """Those of the actor's workspace that were not removed."""
        return self.filter(workspace_id=actor.workspace.id, removed_at=None)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries."""

    def in_workspace(self, actor: "Actor") -> Self:
        """Those of the actor's workspace."""
        return self.filter(workspace_id=actor.workspace.id)

    def of(self, endpoint: "Endpoint") -> Self:
        """Those of one endpoint."""
        return self.filter(endpoint=endpoint)

    def owed(self) -> Self:
        """Those neither delivered nor given up."""
        return self.filter(delivered_at=None, given_up_at=None)


class AttemptQuerySet(models.QuerySet[Any]):
    """Attempts."""

    def of(self, delivery: "Delivery") -> Self:
        """Those of one delivery, the first first."""
        return self.filter(delivery=delivery).order_by("number")
