"""Django admin of agents: to read, and to repair by the verbs that everyone uses. No credential is shown."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from agents.models import (
    Agent,
    AgentSchema,
    AgentTrigger,
    Connector,
    Content,
    Conversation,
    McpServer,
    Secret,
    Snapshot,
)
from versioning.versions.admin import ArtifactAdmin
from versioning.workspaces.admin_site import ReadOnly


@admin.register(Agent)
class AgentAdmin(ArtifactAdmin):
    """Agents of every workspace; their own fields are their drafts."""

    list_display = ("slug", "workspace", "name", "type", "live", "staging", "archived_at", "changed_at")
    list_filter = (
        "type", "status",
        ("live", admin.EmptyFieldListFilter), ("staging", admin.EmptyFieldListFilter),
        ("archived_at", admin.EmptyFieldListFilter),
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("workspace", "slug", "created_at", "changed_at", "archived_at")}),
        ("Pointers", {"fields": (
            "live", "live_since", "staging", "staging_since", "generation", "last_number",
        )}),
        ("Draft", {"fields": (
            "name", "bio", "commercial_name", "type", "visibility", "status", "tags", "llm_config",
            "metadata", "updated_at",
        )}),
        ("Observed", {"fields": (
            "total_interactions", "success_rate", "avg_response_time", "last_interaction",
        )}),
    )  # fmt: skip


class PartAdmin(ReadOnly):
    """Rows of the drafts of agents."""

    search_fields = ("name", "agent__slug", "tenant__slug")
    ordering = ("tenant__slug", "agent__slug", "name")
    list_select_related = ("agent", "tenant")


@admin.register(AgentSchema)
class AgentSchemaAdmin(PartAdmin):
    """Schemas; their name is their title."""

    list_display = ("name", "agent", "tenant", "schema_type", "is_active", "updated_at")
    list_filter = ("schema_type", "is_active")
    search_fields = ("schema_data__title", "agent__slug", "tenant__slug")
    ordering = ("tenant__slug", "agent__slug", "schema_data__title")


@admin.register(AgentTrigger)
class AgentTriggerAdmin(PartAdmin):
    """Triggers."""

    list_display = ("name", "agent", "tenant", "trigger_type", "enabled", "last_triggered_at", "updated_at")
    list_filter = ("trigger_type", "enabled")


@admin.register(McpServer)
class McpServerAdmin(PartAdmin):
    """MCP servers; in their config stand references to credentials."""

    list_display = (
        "name",
        "agent",
        "tenant",
        "transport",
        "auth_method",
        "status",
        "last_error",
        "updated_at",
    )
    list_filter = ("transport", "auth_method", "status")


@admin.register(Secret)
class SecretAdmin(ReadOnly):
    """Credentials: that they are there, their last four characters, how often and when they changed."""

    list_display = ("shown", "agent", "workspace", "rev", "changed_at", "changed_by")
    search_fields = ("id", "agent__slug", "workspace__slug", "changed_by")
    ordering = ("workspace__slug", "agent__slug", "-changed_at")
    list_select_related = ("agent", "workspace")
    fields = ("id", "shown", "agent", "workspace", "rev", "created_at", "changed_at", "changed_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Secret]:
        """Without the values, sealed as they are."""
        return super().get_queryset(request).defer("sealed")

    @admin.display(description="credential", ordering="last4")
    def shown(self, secret: Secret) -> str:
        """What everyone may see of it."""
        return str(secret)


@admin.register(Connector)
class ConnectorAdmin(ReadOnly):
    """Ways in for callers."""

    list_display = ("name", "agent", "workspace", "channel", "address", "target", "split", "removed_at")
    list_filter = ("channel", "target", ("removed_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "address", "agent__slug", "workspace__slug")
    ordering = ("workspace__slug", "agent__slug", "name")
    list_select_related = ("agent", "workspace")


@admin.register(Conversation)
class ConversationAdmin(ReadOnly):
    """Sessions, each with the content that it stays on."""

    list_display = ("id", "agent", "workspace", "version", "served_from", "connector", "caller", "started_at")
    list_filter = ("served_from",)
    search_fields = ("id", "agent__slug", "workspace__slug", "caller")
    ordering = ("-started_at", "id")
    list_select_related = ("agent", "workspace", "connector")
    fields = (
        "id", "workspace", "agent", "version", "served_from", "connector", "caller", "key_id", "started_at",
        "digest", "content",
    )  # fmt: skip

    @admin.display(description="version", ordering="number")
    def version(self, conversation: Conversation) -> str:
        """Which version it was started on."""
        return f"v{conversation.number}"

    @admin.display(description="content")
    def content(self, conversation: Conversation) -> Any:
        """The bytes that it gets for life."""
        kept = Content.objects.filter(workspace=conversation.workspace_id, digest=conversation.digest)
        return kept.values_list("body", flat=True).first()


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnly):
    """What each publish made live."""

    list_display = ("version_number", "agent", "tenant", "number", "message", "published_by", "published_at")
    list_filter = ("published_at",)
    search_fields = ("id__exact", "event_id__exact", "agent__slug", "tenant__slug", "message", "published_by")
    ordering = ("-published_at", "-version_number")
    list_select_related = ("agent", "tenant")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        """Lists need no components."""
        rows: Any = super().get_queryset(request)
        found: QuerySet[Snapshot] = rows.without_components()
        return found
