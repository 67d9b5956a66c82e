"""Jump to: any artifact of the workspace, by what it is called."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from versioning.lib.htmx import render_page
from versioning.versions.kinds import KINDS, Kind
from versioning.versions.tables import name_beside
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

MOST = 20  # of each kind


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """What is called so, kind by kind; without words what changed last. `?go=1` leads to the first."""
    actor, words = actor_of(request), request.GET.get("q", "").strip()[:200]
    require(actor, Act.READ)
    found = [_found(actor, kind, words) for kind in KINDS.values()]
    hits = [hit for group in found for hit in group["hits"]]
    if hits and words and request.GET.get("go"):
        return HttpResponseRedirect(hits[0]["url"])
    count = sum(group["count"] for group in found)
    return render_page(
        request, "versions/find.html", {"q": words, "groups": found, "count": count}, part="found"
    )


def _found(actor: Actor, kind: Kind, words: str) -> dict[str, Any]:
    """What one kind has of it."""
    there = kind.artifacts(actor).in_use().called(words)
    hits = [
        {
            "url": reverse(f"{kind.namespace}:editor", args=[actor.workspace.slug, one.slug]),
            "artifact": one,
            "name": name_beside(one),
        }
        for one in there.with_pointers()[:MOST]
    ]
    list_url = reverse(f"{kind.namespace}:list", args=[actor.workspace.slug])
    return {
        "title": kind.namespace.capitalize(), "noun": kind.noun, "hits": hits, "count": there.count(),
        "list_url": list_url, "icon": kind.noun,
    }  # fmt: skip
