"""Two versions side by side, with a link of their own."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from versioning.lib.htmx import render_page
from versioning.versions.models import Artifact
from versioning.versions.presenters.diffs import picks_for, show
from versioning.versions.presenters.header import Links, header
from versioning.versions.presenters.look import Look
from versioning.versions.views.entry import number_in, of_artifact, version_or_404
from versioning.workspaces.actor import Actor


@require_safe
@of_artifact
def compare(request: HttpRequest, actor: Actor, artifact: Artifact, old: int, new: int) -> HttpResponse:
    """The diff of any two versions. What the pickers choose leads to that pair's own link."""
    look, links = Look.of(request.GET), Links(actor, artifact)
    picked = [
        number_in(request.GET, f"other_{side}") or number_in(request.GET, side) or now
        for side, now in (("old", old), ("new", new))
    ]
    if picked != [old, new]:
        return HttpResponseRedirect(links.to("compare", *picked, **look.query()))
    one, other = version_or_404(artifact, old), version_or_404(artifact, new)
    shown = show(actor, artifact, one, other, look, page=("compare", old, new), target="#compare")
    context = {
        "shown": shown,
        "old_picks": picks_for(actor, artifact, new, old),
        "new_picks": picks_for(actor, artifact, old, new),
        "old_url": links.to("version", old),
        "new_url": links.to("version", new),
    }
    page = header(actor, artifact, tab="versions", current=new)
    return render_page(request, "versions/compare.html", page | context, part="compare")
