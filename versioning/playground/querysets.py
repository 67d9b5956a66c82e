"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Cast, Left
from django.utils import timezone

from versioning.playground.states import LOST_AFTER, OPEN

if TYPE_CHECKING:
    from versioning.playground.models import Run
    from versioning.versions.models import Artifact
    from versioning.workspaces.actor import Actor

LONGEST_LINE = 200  # characters of a text that a list shows


class RunQuerySet(models.QuerySet["Run"]):
    """Runs."""

    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(workspace_id=actor.workspace.id)

    def of(self, artifact: Artifact) -> Self:
        """All runs of one artifact."""
        return self.filter(artifact_id=artifact.pk)

    def of_number(self, number: int | None) -> Self:
        """Those of one version; of all for None."""
        return self if number is None else self.filter(number=number)

    def newest_first(self) -> Self:
        """As a history is read; two side by side in the order in which they were asked for."""
        return self.order_by("-created_at", "-pk")

    def open(self) -> Self:
        """Those that a living process works on."""
        return self.filter(status__in=OPEN, seen_at__gt=timezone.now() - LOST_AFTER)

    def beside(self, run: Run) -> Self:
        """The run and the one that was asked the same at once, in the order in which they were asked."""
        both = self.filter(pair=run.pair) if run.pair else self.filter(pk=run.pk)
        return both.order_by("created_at", "pk")

    def for_lists(self) -> Self:
        """Without the long texts: how what was `asked` and `given` begins, the `other` version beside it."""
        beside = self.model.objects.filter(pair=OuterRef("pair")).exclude(pk=OuterRef("pk"))
        given = Cast("values", models.TextField())
        return self.defer("request", "answer", "said", "values").annotate(
            asked=Left("said", LONGEST_LINE), given=Left(given, LONGEST_LINE),
            other=Subquery(beside.values("number")[:1]),
        )  # fmt: skip
