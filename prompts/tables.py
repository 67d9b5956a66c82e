"""The list of prompts as a table."""

import django_tables2 as tables  # type: ignore[import-untyped]

from versioning.versions.tables import NONE, ArtifactTable, attrs


class PromptTable(ArtifactTable):
    """Beside what every artifact has: how many drafts there are."""

    draft_count = tables.Column(verbose_name="Drafts", orderable=False, attrs=attrs("drafts", number=True))

    class Meta(ArtifactTable.Meta):
        sequence = (
            "slug", "live", "staging", "draft_count", "newest_message", "newest_author", "changed_at",
        )  # fmt: skip

    def render_draft_count(self, value: int) -> str:
        """A number where there is one."""
        return f"{value:,}" if value else NONE
