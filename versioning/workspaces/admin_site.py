"""Django admin as the operator's desk: who enters it, and how every change in it goes through a service."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import User, Workspace

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


def verb[F: Callable[..., Any]](description: str) -> Callable[[F], F]:
    """An action that stands over the list and on the page of one row."""
    places = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
    made: Callable[[F], F] = admin.action(description=description, location=places)
    return made


class OperatorSite(admin.AdminSite):
    """For active superusers alone: here the database shows every workspace. Signing in is everyone's."""

    site_header = "Previse, all workspaces"
    site_title = "Previse admin"
    index_title = "What there is"
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only pages that go through services: those of libraries (groups, second factors) stay out."""
        if admin_class and issubclass(admin_class, ThroughServices):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether one is the operator; `is_staff` alone opens nothing."""
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """To the sign-in page, with its second factor and its limits; 403 to who is signed in already."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or request.get_full_path())

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The way out is everyone's too."""
        return redirect("account_logout")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """So is the password."""
        return redirect("account_change_password")


def operator(request: HttpRequest) -> User:
    """The superuser that asks."""
    assert isinstance(request.user, User)
    return request.user


@contextmanager
def acting(request: HttpRequest, workspace: Workspace) -> Iterator[Actor]:
    """Inside one workspace, as its operator: what a service is called with."""
    user, request_id = operator(request), request.id  # type: ignore[attr-defined]
    with told(workspace.pk, user.pk, request_id, operator=True):
        yield Actor.of_operator(workspace, via="admin", user=user, request_id=request_id)


def for_each(
    request: HttpRequest, rows: Iterable[Any], do: Callable[[Actor, Any], object], said: str
) -> None:
    """Do a verb to each chosen row, in its workspace; what is refused is told, the others are done."""
    done = 0
    for row in rows:
        try:
            with acting(request, row.workspace) as actor:
                do(actor, row)
            done += 1
        except DomainError as error:
            messages.error(request, f"{row}: {error.message}")
    if done:
        messages.success(request, f"{said}: {done}")


class ThroughServices(_ModelAdmin):
    """A page whose changes are verbs: a refusal is told, and nothing of it stays."""

    list_per_page = 50
    show_full_result_count = False

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        """Without Django's deletion of many rows at once, which knows no service."""
        actions = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form; what a service refuses is told above it."""
        return _telling(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The question before a deletion; likewise."""
        return _telling(request, super().delete_view, *args, **kwargs)


class ReadOnly(ThroughServices):
    """A page to read; its actions are all that changes anything."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a service makes these."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never by a form."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


def _telling(request: HttpRequest, view: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return view(request, *args, **kwargs)
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(request.get_full_path())
