"""Webhooks: the list, the form, the secret that is shown once, and the questions before an act."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from versioning.lib.errors import DomainError
from versioning.lib.htmx import done
from versioning.webhooks.forms import EndpointForm
from versioning.webhooks.models import Endpoint
from versioning.webhooks.presenters import EndpointShown, url_of
from versioning.webhooks.services import endpoints as services
from versioning.webhooks.views.entry import of_endpoint
from versioning.workspaces import once
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.forms import attempt
from versioning.workspaces.policy import Act, require
from versioning.workspaces.views.frame import framed

TAB = "webhooks:endpoints"
ASKS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def endpoints(request: HttpRequest) -> HttpResponse:
    """Every webhook with how it goes, the newest first."""
    actor = actor_of(request)
    require(actor, Act.MANAGE)
    found = Endpoint.objects.in_workspace(actor).with_state().newest_first()
    rows = [EndpointShown.of(actor, each) for each in found]
    page = framed(actor, TAB, rows=rows, new_url=url_of(actor, "new"))
    return render(request, "webhooks/endpoints.html", page)


@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Add one, and show its secret this once."""
    actor = actor_of(request)
    require(actor, Act.MANAGE)
    form = EndpointForm(request.POST) if request.method == "POST" else EndpointForm()
    if request.method == "POST" and (made := _attempt(actor, form)):
        endpoint, secret = made
        return _secret(request, actor, endpoint, secret, made=True)
    return _form(request, actor, form)


@ASKS
@of_endpoint
def edit(request: HttpRequest, actor: Actor, endpoint: Endpoint) -> HttpResponse:
    """Where it is, what it is for, what it wants."""
    form = EndpointForm(request.POST) if request.method == "POST" else EndpointForm.of(endpoint)
    if request.method == "POST":
        changed = attempt(form, lambda: services.change_endpoint(actor, endpoint, **form.given()))
        if changed:
            return done(request, url_of(actor, "endpoint", endpoint.pk), said="The webhook is saved")
    return _form(request, actor, form, endpoint)


@ASKS
@of_endpoint
def rotate(request: HttpRequest, actor: Actor, endpoint: Endpoint) -> HttpResponse:
    """Ask, then give it a new secret and show it this once."""
    if request.method == "POST":
        secret = services.rotate_secret(actor, endpoint)
        endpoint.refresh_from_db()
        return _secret(request, actor, endpoint, secret, made=False)
    return _ask(request, actor, endpoint, "rotate")


@ASKS
@of_endpoint
def disable(request: HttpRequest, actor: Actor, endpoint: Endpoint) -> HttpResponse:
    """Ask, then switch it off."""
    if request.method == "POST":
        services.disable_endpoint(actor, endpoint)
        return done(request, url_of(actor, "endpoint", endpoint.pk), said="The webhook is switched off")
    return _ask(request, actor, endpoint, "disable")


@require_POST
@of_endpoint
def enable(request: HttpRequest, actor: Actor, endpoint: Endpoint) -> HttpResponse:
    """Switch it on; what waited goes out."""
    services.enable_endpoint(actor, endpoint)
    return done(request, url_of(actor, "endpoint", endpoint.pk), said="The webhook is switched on")


@ASKS
@of_endpoint
def remove(request: HttpRequest, actor: Actor, endpoint: Endpoint) -> HttpResponse:
    """Ask, then take it away."""
    if request.method == "POST":
        services.remove_endpoint(actor, endpoint)
        return done(request, url_of(actor, "endpoints"), said="The webhook is removed")
    return _ask(request, actor, endpoint, "remove")


def _attempt(actor: Actor, form: EndpointForm) -> tuple[Endpoint, str] | None:
    """A new webhook; that there are too many is said above the form, so that nothing typed is lost."""
    try:
        return attempt(form, lambda: services.create_endpoint(actor, **form.given()))
    except DomainError as error:
        if error.code != "too_many":
            raise
        form.add_error(None, error.message)
        return None


def _form(
    request: HttpRequest, actor: Actor, form: EndpointForm, endpoint: Endpoint | None = None
) -> HttpResponse:
    shown = EndpointShown.of(actor, endpoint) if endpoint else None
    back = shown.url if shown else url_of(actor, "endpoints")
    page = framed(actor, TAB, form=form, shown=shown, list_url=url_of(actor, "endpoints"), back_url=back)
    return render(request, "webhooks/form.html", page, status=422 if form.errors else 200)


def _ask(request: HttpRequest, actor: Actor, endpoint: Endpoint, act: str) -> HttpResponse:
    shown: dict[str, Any] = {"shown": EndpointShown.of(actor, endpoint), "act": act}
    return render(request, "webhooks/ask.html", shown)


def _secret(
    request: HttpRequest, actor: Actor, endpoint: Endpoint, secret: str, *, made: bool
) -> HttpResponse:
    page = framed(
        actor, TAB, shown=EndpointShown.of(actor, endpoint), secret=secret, made=made,
        list_url=url_of(actor, "endpoints"),
    )  # fmt: skip
    return once.shown_once(render(request, "webhooks/secret.html", page))
