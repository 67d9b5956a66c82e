"""Connectors: the ways in for callers, what each of them gets, and how many went each way."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from agents.forms.connectors import Asked
from agents.models import Agent, Connector
from agents.presenters.connectors import call_of, form_of, lines_of, outlook, url_of
from agents.services.connectors import change_connector, connector_of, create_connector
from agents.services.connectors import remove_connector as remove
from agents.views.entry import of_agent, page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page, wants_part
from versioning.versions.presenters.header import header
from versioning.versions.views.entry import number_in
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may, require

PAGE = "agents/connector.html"
AGAIN = ("invalid", "not_frozen", "stale", "unchanged")  # refusals after which the form is shown again


@require_safe
@of_agent
def connectors_page(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """All ways in, with what callers get and got."""
    lines = lines_of(actor, agent, Connector.objects.of(agent).in_use().by_name())
    shown = {"agent": agent, "lines": lines, "new_url": page_of(actor, agent, "new_connector")}
    return render_page(request, "agents/connectors.html", header(actor, agent, tab="connectors") | shown)


@require_http_methods(["GET", "HEAD", "POST"])
@of_agent
def new_connector(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """Make a way in."""
    require(actor, Act.PUBLISH)
    asked, error = _asked(request) or Asked(), None
    if request.method == "POST" and request.POST.get("act") == "save":
        try:
            made = create_connector(actor, agent, **asked.fields())
            said = f"Made {made.name}. Programs start its conversations by its id."
            return done(request, url_of(actor, agent, "connector", made.pk), said=said)
        except DomainError as refused:
            error = _again(refused)
    return _show(request, actor, agent, None, asked, error)


@require_http_methods(["GET", "HEAD", "POST"])
@of_agent
def connector_page(request: HttpRequest, actor: Actor, agent: Agent, connector: UUID) -> HttpResponse:
    """One way in: how many went which way, and what the next callers get."""
    found = connector_of(actor, agent, connector)
    asked, error = _asked(request) or Asked.now(found), None
    if request.method == "POST":
        require(actor, Act.PUBLISH)
    if request.method == "POST" and request.POST.get("act") == "save":
        try:
            expected = number_in(request.POST, "expected") or 0
            change_connector(actor, agent, found.pk, expected=expected, **asked.fields())
            return done(request, url_of(actor, agent, "connector", found.pk), said=f"Saved {asked.name}.")
        except DomainError as refused:
            error = _again(refused)
            found = connector_of(actor, agent, connector)
    return _show(request, actor, agent, found, asked, error)


@require_http_methods(["GET", "HEAD", "POST"])
@of_agent
def remove_connector(request: HttpRequest, actor: Actor, agent: Agent, connector: UUID) -> HttpResponse:
    """Confirm, then end a way in."""
    require(actor, Act.PUBLISH)
    found = connector_of(actor, agent, connector)
    if request.method == "POST":
        remove(actor, agent, found.pk, expected=number_in(request.POST, "expected"))
        said = f"Removed {found.name}. Its conversations stay."
        return done(request, page_of(actor, agent, "connectors"), said=said)
    shown = {
        "title": f"Remove {found.name}?", "danger": True, "confirm_label": "Remove connector",
        "text": "From then on it starts no conversation: programs that call it get 404. "
        "Conversations that it started stay, and go on being served.",
        "action_url": url_of(actor, agent, "remove_connector", found.pk),
        "cancel_url": url_of(actor, agent, "connector", found.pk), "hidden": [("expected", found.revision)],
    }  # fmt: skip
    page = header(actor, agent, tab="connectors") | shown
    return render_page(request, "agents/remove_connector.html", page)


def _show(
    request: HttpRequest, actor: Actor, agent: Agent, found: Connector | None, asked: Asked,
    error: DomainError | None,
) -> HttpResponse:  # fmt: skip
    look: dict[str, Any] = {"outlook": outlook(agent, found, asked)}
    if wants_part(request) and request.method == "GET":
        return render_page(request, PAGE, look, part="sums")
    writes = may(actor, Act.PUBLISH) and not agent.archived_at
    shown = form_of(agent, asked, error) | look | {
        "agent": agent, "connector": found, "line": lines_of(actor, agent, [found])[0] if found else None,
        "writes": writes, "list_of_connectors": page_of(actor, agent, "connectors"),
        "here": request.path, "call": call_of(found, settings.PUBLIC_URL) if found else "",
        "remove_url": url_of(actor, agent, "remove_connector", found.pk) if found and writes else "",
    }  # fmt: skip
    page = header(actor, agent, tab="connectors") | shown
    return render_page(request, PAGE, page, status=error.status if error else 200)


def _asked(request: HttpRequest) -> Asked | None:
    """What the form says: posted, or asked about before it is saved."""
    if request.method == "POST":
        return Asked.of(request.POST)
    return Asked.of(request.GET) if "target" in request.GET else None


def _again(refused: DomainError) -> DomainError:
    if refused.code in AGAIN:
        return refused
    raise refused
