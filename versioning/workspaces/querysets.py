"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from versioning.workspaces.actor import Actor


class _InWorkspace(models.QuerySet):
    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(workspace_id=actor.workspace.id)


class MemberQuerySet(_InWorkspace):
    """Members."""

    def by_name(self) -> Self:
        """As a list of people reads, with their accounts loaded."""
        return self.select_related("user").order_by("user__name", "user__email")


class InviteQuerySet(_InWorkspace):
    """Invites."""

    def open(self) -> Self:
        """Those that can still be accepted, newest first."""
        waiting = self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
        return waiting.select_related("created_by").order_by("-created_at")


class ApiKeyQuerySet(_InWorkspace):
    """API keys."""

    def newest_first(self) -> Self:
        """Working keys before revoked ones, newest first."""
        return self.select_related("created_by").order_by(
            models.F("revoked_at").desc(nulls_first=True), "-created_at"
        )


class EventQuerySet(_InWorkspace):
    """Events."""

    def of(self, artifact_id: UUID) -> Self:
        """What happened to one artifact."""
        return self.filter(artifact_id=artifact_id)

    def newest_first(self) -> Self:
        """As a log is read. The count breaks the tie of one instant."""
        return self.order_by("-created_at", "-sequence")

    def before(self, at: datetime) -> Self:
        """What had happened by that moment, itself included."""
        return self.filter(created_at__lte=at)
