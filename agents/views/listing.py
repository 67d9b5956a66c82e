"""All agents: the list, and a new one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from agents.models import Agent
from agents.tables import AgentTable
from versioning.lib.htmx import render_page
from versioning.versions.presenters.catalogue import Shelf, catalogue
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require

SHELF = Shelf(
    kind="agent",
    table=AgentTable,
    views={
        "all": "All", "staging": "On staging", "changes": "With changes", "idle": "Not live",
        "archived": "Archived",
    },
    nothing={
        "": (
            "No agents yet",
            "Make the first one, or import a file of histories. Calls reach it once a version is live.",
        ),
        "read": ("No agents yet", "An editor of this workspace can make the first one."),
        "staging": (
            "Nothing is on staging",
            "Test keys get what is live. Choose “Set as staging” on a version to let them see it first.",
        ),
        "changes": ("No changes", "Every draft equals the version that it was forked from."),
        "idle": ("Every agent is live", "Agents of which no version is live are listed here."),
        "archived": (
            "Nothing is archived",
            "An agent that nobody calls any more can be archived on its Settings tab. Its history stays.",
        ),
    },
)  # fmt: skip


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The agents of the workspace: searched, filtered, sorted, loaded as one scrolls."""
    actor = actor_of(request)
    shown = catalogue(request, actor, SHELF, Agent.objects.in_workspace(actor))
    return render_page(request, "versions/list.html", shown, part="found")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an agent; it opens in its editor, with v1 as its draft."""
    require(actor_of(request), Act.EDIT)
    return render_page(request, "agents/list.html", {})
