"""The Versions tab, and one version in it with its diff open."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from versioning.lib.htmx import render_page, wants_part
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.diffs import base_of, picks_for, show
from versioning.versions.presenters.header import Links, header
from versioning.versions.presenters.lanes import chart
from versioning.versions.presenters.listing import Filter, counts, listing
from versioning.versions.presenters.look import Look
from versioning.versions.presenters.rows import Row, RowMaker
from versioning.versions.tables import VersionTable
from versioning.versions.views.entry import number_in, of_artifact, version_or_404
from versioning.workspaces.actor import Actor

PAGE = "versions/versions.html"


@require_safe
@of_artifact
def versions(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """The history, newest first; by htmx its list, more of its rows, its chart or its header alone."""
    asked = Filter.of(request.GET)
    before = number_in(request.GET, "before")
    part = _part(request)
    if part == "header":
        current = number_in(request.GET, "current")
        shown = header(actor, artifact, tab=request.GET.get("tab", ""), current=current)
        return render_page(request, "versions/header.html", shown)
    if part == "lanes":
        return render_page(request, PAGE, _chart(actor, artifact, asked), part="lanes")
    if part == "rows":
        return render_page(request, PAGE, listing(actor, artifact, asked, before=before), part="rows")
    if part == "list":
        counted = counts(artifact, asked)
        found = counted | listing(actor, artifact, asked, before=before, hits=counted["hits"])
        response = render_page(request, PAGE, found | {"oob": True}, part="list")
        response["HX-Push-Url"] = found["here_url"]
        return response
    return _page(request, actor, artifact, asked, before=before)


@require_safe
@of_artifact
def version(request: HttpRequest, actor: Actor, artifact: Artifact, number: int) -> HttpResponse:
    """The tab with one version open: its diff against another. By htmx its row alone."""
    asked = Filter.of(request.GET)
    maker = RowMaker(actor, artifact, words=asked.words, query=asked.query())
    one = version_or_404(artifact, number)
    row = maker.row(one)
    if request.GET.get("closed") != "1":
        row = _open(request, maker, one, asked)
    if wants_part(request):
        response = render_page(request, "versions/row.html", {"row": VersionTable([row]).rows[0]})
        if row.diff and "other" in request.GET:  # from the picker's form: say the pair and nothing else
            response["HX-Push-Url"] = row.diff.links["here"]
        return response
    return _page(request, actor, artifact, asked, opened=row)


def _part(request: HttpRequest) -> str:
    """Which part htmx asks for: by its target, or more rows, which have none."""
    if not wants_part(request):
        return ""
    target = request.htmx.target or "rows"  # type: ignore[attr-defined]
    return target if target in ("header", "lanes", "list") else "rows"


def _page(
    request: HttpRequest, actor: Actor, artifact: Artifact, asked: Filter,
    *, before: int | None = None, opened: Row | None = None,
) -> HttpResponse:  # fmt: skip
    counted = counts(artifact, asked)
    current = opened.number if opened else None
    page = header(actor, artifact, tab="versions", current=current, count=counted["total"])
    context = (
        page
        | counted
        | listing(
            actor, artifact, asked, before=before, opened=opened, hits=counted["hits"], draft=page["draft"]
        )
        | _chart(actor, artifact, asked)
    )
    return render_page(request, PAGE, context | {"opened": opened})


def _open(request: HttpRequest, maker: RowMaker, one: Version, asked: Filter) -> Row:
    """The row with its diff against the base that was asked for."""
    wanted = number_in(request.GET, "other") or number_in(request.GET, "base")
    base, problem = base_of(maker.artifact, one, wanted)
    base_query: dict[str, Any] = {"base": base.number} if base and wanted and not problem else {}
    query = asked.query() | base_query
    shown = show(
        maker.actor, maker.artifact, base, one, Look.of(request.GET),
        page=("version", one.number), target=f"#v{one.number}", query=query,
    )  # fmt: skip
    shown.picks = picks_for(maker.actor, maker.artifact, one.number, base.number if base else None)
    shown.problem = problem
    return maker.row(one, shown)


def _chart(actor: Actor, artifact: Artifact, asked: Filter) -> dict[str, Any]:
    form_url = Links(actor, artifact).to("versions")
    return {"chart": chart(actor, artifact, asked.range), "form_url": form_url}
