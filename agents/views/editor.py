"""The editor of an agent's draft, and any version of it to be looked at."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agents.models import Agent
from agents.views.entry import of_agent
from versioning.lib.htmx import render_page
from versioning.versions.presenters.header import header
from versioning.versions.services.one_draft import draft_of
from versioning.versions.views.entry import version_or_404
from versioning.workspaces.actor import Actor


@require_safe
@of_agent
def editor(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """The draft."""
    version = draft_of(agent)
    shown = header(actor, agent, tab="editor", current=version.number) | {"agent": agent, "version": version}
    return render_page(request, "agents/editor.html", shown)


@require_safe
@of_agent
def look(request: HttpRequest, actor: Actor, agent: Agent, number: int) -> HttpResponse:
    """A version, to be read."""
    version = version_or_404(agent, number)
    shown = header(actor, agent, tab="editor", current=number) | {"agent": agent, "version": version}
    return render_page(request, "agents/editor.html", shown)
