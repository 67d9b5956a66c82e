"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import Case, Count, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Concat

if TYPE_CHECKING:
    from versioning.versions.models import Artifact, Version
    from versioning.workspaces.actor import Actor


COUNTED = 10_000
LAST = 2**31 - 2  # the greatest number of a version
READ_WORDS, READ_TEXTS = 2_000, 200  # versions that a search reads one by one before it asks its index
FIND = "SELECT find_versions(%s, %s, %s, %s, %s, %s)"


class ArtifactQuerySet(models.QuerySet[Any]):
    """Artifacts, and by inheritance prompts and agents."""

    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(workspace_id=actor.workspace.id)

    def with_pointers(self) -> Self:
        """The live and the staged version beside each artifact, without their texts."""
        return self.select_related("live", "staging").defer("live__source", "staging__source")


class KindQuerySet(ArtifactQuerySet):
    """The artifacts of one kind, whose own table has `name`, `tags` and `archived_at`."""

    def in_use(self) -> Self:
        """Those that are not archived."""
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        """Those that were put away."""
        return self.exclude(archived_at=None)

    def staged(self) -> Self:
        """Those whose staging pointer is set."""
        return self.exclude(staging=None)

    def not_live(self) -> Self:
        """Those that serve nothing."""
        return self.filter(live=None)

    def with_summary(self) -> Self:
        """The newest version's message, author and number, and how many drafts, beside each."""
        newest, drafts = self.newest_versions(), self._versions().drafts().order_by()
        counted = drafts.values("artifact").annotate(n=Count("pk")).values("n")
        return self.annotate(
            newest_message=Subquery(newest.values("message")[:1]),
            newest_author=Subquery(newest.values("author_name")[:1]),
            newest_number=Subquery(newest.values("number")[:1]),
            draft_count=Coalesce(Subquery(counted), 0),
        )

    def with_version_count(self) -> Self:
        """How many versions each has; a deleted draft is not counted."""
        counted = self._versions().order_by().values("artifact").annotate(n=Count("pk")).values("n")
        return self.annotate(version_count=Coalesce(Subquery(counted), 0))

    def search(self, words: str) -> Self:
        """Every word in the slug, the name, a tag, or the newest version's message or author."""
        words_said = Concat("message", Value("\n"), "author_name", output_field=models.TextField())
        said = self.newest_versions().annotate(said=words_said).values("said")[:1]
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

    def called(self, words: str) -> Self:
        """Every word in the slug, the name or a tag; what begins with the first of them comes first."""
        joined = Func(F("tags"), Value("\n"), function="array_to_string", output_field=models.TextField())
        found, asked = self.alias(tag_words=joined), words.replace("\0", "").split()[:10]
        for word in asked:
            found = found.filter(
                Q(slug__icontains=word) | Q(name__icontains=word) | Q(tag_words__icontains=word)
            )
        first = Q(slug__istartswith=asked[0]) | Q(name__istartswith=asked[0]) if asked else Q(pk=None)
        return found.alias(begins=Case(When(first, then=0), default=1)).order_by("begins", "-changed_at")

    def newest_versions(self) -> VersionQuerySet:
        """Of the artifact of an outer query, the version that a list speaks of before the others."""
        return self._versions().order_by("-number")

    @staticmethod
    def _versions() -> VersionQuerySet:
        """The versions of the artifact of an outer query."""
        from versioning.versions.models import Version

        found: VersionQuerySet = Version.objects.filter(artifact=OuterRef("pk"))
        return found


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions."""

    def of(self, artifact: Artifact) -> Self:
        """All versions of one artifact."""
        return self.filter(artifact_id=artifact.pk)

    def newest_first(self) -> Self:
        """As the history is read: by number, downwards."""
        return self.order_by("-number")

    def before(self, number: int | None) -> Self:
        """Older than a number: the cursor of a long history."""
        return self if number is None else self.filter(number__lt=number)

    def drafts(self) -> Self:
        """What can still be rewritten or deleted."""
        return self.filter(locked_at=None)

    def with_fork(self) -> Self:
        """The version that each was written from beside it, without that one's text."""
        return self.select_related("forked_from").defer("forked_from__source")

    def without_text(self) -> Self:
        """For lists: everything but the source."""
        return self.defer("source")

    def search(self, artifact: Artifact, words: str, *, in_text: bool = False) -> Self:
        """Keyword search over label, message and author (and the text): every word must occur.

        Goes through a function of the owner that filters by the workspace itself: under a forced policy
        ILIKE would lose its trigram index.
        """
        if not words.split():
            return self
        return self.filter(number__in=RawSQL(FIND, _asked(artifact, words, in_text, LAST, None)))  # noqa: S611  bound

    def beside_latest_draft(self, limit: int) -> Self:
        """The newest versions, and the newest draft where it is older than those."""
        newest, draft = self.newest_first()[:limit], self.drafts().newest_first()[:1]
        return newest.union(draft).order_by("-number")

    def around(self, number: int, each_side: int) -> list[int]:
        """The numbers nearest to a number, downwards; itself left out."""
        older = self.filter(number__lt=number).order_by("-number").values_list("number")
        newer = self.filter(number__gt=number).order_by("number").values_list("number")
        both = newer[:each_side].union(older[:each_side])
        return [found[0] for found in both.order_by("-number")]

    def counted(self) -> int:
        """How many; beyond COUNTED it stops at one more."""
        return self.order_by()[: COUNTED + 1].count()

    def numbers_found(
        self, artifact: Artifact, words: str, *, in_text: bool, most: int, below: int | None = None
    ) -> list[int]:
        """The newest numbers whose label, message or author (or text) hold every word, at most so many.

        The same search as `search`, which stops when it has enough: a common word costs what a rare one does.
        """
        with connection.cursor() as cursor:
            cursor.execute(FIND, _asked(artifact, words, in_text, most, below))
            return [row[0] for row in cursor.fetchall()]

    def with_snippet(self, word: str) -> Self:
        """Beside each version the passage of its text round a word, in any case; NULL where it is not."""
        passage = RawSQL(
            "CASE WHEN strpos(lower(source), lower(%s)) > 0 THEN"
            " substr(source, greatest(strpos(lower(source), lower(%s)) - 60, 1), 200) END",
            (word, word),
            output_field=models.TextField(null=True),
        )
        return self.annotate(snippet=passage)

    def numbered(self, number: int) -> Version | None:
        """The version of that number, if there is one."""
        return self.filter(number=number).first()

    def ids(self) -> list[UUID]:
        """Their ids."""
        return list(self.values_list("pk", flat=True))


def _asked(artifact: Artifact, words: str, in_text: bool, most: int, below: int | None) -> list[Any]:
    """What FIND asks for."""
    patterns = [contains(word) for word in words.split()[:10]]
    newest = READ_TEXTS if in_text else READ_WORDS
    return [artifact.pk, patterns, in_text, LAST + 1 if below is None else below, newest, most]


def contains(word: str) -> str:
    """An ILIKE pattern that takes a word as it was typed."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
