"""Workspaces and what is in them, over all workspaces. Each change is a verb of a service."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from versioning.workspaces.admin_site import ReadOnly, ThroughServices, acting, for_each, operator, verb
from versioning.workspaces.models import ApiKey, Event, Invite, Member, MemberToken, Workspace
from versioning.workspaces.services import members
from versioning.workspaces.services.keys import revoke_key
from versioning.workspaces.services.tokens import revoke_token
from versioning.workspaces.services.workspaces import change_workspace, create_workspace

SETTINGS = ("name", "staging_enabled", "protect_live")


@admin.register(Workspace)
class WorkspaceAdmin(ThroughServices):
    """Made and set up here; closed by an owner, purged by the owner of the database."""

    list_display = ("slug", "name", "staging_enabled", "protect_live", "closed_at", "created_at")
    list_filter = ("staging_enabled", "protect_live", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("slug", "name")
    ordering = ("slug",)
    fields = ("slug", *SETTINGS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The slug is fixed from the beginning."""
        return ("slug", "created_at", "closed_at") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Dates only where there are some."""
        return ("slug", *SETTINGS, "created_at", "closed_at") if obj else ("slug", *SETTINGS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A closed workspace is only looked at."""
        return super().has_change_permission(request, obj) and not (obj and obj.closed_at)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: purging is a command of the database's owner."""
        return False

    def save_model(self, request: HttpRequest, obj: Workspace, form: Any, change: bool) -> None:
        """By `create_workspace` and `change_workspace`."""
        given = {field: form.cleaned_data[field] for field in SETTINGS}
        if change:
            with acting(request, obj) as actor:
                change_workspace(actor, **given)
            return
        made = create_workspace(obj.slug, via="admin", user=operator(request), **given)
        obj.pk, obj._state.adding = made.pk, False


@admin.register(Member)
class MemberAdmin(ThroughServices):
    """Who is in which workspace, as what."""

    list_display = ("user", "workspace", "role", "created_at")
    list_filter = ("role",)
    search_fields = ("user__email", "user__name", "workspace__slug")
    ordering = ("workspace__slug", "user__email")
    list_select_related = ("user", "workspace")
    autocomplete_fields = ("user", "workspace")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Of a member, only the role changes."""
        return ("workspace", "user", "created_at") if obj else ()

    def save_model(self, request: HttpRequest, obj: Member, form: Any, change: bool) -> None:
        """By `add_member` and `change_role`."""
        with acting(request, obj.workspace) as actor:
            if change:
                members.change_role(actor, obj.pk, obj.role)
                return
            made = members.add_member(actor, obj.user, obj.role)
            obj.pk, obj._state.adding = made.pk, False

    def delete_model(self, request: HttpRequest, obj: Member) -> None:
        """By `remove_member`: the last owner stays."""
        with acting(request, obj.workspace) as actor:
            members.remove_member(actor, obj.pk)


@admin.register(Invite)
class InviteAdmin(ReadOnly):
    """Invites; their links are known to nobody but who made them."""

    list_display = ("workspace", "role", "note", "created_by", "expires_at", "accepted_by", "revoked_at")
    list_filter = (
        "role",
        ("accepted_at", admin.EmptyFieldListFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("workspace__slug", "note", "created_by__email")
    ordering = ("-created_at",)
    list_select_related = ("workspace", "created_by", "accepted_by")
    fields = (
        "workspace", "role", "note", "created_by", "created_at", "expires_at", "accepted_by", "accepted_at",
        "revoked_at",
    )  # fmt: skip
    actions = ("revoke",)

    @verb("Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invite]) -> None:
        """Make their links worthless."""
        rows = queryset.select_related("workspace")
        for_each(request, rows, lambda actor, row: members.revoke_invite(actor, row.pk), "Invites revoked")


@admin.register(ApiKey)
class KeyAdmin(ReadOnly):
    """API keys. A key is shown once to who asks for it, so none is made here: `manage.py create_key` does."""

    list_display = (
        "name",
        "workspace",
        "kind",
        "prefix",
        "state",
        "last_used_at",
        "expires_at",
        "created_at",
    )
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "prefix", "workspace__slug")
    ordering = ("-created_at",)
    list_select_related = ("workspace",)
    fields = (
        "workspace", "name", "kind", "scopes", "prefix", "state", "created_by", "created_at", "expires_at",
        "last_used_at", "revoked_at",
    )  # fmt: skip
    actions = ("revoke",)

    @verb("Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End them at once, in every process."""
        rows = queryset.select_related("workspace")
        for_each(request, rows, lambda actor, row: revoke_key(actor, row.pk), "Keys revoked")


@admin.register(MemberToken)
class TokenAdmin(ReadOnly):
    """MCP tokens. Each was made by a member, and ends with the membership."""

    list_display = ("name", "workspace", "owner", "prefix", "state", "last_used_at", "expires_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "prefix", "workspace__slug", "member__user__email")
    ordering = ("-created_at",)
    list_select_related = ("workspace", "member__user")
    fields = (
        "workspace", "owner", "name", "prefix", "state", "created_at", "expires_at", "last_used_at",
        "revoked_at",
    )  # fmt: skip
    actions = ("revoke",)

    @admin.display(description="member", ordering="member__user__email")
    def owner(self, row: MemberToken) -> str:
        """Whose assistant it is."""
        return row.member.user.email

    @verb("Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[MemberToken]) -> None:
        """End them at once, in every process."""
        rows = queryset.select_related("workspace")
        for_each(request, rows, lambda actor, row: revoke_token(actor, row.pk), "Tokens revoked")


@admin.register(Event)
class EventAdmin(ReadOnly):
    """Everything that was done, in every workspace."""

    list_display = (
        "created_at",
        "workspace",
        "actor_label",
        "via",
        "name",
        "from_number",
        "to_number",
        "message",
    )
    list_filter = ("name", "via", "actor_kind")
    search_fields = ("actor_label", "message", "workspace__slug", "=request_id")
    ordering = ("-created_at", "-sequence")
    list_select_related = ("workspace",)
    date_hierarchy = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Without the former texts of drafts, which lists do not show."""
        return super().get_queryset(request).defer("data")
