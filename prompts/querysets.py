"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from versioning.versions.models import Version
from versioning.versions.querysets import KindQuerySet

if TYPE_CHECKING:
    from prompts.models import Prompt
    from versioning.workspaces.actor import Actor


class PromptQuerySet(KindQuerySet):
    """Prompts."""

    def with_drafts(self) -> Self:
        """Those that have a draft."""
        return self.filter(_has_draft())

    def showing(self, which: str) -> PromptQuerySet:
        """One of the list's views, by its name in FILTERS; an unknown name shows all in use."""
        return FILTERS.get(which, FILTERS["all"])(self)

    def counts(self) -> dict[str, int]:
        """How many prompts each view of the list holds, in one query."""
        used = Q(archived_at=None)
        found: dict[str, int] = self.annotate(has_draft=_has_draft()).aggregate(
            all=Count("pk", filter=used),
            staging=Count("pk", filter=used & Q(staging__isnull=False)),
            drafts=Count("pk", filter=used & Q(has_draft=True)),
            idle=Count("pk", filter=used & Q(live=None)),
            archived=Count("pk", filter=~used),
        )
        return found


def _has_draft() -> Exists:
    return Exists(Version.objects.filter(artifact=OuterRef("pk")).drafts())


# The views of the list, by the name that its URL carries.
FILTERS: dict[str, Callable[[PromptQuerySet], PromptQuerySet]] = {
    "all": lambda prompts: prompts.in_use(),
    "staging": lambda prompts: prompts.in_use().staged(),
    "drafts": lambda prompts: prompts.in_use().with_drafts(),
    "idle": lambda prompts: prompts.in_use().not_live(),
    "archived": lambda prompts: prompts.archived(),
}


class WorkingCopyQuerySet(models.QuerySet[Any]):
    """Working copies."""

    def current(self, actor: Actor, prompt: Prompt) -> Self:
        """The actor's one copy of this prompt."""
        return self.filter(prompt_id=prompt.pk, user=actor.user, kept_at=None)

    def kept(self, actor: Actor, prompt: Prompt) -> Self:
        """Copies of the actor that gave way to something else, newest first."""
        return self.filter(prompt_id=prompt.pk, user=actor.user).exclude(kept_at=None).order_by("-kept_at")
