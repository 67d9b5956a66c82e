"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from versioning.workspaces.actor import Actor


class _InWorkspace(models.QuerySet[Any]):
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


class MemberTokenQuerySet(_InWorkspace):
    """MCP tokens."""

    def seen_by(self, actor: Actor, *, everyones: bool) -> Self:
        """The actor's own; `everyones` for who manages the workspace."""
        found = self.in_workspace(actor).select_related("member__user")
        return found if everyones else found.filter(member__user_id=actor.person_id)

    def newest_first(self) -> Self:
        """Working tokens before revoked ones, newest first."""
        return self.order_by(models.F("revoked_at").desc(nulls_first=True), "-created_at")


class EventQuerySet(_InWorkspace):
    """Events."""

    def of(self, artifact_id: UUID) -> Self:
        """What happened to one artifact."""
        return self.filter(artifact_id=artifact_id)

    def newest_first(self) -> Self:
        """As a log is read. The count, then the id, break the tie of one instant."""
        return self.order_by("-created_at", "-sequence", "-id")

    def older_than(self, at: datetime, sequence: int, event_id: UUID) -> Self:
        """What follows an Event in the log: the cursor of a long one."""
        same = models.Q(created_at=at)
        follows = (
            models.Q(created_at__lt=at)
            | (same & models.Q(sequence__lt=sequence))
            | (same & models.Q(sequence=sequence, id__lt=event_id))
        )
        return self.filter(follows, created_at__lte=at)

    def search(self, words: str, says: Callable[[str], models.Q]) -> Self:
        """Every word in the person, the message, the one it was done to, or what the log says of the act.

        `says` finds by what the log's own words say; querysets know no words.
        """
        found = self
        for word in words.replace("\0", "").split()[:10]:
            found = found.filter(
                models.Q(actor_label__icontains=word)
                | models.Q(message__icontains=word)
                | models.Q(data__member_name__icontains=word)
                | models.Q(data__key_name__icontains=word)
                | models.Q(data__note__icontains=word)
                | says(word)
            )
        return found

    def before(self, at: datetime) -> Self:
        """What had happened by that moment, itself included."""
        return self.filter(created_at__lte=at)

    def without_texts(self) -> Self:
        """For lists: `brief` is the data without the former text of a draft, which may be long."""
        brief = models.Func(
            models.F("data"),
            template="(%(expressions)s #- '{former,source}')",
            output_field=models.JSONField(),
        )
        return self.defer("data").annotate(brief=brief)
