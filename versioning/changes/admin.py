"""Django admin of the record: to read, across workspaces. Nobody writes it, not here either.

Counters have a key of two columns, which Django admin cannot show; `verify_history` reads them.
"""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from versioning.changes.models import Change, Gap
from versioning.workspaces.admin_site import ReadOnly
from versioning.workspaces.models import User, Workspace


class RecordAdmin(ReadOnly):
    """What lists of the record have in common: newest first, workspaces by their names."""

    ordering = ("-created_at", "-id")
    search_help_text = "The id of a resource, agent or person; a note, a login or a request"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the name of the workspace, to which no foreign key leads."""
        named = Workspace.objects.filter(pk=OuterRef("tenant_id")).values("slug")
        found: QuerySet[Any] = super().get_queryset(request).annotate(slug=Subquery(named[:1]))
        return found

    @admin.display(description="workspace", ordering="tenant_id")
    def workspace(self, row: Any) -> str:
        """Whose it is."""
        return str(row.slug or row.tenant_id)


@admin.register(Change)
class ChangeAdmin(RecordAdmin):
    """Every change of a tracked row."""

    list_display = (
        "created_at", "workspace", "resource_type", "resource_id", "version", "operation", "fields_changed",
        "by", "changelog",
    )  # fmt: skip
    list_filter = ("resource_type", "operation", "db_role", "created_at")
    search_fields = (
        "resource_id__exact", "agent_id__exact", "changed_by__exact", "changelog", "db_role",
        "request_id__exact",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        """With the address of the person; lists need no rows as they were."""
        person = User.objects.filter(pk=OuterRef("changed_by")).values("email")
        rows = super().get_queryset(request).annotate(email=Subquery(person[:1]))
        found: QuerySet[Change] = rows.defer("data_before", "data_after")
        return found

    @admin.display(description="fields")
    def fields_changed(self, change: Change) -> str:
        """Which fields an update changed."""
        return ", ".join(change.changed_fields or ())

    @admin.display(description="by")
    def by(self, change: Any) -> str:
        """The person; of a key, and of who wrote by SQL, the login."""
        return str(change.email or change.changed_by or change.db_role)


@admin.register(Gap)
class GapAdmin(RecordAdmin):
    """Changes that were made and could not be recorded."""

    list_display = (
        "created_at", "workspace", "resource_type", "resource_id", "version", "operation", "sqlstate",
        "reason",
    )  # fmt: skip
    list_filter = ("resource_type", "operation", "sqlstate", "created_at")
    search_fields = ("resource_id__exact", "agent_id__exact", "reason", "sqlstate", "request_id__exact")
