"""Django admin of prompts: to read, and to repair by the verbs that everyone uses."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from prompts.models import Prompt, WorkingCopy
from versioning.versions.admin import ArtifactAdmin
from versioning.workspaces.admin_site import ReadOnly


@admin.register(Prompt)
class PromptAdmin(ArtifactAdmin):
    """Prompts of every workspace."""

    list_display = ("slug", "workspace", "name", "live", "staging", "archived_at", "changed_at")
    list_filter = (
        ("live", admin.EmptyFieldListFilter), ("staging", admin.EmptyFieldListFilter),
        ("archived_at", admin.EmptyFieldListFilter),
    )  # fmt: skip
    fields = (
        "workspace", "slug", "name", "description", "tags", "live", "live_since", "staging", "staging_since",
        "generation", "last_number", "created_at", "changed_at", "archived_at",
    )  # fmt: skip


@admin.register(WorkingCopy)
class WorkingCopyAdmin(ReadOnly):
    """What members are typing: that it is there, when and on what; the words are their own."""

    list_display = ("user", "prompt", "workspace", "base", "updated_at", "kept_at")
    search_fields = ("user__email", "prompt__slug", "workspace__slug")
    ordering = ("-updated_at",)
    list_select_related = ("user", "prompt", "workspace", "base")
    fields = ("workspace", "prompt", "user", "base", "base_tag", "revision", "updated_at", "kept_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingCopy]:
        """Without the words."""
        return super().get_queryset(request).defer("source", "base__source")
