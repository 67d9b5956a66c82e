"""All prompts: the list, a new one."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from prompts.forms import NewPrompt
from prompts.models import Prompt
from prompts.services import create_prompt
from prompts.tables import PromptTable
from prompts.views.entry import page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page
from versioning.versions.presenters.catalogue import Shelf, catalogue
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require

SHELF = Shelf(
    kind="prompt",
    table=PromptTable,
    views={
        "all": "All", "staging": "On staging", "drafts": "With drafts", "idle": "Not live",
        "archived": "Archived",
    },
    nothing={
        "": (
            "No prompts yet",
            "Write the first one, or import a file of histories. Programs read what is live with a key.",
        ),
        "read": ("No prompts yet", "An editor of this workspace can write the first one."),
        "staging": (
            "Nothing is on staging",
            "Test keys get what is live. Choose “Set as staging” on a version to let them see it first.",
        ),
        "drafts": (
            "No drafts",
            "Everything that was saved has been live. Open a prompt and save a new version to have one.",
        ),
        "idle": ("Every prompt is live", "Prompts of which no version is live are listed here."),
        "archived": (
            "Nothing is archived",
            "A prompt that nobody reads any more can be archived on its Settings tab. Its history stays.",
        ),
    },
)  # fmt: skip


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The prompts of the workspace: searched, filtered, sorted, loaded as one scrolls."""
    actor = actor_of(request)
    shown = catalogue(request, actor, SHELF, Prompt.objects.in_workspace(actor))
    return render_page(request, "versions/list.html", shown, part="found")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a prompt; it opens in its editor, with v1 as a draft."""
    actor = actor_of(request)
    require(actor, Act.EDIT)
    form = NewPrompt(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            prompt = create_prompt(actor, **form.cleaned_data)
        except DomainError as error:
            form.blame(error)
        else:
            said = f"Made {prompt.slug}. Its v1 is a draft until it is promoted."
            return done(request, page_of(actor, prompt, "editor"), said=said)
    shown = {"form": form, "list_url": reverse("prompts:list", args=[actor.workspace.slug])}
    return render_page(request, "prompts/new.html", shown, status=422 if form.errors else 200)
