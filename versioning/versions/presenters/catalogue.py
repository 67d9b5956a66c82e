"""The list of all artifacts of one kind: searched, filtered, sorted, loaded as one scrolls."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from versioning.versions.kinds import KINDS
from versioning.versions.tables import ArtifactTable, paged
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may

SEARCHED = "Searched were names, tags, and the newest message and author of each {}. Every word has to occur."


@dataclass(frozen=True)
class Shelf:
    """How one kind is listed.

    `views` are the filters by their name in the URL, each with its label; `nothing` is what an empty one
    says, title and hint. Under '' it holds what a list without any artifact says to who can make one, and
    under 'read' what it says to others.
    """

    kind: str
    table: type[ArtifactTable]
    views: dict[str, str]
    nothing: dict[str, tuple[str, str]]


def catalogue(request: HttpRequest, actor: Actor, shelf: Shelf, artifacts: Any) -> dict[str, Any]:
    """What templates/versions/list.html shows of a KindQuerySet."""
    words, show = request.GET.get("q", "").strip(), request.GET.get("show", "all")
    show = show if show in shelf.views else "all"
    found = artifacts.search(words) if words else artifacts
    counts = found.counts()
    rows = found.showing(show).with_pointers().with_summary()
    kind = KINDS[shelf.kind]
    urls = {
        name: reverse(f"{kind.namespace}:{name}", args=[actor.workspace.slug]) for name in ("new", "import")
    }
    return {
        "table": paged(request, shelf.table(actor, rows, order_by=request.GET.get("sort") or "-changed_at")),
        "title": kind.namespace.capitalize(), "noun": kind.noun, "search_label": f"Search {kind.namespace}",
        "new_url": urls["new"], "import_url": urls["import"],
        "q": words, "show": show, "count": counts[show], "sort": request.GET.get("sort", ""),
        "filters": _filters(request, actor, shelf, counts, show),
        "nothing": None if counts[show] else _nothing(request, actor, shelf, counts, show),
    }  # fmt: skip


def _filters(
    request: HttpRequest, actor: Actor, shelf: Shelf, counts: dict[str, int], show: str
) -> list[dict[str, Any]]:
    """The views of the list with their counts; that of staging goes where staging is off."""
    listed = []
    for name, label in shelf.views.items():
        if name == "staging" and not actor.workspace.staging_enabled:
            continue
        query = QueryDict(mutable=True)
        kept = {"q": request.GET.get("q", "").strip(), "sort": request.GET.get("sort", ""), "show": name}
        query.update({key: value for key, value in kept.items() if value and value != "all"})
        url = f"?{query.urlencode()}" if query else request.path
        listed.append({"label": label, "url": url, "count": counts[name], "current": name == show})
    return listed


def _nothing(
    request: HttpRequest, actor: Actor, shelf: Shelf, counts: dict[str, int], show: str
) -> dict[str, str]:
    """What an empty list says, and what to do next."""
    kind = KINDS[shelf.kind]
    if request.GET.get("q", "").strip():
        said = (f"No {kind.noun} says that", SEARCHED.format(kind.noun))
        return _said("search", *said, request.path, "Clear the search")
    if show in shelf.nothing and (any(counts.values()) or show in ("archived", "staging")):
        return _said("", *shelf.nothing[show])
    if not may(actor, Act.EDIT):
        return _said(kind.noun, *shelf.nothing["read"])
    new = reverse(f"{kind.namespace}:new", args=[actor.workspace.slug])
    return _said(kind.noun, *shelf.nothing[""], new, f"New {kind.noun}")


def _said(icon: str, title: str, hint: str, url: str = "", label: str = "") -> dict[str, str]:
    return {"icon": icon, "title": title, "hint": hint, "url": url, "label": label}
