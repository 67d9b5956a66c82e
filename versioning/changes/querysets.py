"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from versioning.workspaces.actor import Actor


class _InTenant(models.QuerySet[Any]):
    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(tenant_id=actor.workspace.id)


class ChangeQuerySet(_InTenant):
    """Changes."""

    def of(self, resource_type: str, resource_id: UUID) -> Self:
        """The history of one resource."""
        return self.filter(resource_type=resource_type, resource_id=resource_id)

    def of_agent(self, agent_id: UUID) -> Self:
        """The history of an agent and of all its parts."""
        return self.filter(agent_id=agent_id)

    def newest_first(self) -> Self:
        """As a timeline is read; the id breaks the tie of one microsecond."""
        return self.order_by("-created_at", "-id")

    def before(self, at: datetime) -> Self:
        """What had happened by that moment, itself included."""
        return self.filter(created_at__lte=at)


class GapQuerySet(_InTenant):
    """Gaps."""

    def newest_first(self) -> Self:
        """The last one first."""
        return self.order_by("-id")
