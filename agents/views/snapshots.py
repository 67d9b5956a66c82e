"""Snapshots: which there are, what each holds, two compared, and the draft put back to one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agents.models import Agent, Snapshot
from agents.presenters.snapshots import counted, list_shown, pair_shown, restoring, snapshot_shown
from agents.services.restoring import restore_snapshot as restore
from agents.views.entry import as_it_is, of_agent
from versioning.changes.services.restoring import require_draft
from versioning.lib.errors import DomainError, not_found
from versioning.lib.htmx import render_page, wants_part
from versioning.versions.presenters.header import Links, header
from versioning.versions.presenters.look import Look
from versioning.versions.presenters.review import happened_since
from versioning.versions.services.one_draft import draft_of
from versioning.versions.views.entry import MOST, number_in
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

LIST = "agents/snapshots.html"
# Refusals that the review itself answers.
AGAIN = ("stale", "invalid", "unchanged", "prompt_not_live", "not_frozen")


@require_safe
@of_agent
def snapshots_page(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """All of an agent, newest first; by htmx the rows that follow."""
    before = number_in(request.GET, "before")
    shown = list_shown(actor, agent, before=before)
    if before and wants_part(request):
        return render_page(request, LIST, shown, part="rows")
    page = header(actor, agent, tab="snapshots") | shown | counted(actor, agent)
    return render_page(request, LIST, page)


@require_safe
@of_agent
def snapshot_page(request: HttpRequest, actor: Actor, agent: Agent, version_number: int) -> HttpResponse:
    """One of them: all that it holds, or what differs from the draft. `?other=` leads to that pair's link."""
    snapshot, other = _find(actor, agent, version_number), number_in(request.GET, "other")
    look = Look.of(request.GET)
    if other:
        pair = sorted((version_number, other))
        return HttpResponseRedirect(Links(actor, agent).to("compare_snapshots", *pair, **look.query()))
    shown = snapshot_shown(actor, agent, snapshot, look, against=request.GET.get("against", ""))
    page = header(actor, agent, tab="snapshots") | shown
    return render_page(request, "agents/snapshot.html", page, part="content")


@require_safe
@of_agent
def compare_snapshots(request: HttpRequest, actor: Actor, agent: Agent, old: int, new: int) -> HttpResponse:
    """Two of them. What the pickers choose leads to that pair's own link."""
    look = Look.of(request.GET)
    picked = [number_in(request.GET, "old") or old, number_in(request.GET, "new") or new]
    if picked != [old, new]:
        return HttpResponseRedirect(Links(actor, agent).to("compare_snapshots", *picked, **look.query()))
    shown = pair_shown(actor, agent, _find(actor, agent, old), _find(actor, agent, new), look)
    page = header(actor, agent, tab="snapshots") | shown
    return render_page(request, "agents/snapshot_pair.html", page, part="compare")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_agent
def restore_snapshot(request: HttpRequest, actor: Actor, agent: Agent, version_number: int) -> HttpResponse:
    """Review what would become of each row, then put the draft back."""
    require(actor, Act.EDIT)
    snapshot, error = _find(actor, agent, version_number), None
    if request.method == "POST":
        try:
            return _restored(request, actor, agent, snapshot)
        except DomainError as refused:
            if refused.code not in AGAIN:
                raise
            error, agent = refused, as_it_is(actor, agent)
    require_draft(actor, agent)
    known = number_in(request.POST, "sequence")
    context = restoring(actor, agent, snapshot) | {
        "error": error, "meanwhile": happened_since(agent, known) if error and error.code == "stale" else [],
        "reason": request.POST.get("reason", ""), "publishing": request.POST.get("publish") == "1",
    }  # fmt: skip
    return render_page(
        request, "agents/snapshot_restore.html", context, status=error.status if error else 200
    )


def _find(actor: Actor, agent: Agent, version_number: int) -> Snapshot:
    """The Snapshot of that number. Error: `not_found`."""
    rows = Snapshot.objects.in_workspace(actor).of(agent.pk)
    found: Snapshot | None = (
        rows.filter(version_number=version_number).first() if version_number <= MOST else None
    )
    if found is None:
        raise not_found()
    return found


def _restored(request: HttpRequest, actor: Actor, agent: Agent, snapshot: Snapshot) -> HttpResponse:
    """Do what was shown, and say what became of it."""
    expected, publish = request.POST.get("expected", ""), request.POST.get("publish") == "1"
    label = draft_of(agent).label
    restore(actor, agent, snapshot, expected=expected, reason=request.POST.get("reason", ""), publish=publish)
    links, number = Links(actor, agent), snapshot.version_number
    live = f" {label} is locked and live." if publish else ""
    said = format_html(
        'The draft {} is restored to snapshot {}.{} What it was stays in the <a href="{}">history</a>.',
        label, number, live, links.to("history"),
    )  # fmt: skip
    messages.success(request, said)
    return HttpResponseRedirect(links.to("editor"), status=303)
