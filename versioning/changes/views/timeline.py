"""The timeline: who changed what, when and why; and what there was at a moment."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from versioning.changes.finding import Place
from versioning.changes.presenters.as_of import moment_in, served_at, state_then
from versioning.changes.presenters.asked import Asked
from versioning.changes.presenters.former import former_text
from versioning.changes.presenters.opened import change_or_404
from versioning.changes.presenters.timeline import Timeline
from versioning.lib.errors import not_found
from versioning.lib.htmx import render_page, wants_part
from versioning.versions.models import Artifact
from versioning.versions.presenters.header import Links, header
from versioning.versions.views.entry import number_in, of_artifact
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

PAGE, ROW = "changes/timeline.html", "changes/timeline_row.html"


@require_safe
@of_artifact
def history(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """The History tab: Changes and Events of an artifact, newest first; `?at=` says what there was then."""
    require(actor, Act.READ)
    path = Links(actor, artifact).to("history")
    shown = Timeline(actor, artifact, Asked.of(request.GET), path)
    if wants_part(request):
        return _part(request, shown)
    context = header(actor, artifact, tab="history") | _as_of(request, actor, artifact)
    if sequence := number_in(request.GET, "former"):
        context["former"] = former_text(artifact, sequence)
        if context["former"] is None:
            raise not_found()
    return render_page(request, PAGE, context | _whole(request, shown))


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """The same of all prompts and agents of the workspace."""
    actor = actor_of(request)
    require(actor, Act.READ)
    path = reverse("changes:timeline", args=[actor.workspace.slug])
    shown = Timeline(actor, None, Asked.of(request.GET), path)
    if wants_part(request):
        return _part(request, shown)
    return render_page(request, PAGE, _whole(request, shown))


def _whole(request: HttpRequest, shown: Timeline) -> dict[str, Any]:
    """The stream of a whole page, one Change of it open where one is asked for."""
    if given := request.GET.get("open", ""):
        return shown.around(change_or_404(shown.actor, shown.artifact, given))
    at = moment_in(request.GET.get("at", "")[:40]) if shown.artifact else None
    after = Place.until(at) if at else Place.read(request.GET.get("before", ""))
    return shown.found(after)


def _part(request: HttpRequest, shown: Timeline) -> HttpResponse:
    """What htmx asks for: one row, more rows, or the stream with its filters."""
    for name in ("open", "closed"):
        if given := request.GET.get(name, ""):
            change = change_or_404(shown.actor, shown.artifact, given)
            return render_page(request, ROW, {"line": shown.row(change, opened=name == "open")})
    after = Place.read(request.GET.get("before", ""))
    if after:
        return render_page(request, PAGE, shown.rows(after), part="rows")
    response = render_page(request, PAGE, shown.found(), part="found")
    response["HX-Push-Url"] = shown.asked.to(shown.path)
    return response


def _as_of(request: HttpRequest, actor: Actor, artifact: Artifact) -> dict[str, Any]:
    """What there was at the moment that `?at=` names."""
    asked = request.GET.get("at", "")[:40]
    at = moment_in(asked) if asked else None
    if at is None:
        return {"asked_at": asked, "at": None}
    compared = request.GET.get("compare") == "now"
    return {
        "asked_at": asked, "at": at, "answers": served_at(actor, artifact, at),
        "state": state_then(actor, artifact, at, compared=compared),
    }  # fmt: skip
