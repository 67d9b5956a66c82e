"""Who reads an artifact, and whether what is live has arrived."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from versioning.lib.htmx import render_page, wants_part
from versioning.versions.models import Artifact
from versioning.versions.presenters.arrival import told
from versioning.versions.presenters.clients import clients_page
from versioning.versions.presenters.header import Links, header
from versioning.versions.views.entry import of_artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

PAGE = "versions/clients.html"


@require_safe
@of_artifact
def clients(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """The clients of each pointer, and the keys of a day; by htmx those alone, or the header's line."""
    require(actor, Act.READ)
    if wants_part(request) and request.htmx.target == "arrival":  # type: ignore[attr-defined]
        line = {"arrival": told(actor, artifact, Links(actor, artifact))}
        return render_page(request, "versions/arrival.html", line)
    found = clients_page(actor, artifact, whole=request.GET.get("all") == "1")
    if wants_part(request):
        return render_page(request, PAGE, found, part="clients")
    return render_page(request, PAGE, header(actor, artifact, tab="clients") | found)
