"""Django admin of versions: to read, and to move pointers by the verbs that everyone uses."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from versioning.versions import services
from versioning.versions.kinds import KINDS
from versioning.versions.models import Status, Version
from versioning.workspaces.admin_site import ReadOnly, for_each, verb


class ArtifactAdmin(ReadOnly):
    """What the admin does with artifacts of any kind."""

    search_fields = ("slug", "name", "workspace__slug")
    ordering = ("workspace__slug", "slug")
    list_select_related = ("workspace", "live", "staging")
    actions = ("unpublish", "unstage", "archive", "unarchive")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With both pointers, without what they stand on."""
        return super().get_queryset(request).defer("live__source", "staging__source")

    @verb("Unpublish")
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Clear live."""
        for_each(request, queryset.select_related("workspace"), services.unpublish, "Unpublished")

    @verb("Clear staging")
    def unstage(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Clear staging."""
        for_each(request, queryset.select_related("workspace"), services.unstage, "Staging cleared")

    @verb("Archive")
    def archive(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Put away."""
        for_each(request, queryset.select_related("workspace"), services.archive, "Archived")

    @verb("Unarchive")
    def unarchive(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Take out again."""
        for_each(request, queryset.select_related("workspace"), services.unarchive, "Unarchived")


@admin.register(Version)
class VersionAdmin(ReadOnly):
    """Every version of every artifact."""

    list_display = (
        "artifact",
        "label",
        "status",
        "staged",
        "message",
        "author_name",
        "workspace",
        "created_at",
    )
    list_filter = ("kind", ("locked_at", admin.EmptyFieldListFilter))
    search_fields = ("artifact__slug", "message", "author_name", "workspace__slug")
    ordering = ("-created_at", "-number")
    list_select_related = ("artifact", "workspace")
    exclude = ("id",)
    actions = ("promote", "roll_back", "stage")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        """Lists need no texts."""
        return super().get_queryset(request).defer("source")

    @admin.display(description="status")
    def status(self, version: Version) -> str:
        """Live, draft or retired; of an agent locked."""
        status = version.status_in(version.artifact)
        return KINDS[version.kind].words.settled if status is Status.RETIRED else status.value

    @admin.display(description="staging", boolean=True)
    def staged(self, version: Version) -> bool:
        """Whether staging points at it."""
        return version.artifact.staging_id == version.pk

    @verb("Make this version live")
    def promote(self, request: HttpRequest, queryset: QuerySet[Version]) -> None:
        """Point live at it."""
        _move(request, queryset, services.promote, "Made live")

    @verb("Roll back to this version")
    def roll_back(self, request: HttpRequest, queryset: QuerySet[Version]) -> None:
        """Point live back at it."""
        _move(request, queryset, services.roll_back, "Rolled back")

    @verb("Stage this version")
    def stage(self, request: HttpRequest, queryset: QuerySet[Version]) -> None:
        """Point staging at it."""
        _move(request, queryset, services.stage, "Staged")


def _move(request: HttpRequest, queryset: QuerySet[Version], move: Any, said: str) -> None:
    rows = queryset.select_related("workspace", "artifact").order_by("number")
    for_each(request, rows, lambda actor, row: move(actor, row.artifact, row.number), said)
