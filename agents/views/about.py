"""An agent from outside its configuration: how programs read it, its copies, whether it is in use."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.forms.new import CopyOf
from agents.models import Agent
from agents.presenters.code import calls_of
from agents.services import copy_agent
from agents.views.entry import of_agent, page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.presenters.diffs import picks_for
from versioning.versions.presenters.header import header
from versioning.versions.views.entry import number_in, version_or_404
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


@require_safe
@of_agent
def code(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """The calls by which a program reads this agent and talks to it, ready to copy. No key is shown."""
    return render_page(request, "versions/code.html", calls_of(actor, agent))


@require_safe
@of_agent
def settings_page(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """What is fixed of it; copy, archive and unarchive."""
    shown = header(actor, agent, tab="settings") | {
        "agent": agent,
        "copy_url": page_of(actor, agent, "copy"),
        "archive_url": page_of(actor, agent, "archive"),
        "unpublish_url": page_of(actor, agent, "unpublish"),
        "editor_url": page_of(actor, agent, "editor"),
    }
    return render_page(request, "agents/settings.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@of_agent
def copy(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """Make an agent of one of this one's versions."""
    require(actor, Act.EDIT)
    chosen = number_in(request.POST or request.GET, "version")
    form = CopyOf(_versions(actor, agent, chosen), request.POST or None, initial={"version": chosen})
    if request.method == "POST" and form.is_valid():
        try:
            return _copied(request, actor, agent, form.cleaned_data)
        except DomainError as error:
            form.blame(error)
    shown = header(actor, agent, tab="settings", current=chosen) | {
        "agent": agent, "form": form, "buttons": [], "cancel_url": page_of(actor, agent, "settings"),
    }  # fmt: skip
    return render_page(request, "agents/copy.html", shown, status=422 if form.errors else 200)


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


def _versions(actor: Actor, agent: Agent, chosen: int | None) -> list[tuple[int, str]]:
    """The versions that a copy may begin with: the draft, live and staging, then the newest."""
    draft = Version.objects.of(agent).drafts().values_list("number", flat=True).get()
    there = chosen if chosen and Version.objects.of(agent).filter(number=chosen).exists() else None
    return [(draft, f"draft v{draft}"), *picks_for(actor, agent, draft, there)]


def _copied(request: HttpRequest, actor: Actor, agent: Agent, typed: dict[str, Any]) -> HttpResponse:
    version = version_or_404(agent, typed["version"])
    made = copy_agent(actor, agent, slug=typed["slug"], name=typed["name"], source=version.source)
    said = format_html("Made {} of {} of {}. Its v1 is the draft.", made.slug, version.label, agent.slug)
    return done(request, page_of(actor, made, "editor"), said=said)
