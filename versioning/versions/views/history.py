"""The History tab: who did what, when and why, and what was live at a moment."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from versioning.lib.errors import not_found
from versioning.lib.htmx import render_page, wants_part
from versioning.versions.models import Artifact
from versioning.versions.presenters.header import header
from versioning.versions.presenters.history import former_text, history_page, moment_in, served_at
from versioning.versions.views.entry import number_in, of_artifact
from versioning.workspaces.actor import Actor

PAGE = "versions/history.html"


@require_safe
@of_artifact
def history(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """The Events of an artifact, newest first; `?at=` answers what was served then."""
    before, day = number_in(request.GET, "before"), request.GET.get("day", "")
    context = history_page(actor, artifact, acts=request.GET.get("acts", ""), before=before, day=day)
    if wants_part(request):
        return render_page(request, PAGE, context, part="rows")
    asked = request.GET.get("at", "")[:40]
    at = moment_in(asked) if asked else None
    context |= {"asked_at": asked, "at": at, "answers": served_at(actor, artifact, at) if at else []}
    if sequence := number_in(request.GET, "former"):
        context["former"] = former_text(actor, artifact, sequence)
        if context["former"] is None:
            raise not_found()
    return render_page(request, PAGE, header(actor, artifact, tab="history") | context)
