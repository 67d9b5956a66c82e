"""Django admin of the playground: to read. A key is in none of it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from versioning.playground.models import Provider, Run
from versioning.workspaces.admin_site import ReadOnly


@admin.register(Provider)
class ProviderAdmin(ReadOnly):
    """Which server answers in which workspace."""

    list_display = ("workspace", "base_url", "model", "updated_at", "updated_by")
    search_fields = ("workspace__slug", "base_url", "model")
    list_select_related = ("workspace", "updated_by")
    exclude = ("sealed_key",)


@admin.register(Run)
class RunAdmin(ReadOnly):
    """Every run of every workspace."""

    list_display = ("artifact", "label", "status", "model", "actor_label", "workspace", "created_at")
    list_filter = ("status",)
    search_fields = ("artifact__slug", "actor_label", "workspace__slug")
    ordering = ("-created_at",)
    list_select_related = ("artifact", "workspace")
    exclude = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Lists need no texts."""
        return super().get_queryset(request).defer("answer", "request", "said", "values")
