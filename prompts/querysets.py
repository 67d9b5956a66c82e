"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat

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

    def with_version_count(self) -> Self:
        """How many versions each has; a deleted draft is not counted."""
        versions = Version.objects.filter(artifact=OuterRef("pk")).order_by()
        counted = versions.values("artifact").annotate(n=Count("pk")).values("n")
        return self.annotate(version_count=Coalesce(Subquery(counted), 0))

    def search(self, words: str) -> Self:
        """Every word in the slug, the name, a tag, or the newest version's message or author."""
        newest = Version.objects.filter(artifact=OuterRef("pk")).order_by("-number")
        words_said = Concat("message", Value("\n"), "author_name", output_field=models.TextField())
        said = newest.annotate(said=words_said).values("said")[:1]
        joined = Func(F("tags"), Value("\n"), function="array_to_string", output_field=models.TextField())
        found = self.alias(said=Subquery(said), tag_words=joined)
        for word in words.replace("\0", "").split()[:10]:
            found = found.filter(
                Q(slug__icontains=word)
                | Q(name__icontains=word)
                | Q(tag_words__icontains=word)
                | Q(said__icontains=word)
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
