"""All agents: the list, and a new one."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agents.forms.new import NewAgent
from agents.models import Agent
from agents.services import create_agent
from agents.tables import AgentTable
from agents.views.entry import page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page
from versioning.versions.presenters.catalogue import Shelf, catalogue
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require

NAMED = 500  # agents that a copy can be chosen of; of any other one, on its own page
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
    """Make an agent; it opens in its editor, with v1 as its draft. `?copy=` leads to a copy of another."""
    actor = actor_of(request)
    require(actor, Act.EDIT)
    agents = Agent.objects.in_workspace(actor).in_use()
    if original := agents.filter(slug=request.GET.get("copy", "").replace("\0", "")).first():
        return HttpResponseRedirect(page_of(actor, original, "copy"))
    form = NewAgent(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agent = create_agent(actor, **form.fields_of_agent())
        except DomainError as error:
            form.blame(error)
        else:
            said = f"Made {agent.slug}. Its v1 is a draft: calls reach it once it is published."
            return done(request, page_of(actor, agent, "editor"), said=said)
    shown = {
        "form": form, "others": agents.order_by("slug").values_list("slug", flat=True)[:NAMED],
        "list_url": reverse("agents:list", args=[actor.workspace.slug]),
    }  # fmt: skip
    return render_page(request, "agents/new.html", shown, status=422 if form.errors else 200)
