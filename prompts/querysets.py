"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from versioning.versions.models import Version
from versioning.versions.querysets import ArtifactQuerySet

if TYPE_CHECKING:
    from prompts.models import Prompt
    from versioning.workspaces.actor import Actor


class PromptQuerySet(ArtifactQuerySet):
    """Prompts."""

    def in_use(self) -> Self:
        """Those that are not archived."""
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        """Those that are."""
        return self.exclude(archived_at=None)

    def staged(self) -> Self:
        """Those whose staging pointer is set."""
        return self.exclude(staging=None)

    def not_live(self) -> Self:
        """Those that serve nothing."""
        return self.filter(live=None)

    def with_summary(self) -> Self:
        """The newest version's message and author, and the number of drafts, beside each prompt."""
        newest = Version.objects.filter(artifact=OuterRef("pk")).order_by("-number")
        drafts = Version.objects.filter(artifact=OuterRef("pk"), locked_at=None).order_by()
        counted = drafts.values("artifact").annotate(n=Count("pk")).values("n")
        return self.annotate(
            newest_message=Subquery(newest.values("message")[:1]),
            newest_author=Subquery(newest.values("author_name")[:1]),
            newest_number=Subquery(newest.values("number")[:1]),
            draft_count=Coalesce(Subquery(counted), 0),
        )

    def search(self, words: str) -> Self:
        """Every word in the slug, the name, a tag, or the newest version's message or author."""
        found = self
        for word in words.split()[:10]:
            found = found.filter(
                Q(slug__icontains=word)
                | Q(name__icontains=word)
                | Q(tags__contains=[word.lower()])
                | Q(newest_message__icontains=word)
                | Q(newest_author__icontains=word)
            )
        return found


class WorkingCopyQuerySet(models.QuerySet):
    """Working copies."""

    def current(self, actor: Actor, prompt: Prompt) -> Self:
        """The actor's one copy of this prompt."""
        return self.filter(prompt_id=prompt.pk, user=actor.user, kept_at=None)

    def kept(self, actor: Actor, prompt: Prompt) -> Self:
        """Copies of the actor that gave way to a rollback, newest first."""
        return (
            self.filter(prompt_id=prompt.pk, user=actor.user)
            .exclude(kept_at=None)
            .order_by("-kept_at")
        )
