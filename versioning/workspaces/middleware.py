"""What surrounds every request: its id, its transaction, its workspace, its actor."""

import logging
import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from versioning.lib.errors import DomainError
from versioning.lib.transaction import tell, told
from versioning.lib.zones import zone_of
from versioning.workspaces import once
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Member

log = logging.getLogger("previse.requests")
Next = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RequestId:
    """Every request has an id: the caller's, if it is a sound one, else ours."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class ReaderZone:
    """Pages show the hours of their reader's zone; programs get UTC."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/api/", "/admin/")):
            return self.get_response(request)
        with timezone.override(zone_of(request)):
            return self.get_response(request)


class Tenant:
    """One transaction for the whole request, told in which workspace and for whom it runs.

    Pages name their workspace in the URL (`/w/{workspace}/…`), programs by their token or key. A
    stranger's workspace and one that never was are the same 404.
    """

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            request.user.pk  # noqa: B018  the session is read before, outside our transaction
        try:
            with told(request_id=request.id):  # type: ignore[attr-defined]
                response = self.get_response(request)
                if getattr(request, "_failed", False) or response.status_code >= 500:
                    transaction.set_rollback(True)
                else:
                    once.keep(request, response)
        except OperationalError:
            log.exception("no database for %s", request.path)
            return _busy(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Inside our transaction, with the URL known: find out who asks, where."""
        if request.path.startswith("/api/"):
            return self._enter_api(request)
        if request.path.startswith("/admin/"):
            return self._enter_admin(request)
        slug = kwargs.pop("workspace", None)
        if slug is None:
            return None
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        actor = _member(request, slug)
        if actor is None:
            raise Http404
        request.actor = actor  # type: ignore[attr-defined]
        try:
            return once.claim(request, actor)
        except DomainError as error:
            request._failed = True  # type: ignore[attr-defined]
            return refusal(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal of the domain becomes a page that says what to do; nothing of it is committed."""
        request._failed = True  # type: ignore[attr-defined]
        if not isinstance(error, DomainError) or request.path.startswith("/api/"):
            return None
        return refusal(request, error)

    def _enter_api(self, request: HttpRequest) -> HttpResponse | None:
        from versioning.lib.problems import problem
        from versioning.lib.rest import too_large
        from versioning.workspaces.tokens import actor_of_request

        actor = actor_of_request(request)
        request.actor = actor  # type: ignore[attr-defined]
        try:
            return once.claim(request, actor) if actor else None
        except (DomainError, RequestDataTooBig) as error:
            request._failed = True  # type: ignore[attr-defined]
            return problem(request, error if isinstance(error, DomainError) else too_large())

    def _enter_admin(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if user.is_active and user.is_superuser:
            tell(None, user.pk, request.id, operator=True)  # type: ignore[attr-defined]
        return None


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A DomainError as a page, or for htmx as a toast that leaves the page as it is."""
    import json

    from versioning.lib.htmx import wants_part

    if error.code == "not_found" and not wants_part(request):
        return render(request, "404.html", status=404)
    if wants_part(request):
        response = HttpResponse(status=error.status)
        response["HX-Reswap"] = "none"
        response["HX-Trigger"] = json.dumps({"toast": {"text": error.message, "kind": "error"}})
        return response
    return render(request, "problem.html", {"error": error}, status=error.status)


def _member(request: HttpRequest, slug: str) -> Actor | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT workspace_id, member_id FROM my_workspace(%s, %s)", [request.user.pk, slug])
        found = cursor.fetchone()
    if found is None:
        return None
    workspace_id, member_id = found
    tell(workspace_id, request.user.pk, request.id)  # type: ignore[attr-defined]
    member = Member.objects.select_related("workspace", "user").get(pk=member_id)
    return Actor.of_member(member, via="web", request_id=request.id)  # type: ignore[attr-defined]


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in, and come back to the page; from a form or a part of a page, to the page that it was on."""
    here = request.get_full_path()
    if request.method not in ("GET", "HEAD") or request.headers.get("HX-Request"):
        seen = urlsplit(request.headers.get("Referer", ""))
        inside = seen.netloc == request.get_host() and seen.path.startswith("/w/")
        here = f"{seen.path}?{seen.query}".rstrip("?") if inside else "/"
    to_sign_in = redirect_to_login(here)
    if request.headers.get("HX-Request"):  # a redirect would be followed, and its page put into a part
        return HttpResponse(status=204, headers={"HX-Redirect": to_sign_in["Location"]})
    return to_sign_in


def _busy(request: HttpRequest) -> HttpResponse:
    from versioning.lib.problems import problem

    error = DomainError("busy", "The database cannot be reached just now. Try again in a few seconds.")
    if request.path.startswith("/api/"):
        response = problem(request, error)
    else:
        response = HttpResponse(error.message, status=503, content_type="text/plain")
    response["Retry-After"] = "3"
    return response
