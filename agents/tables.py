"""The list of agents as a table."""

from functools import cached_property
from typing import Any
from uuid import UUID

import django_tables2 as tables  # type: ignore[import-untyped]
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agents.models import Agent
from agents.presenters.changes import changes_of
from versioning.versions.tables import NONE, ArtifactTable, attrs


class AgentTable(ArtifactTable):
    """Beside what every artifact has: how far the draft has come, and who saved it last.

    Where the draft says nothing new, the author is that of the version whose message stands beside.
    """

    draft_number = tables.Column(verbose_name="Draft", orderable=False, attrs=attrs("changes"))
    newest_author = tables.Column(
        verbose_name="Author", accessor="draft_author", orderable=False, attrs=attrs("who")
    )

    class Meta(ArtifactTable.Meta):
        sequence = (
            "slug", "live", "staging", "draft_number", "newest_message", "newest_author", "changed_at",
        )  # fmt: skip

    def render_draft_number(self, value: int, record: Agent) -> SafeString:
        """How many fields differ from what the draft was forked from; a link to its diff."""
        changes, workspace = self._changes.get(record.pk), self.actor.workspace.slug
        if changes is None:
            return NONE
        count, base = changes
        words = f"{count:,} change" if count == 1 else f"{count:,} changes"
        url = reverse("agents:compare", args=[workspace, record.slug, base, value])
        return format_html('<a href="{}" title="Since v{}">{}</a>', url, base, words)

    def render_newest_author(self, value: str, record: Any) -> str:
        """Who saved the draft last, or locked what it was forked from."""
        return value if record.changed or not record.newest_author else str(record.newest_author)

    @cached_property
    def _changes(self) -> dict[UUID, tuple[int, int]]:
        """Of the agents of this page whose drafts differ: how many changes, since which number."""
        rows: list[Any] = [row.record for row in self.paginated_rows]
        return changes_of(self.actor, [agent for agent in rows if agent.changed])
