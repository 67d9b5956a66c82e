"""A file of histories, or an export: chosen, brought in, and told of artifact by artifact."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from versioning.lib.htmx import render_page
from versioning.versions.exports import import_file
from versioning.versions.forms import UPLOAD_LIMIT, ImportFile
from versioning.versions.importing import Result, importer_of
from versioning.versions.kinds import KINDS
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, *, kind: str) -> HttpResponse:
    """Bring in a file of histories, and say artifact by artifact what came of it."""
    actor = actor_of(request)
    require(actor, Act.EDIT)
    posted = request.method == "POST"
    form = ImportFile(request.POST, request.FILES) if posted else ImportFile()
    results = import_file(actor, form.cleaned_data["file"]) if posted and form.is_valid() else None
    namespace = KINDS[kind].namespace
    shown = {
        "form": form, "limit": UPLOAD_LIMIT // 2**20,
        "kind": KINDS[kind], "example": importer_of(kind).example,
        "list_url": reverse(f"{namespace}:list", args=[actor.workspace.slug]),
        "rows": None if results is None else [_row(actor, result) for result in results],
        "export_url": reverse("versions:export", args=[actor.workspace.slug]),
        "problems": sum(1 for result in results or () if result.problem),
        "said": _said(results or []),
    }  # fmt: skip
    return render_page(request, "versions/import.html", shown, status=422 if form.errors else 200)


def _row(actor: Actor, result: Result) -> dict[str, Any]:
    """What became of one artifact, and where it is."""
    here = bool(result.kind and result.total)
    where = [actor.workspace.slug, result.slug]
    return {
        "result": result, "noun": KINDS[result.kind].noun if result.kind else "",
        "url": reverse(f"{KINDS[result.kind].namespace}:editor", args=where) if here else "",
        "words": _happened(result),
    }  # fmt: skip


def _happened(result: Result) -> str:
    if result.happened:
        return result.happened
    if result.added and result.added == result.total:
        drafted = KINDS[result.kind].one_draft
        return "New; its last version is live" + (", and a draft is forked from it." if drafted else ".")
    if result.added:
        return "Added to what was here; live was not moved."
    return "Was here already; nothing moved."


def _said(results: list[Result]) -> str:
    """What came in, in one sentence; nothing where nothing did."""
    added = sum(result.added for result in results)
    if not added:
        return ""
    reached = Counter(KINDS[result.kind].noun for result in results if result.added)
    owners = " and ".join(_counted(count, noun) for noun, count in reached.items())
    return f"{_counted(added, 'version')} of {owners} came in."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
