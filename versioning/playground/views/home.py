"""The playground of a workspace: what there is to try, and what was tried."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from versioning.lib.htmx import render_page
from versioning.playground.models import Run
from versioning.playground.services import provider_of
from versioning.playground.tables import run_table
from versioning.playground.trials import try_url
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

OFFERED = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Choose an artifact; below it the last runs of all of them."""
    actor = actor_of(request)
    require(actor, Act.TRY)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = Run.objects.in_workspace(actor)
    shown = {
        "q": words,
        "provider": provider_of(actor),
        "offers": _offers(actor, words),
        "table": run_table(request, actor, rows, everywhere=True),
        "count": rows.count(),
    }
    return render_page(request, "playground/home.html", shown, part="offers")


def _offers(actor: Actor, words: str) -> list[dict[str, Any]]:
    """The artifacts that were changed last, of those whose slug holds the words."""
    found = Artifact.objects.in_workspace(actor).with_pointers().filter(last_number__gt=0)
    if words:
        found = found.filter(slug__icontains=words)
    return [
        {
            "slug": artifact.slug, "noun": kind_of(artifact).noun, "live": artifact.live,
            "url": try_url(actor, artifact), "at": artifact.changed_at,
        }
        for artifact in found.order_by("-changed_at")[:OFFERED]
    ]  # fmt: skip
