"""All agents: the list, and a new one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from agents.models import Agent
from versioning.lib.htmx import render_page
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The agents of the workspace."""
    actor = actor_of(request)
    agents = Agent.objects.in_workspace(actor).in_use().with_pointers().order_by("slug")
    return render_page(request, "agents/list.html", {"agents": agents})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an agent; it opens in its editor, with v1 as its draft."""
    require(actor_of(request), Act.EDIT)
    return render_page(request, "agents/list.html", {})
