"""An agent from outside its configuration: how programs read it, whether it is in use."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.models import Agent
from agents.views.entry import of_agent, page_of
from versioning.lib.htmx import done, render_page
from versioning.versions import services
from versioning.versions.presenters.header import header
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


@require_safe
@of_agent
def code(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """The calls by which a program reads this agent, ready to copy. No key is shown."""
    return render_page(request, "agents/settings.html", header(actor, agent, tab="code") | {"agent": agent})


@require_safe
@of_agent
def settings_page(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """What is fixed of it; archive and unarchive."""
    return render_page(
        request, "agents/settings.html", header(actor, agent, tab="settings") | {"agent": agent}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@of_agent
def copy(request: HttpRequest, actor: Actor, agent: Agent, number: int) -> HttpResponse:
    """Make an agent of one of this one's versions."""
    require(actor, Act.EDIT)
    return render_page(request, "agents/settings.html", header(actor, agent, tab="") | {"agent": agent})


@require_POST
@of_agent
def archive(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """Put the agent away; its history stays to be read."""
    services.archive(actor, agent)
    return done(request, page_of(actor, agent, "settings"), said=f"Archived {agent.slug}.")


@require_POST
@of_agent
def unarchive(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """Take the agent out of the archive."""
    services.unarchive(actor, agent)
    return done(request, page_of(actor, agent, "settings"), said=f"{agent.slug} is in use again.")
