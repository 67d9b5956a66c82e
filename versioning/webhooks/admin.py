"""Django admin of webhooks: to read, and to do what an operator is asked for. No secret is in any of it."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.presenters import state_of
from versioning.webhooks.services import deliveries, endpoints
from versioning.workspaces.admin_site import ReadOnly, for_each, verb

if TYPE_CHECKING:
    _Inline = admin.TabularInline[Attempt, Delivery]
else:
    _Inline = admin.TabularInline


@admin.register(Endpoint)
class EndpointAdmin(ReadOnly):
    """Every webhook of every workspace; those that were removed too, for their logs stay."""

    list_display = (
        "url", "workspace", "state", "owed", "last_delivered", "disabled_why", "removed_at", "created_at",
    )  # fmt: skip
    list_filter = (
        ("disabled_at", admin.EmptyFieldListFilter),
        ("removed_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("url", "description", "workspace__slug", "=id")
    ordering = ("-created_at",)
    list_select_related = ("workspace",)
    fields = (
        "id", "workspace", "url", "description", "events", "state", "owed", "last_delivered", "failing_since",
        "former_until", "held_until", "disabled_at", "disabled_why", "removed_at", "created_by", "created_at",
    )  # fmt: skip
    actions = ("disable", "enable")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        """With how they go, without what signs."""
        rows: Any = super().get_queryset(request)
        found: QuerySet[Endpoint] = rows.with_state().defer("sealed_secret", "sealed_former")
        return found

    @admin.display(description="state")
    def state(self, endpoint: Endpoint) -> str:
        """Working, failing, disabled, or untried."""
        return "removed" if endpoint.removed_at else state_of(endpoint).value

    @admin.display(description="owed", ordering="owed")
    def owed(self, endpoint: Any) -> int:
        """Deliveries neither delivered nor given up."""
        return int(endpoint.owed)

    @admin.display(description="last delivered", ordering="reached_at")
    def last_delivered(self, endpoint: Any) -> Any:
        """When something came through."""
        return endpoint.reached_at

    @admin.display(description="failing since")
    def failing_since(self, endpoint: Any) -> Any:
        """Since which attempt nothing comes through."""
        return endpoint.failing_since

    @verb("Switch off")
    def disable(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        """What they are owed waits."""
        rows = queryset.select_related("workspace")
        for_each(request, rows, endpoints.disable_endpoint, "Switched off")

    @verb("Switch on")
    def enable(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        """What waited goes out."""
        rows = queryset.select_related("workspace")
        for_each(request, rows, endpoints.enable_endpoint, "Switched on")


class AttemptsInline(_Inline):
    """Every attempt of a delivery, on its page."""

    model = Attempt
    fields = ("number", "started_at", "milliseconds", "status", "error", "answer", "asked_by")
    readonly_fields = fields
    ordering = ("number",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the worker writes these."""
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    """What every endpoint is owed, and was."""

    list_display = (
        "id", "event_name", "endpoint", "workspace", "state", "attempts", "due_at", "delivered_at",
        "created_at",
    )  # fmt: skip
    list_filter = (
        ("delivered_at", admin.EmptyFieldListFilter),
        ("given_up_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("endpoint__url", "workspace__slug", "=event__id", "event__name")
    ordering = ("-id",)
    list_select_related = ("endpoint", "workspace", "event")
    fields = (
        "id", "workspace", "endpoint", "event", "state", "attempts", "due_at", "asked_by", "delivered_at",
        "given_up_at", "created_at", "body",
    )  # fmt: skip
    inlines = (AttemptsInline,)
    actions = ("redeliver",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Lists need neither bodies nor what Events hold."""
        rows = super().get_queryset(request)
        return rows.defer("body", "event__data", "endpoint__sealed_secret", "endpoint__sealed_former")

    @admin.display(description="event", ordering="event__name")
    def event_name(self, delivery: Delivery) -> str:
        """The act that it tells of."""
        return delivery.event.name

    @admin.display(description="state")
    def state(self, delivery: Delivery) -> str:
        """Delivered, failed, retrying, waiting."""
        return delivery.state

    @verb("Redeliver")
    def redeliver(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Bring it once more: the same id, the same body."""
        rows = queryset.select_related("workspace").order_by("id")
        for_each(request, rows, deliveries.redeliver, "Asked for again")
