"""Blame of an agent: each field with the version, or of the draft the Change, that it came with."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agents.models import Agent
from agents.presenters.blame import fields_page
from agents.views.entry import of_agent
from versioning.lib.htmx import render_page
from versioning.versions.presenters.header import header
from versioning.versions.views.entry import version_or_404
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


@require_safe
@of_agent
def blame(request: HttpRequest, actor: Actor, agent: Agent, number: int) -> HttpResponse:
    """A version, or the draft, field by field."""
    require(actor, Act.READ)
    version = version_or_404(agent, number)
    page = header(actor, agent, tab="editor", current=number)
    return render_page(request, "versions/blame_fields.html", page | fields_page(actor, agent, version))
