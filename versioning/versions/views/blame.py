"""Blame of a text: each line with the version that it came with."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from versioning.lib.htmx import render_page
from versioning.versions.models import Artifact
from versioning.versions.presenters.blame import text_page
from versioning.versions.presenters.header import header
from versioning.versions.views.entry import number_in, of_artifact, version_or_404
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


@require_safe
@of_artifact
def blame(request: HttpRequest, actor: Actor, artifact: Artifact, number: int) -> HttpResponse:
    """The text of a version, a long one piece by piece; by htmx the next piece alone."""
    require(actor, Act.READ)
    version = version_or_404(artifact, number)
    shown = text_page(actor, artifact, version, number_in(request.GET, "from") or 1)
    page = header(actor, artifact, tab="versions", current=number)
    return render_page(request, "versions/blame.html", page | shown, part="lines")
