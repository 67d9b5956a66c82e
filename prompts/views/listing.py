"""All prompts: the list, a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from prompts.forms import NewPrompt
from prompts.models import Prompt
from prompts.querysets import FILTERS
from prompts.services import create_prompt
from prompts.tables import prompt_table
from prompts.views.entry import page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require

LABELS = {
    "all": "All",
    "staging": "On staging",
    "drafts": "With drafts",
    "idle": "Not live",
    "archived": "Archived",
}


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The prompts of the workspace: searched, filtered, sorted, loaded as one scrolls."""
    actor = actor_of(request)
    words, show = request.GET.get("q", "").strip(), request.GET.get("show", "all")
    show = show if show in FILTERS else "all"
    found = Prompt.objects.in_workspace(actor)
    found = found.search(words) if words else found
    counts = found.counts()
    table = prompt_table(request, actor, found.showing(show).with_pointers().with_summary())
    shown = {
        "table": table, "q": words, "show": show, "count": counts[show], "sort": request.GET.get("sort", ""),
        "filters": _filters(request, actor, counts, show), "some": any(counts.values()),
    }  # fmt: skip
    return render_page(request, "prompts/list.html", shown, part="found")


def _filters(request: HttpRequest, actor: Any, counts: dict[str, int], show: str) -> list[dict[str, Any]]:
    """The views of the list with their counts; that of staging goes where staging is off."""
    listed = []
    for name, label in LABELS.items():
        if name == "staging" and not actor.workspace.staging_enabled:
            continue
        query = QueryDict(mutable=True)
        kept = {"q": request.GET.get("q", "").strip(), "sort": request.GET.get("sort", ""), "show": name}
        query.update({key: value for key, value in kept.items() if value and value != "all"})
        url = f"?{query.urlencode()}" if query else request.path
        listed.append({"label": label, "url": url, "count": counts[name], "current": name == show})
    return listed


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
