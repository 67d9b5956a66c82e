"""The Playground tab of an artifact: any version, or two side by side, on one input."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from versioning.lib.errors import DomainError
from versioning.lib.htmx import render_page, wants_part
from versioning.playground import services
from versioning.playground.models import Run
from versioning.playground.presenters import Typed, card, desk
from versioning.playground.tables import run_table
from versioning.playground.trials import try_url
from versioning.playground.views.entry import artifact_at
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import header
from versioning.versions.views.entry import number_in
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

PAGE = "playground/try.html"
ANSWERED = ("invalid", "rate_limited")  # refusals that the form itself shows


@require_http_methods(["GET", "HEAD", "POST"])
def try_page(request: HttpRequest, collection: str, slug: str) -> HttpResponse:
    """The form, the answers, the runs so far. A POST runs, or (`act=pick`) shows other versions' fields."""
    actor = actor_of(request)
    require(actor, Act.TRY)
    artifact = artifact_at(actor, collection, slug)
    if request.method != "POST":
        return _show(request, actor, artifact)
    typed = Typed.of_form(request.POST.dict(), *_numbers(request.POST, artifact))
    if request.POST.get("act") == "pick":
        return _page(request, actor, artifact, typed, [])
    return _run(request, actor, artifact, typed)


def _run(request: HttpRequest, actor: Actor, artifact: Artifact, typed: Typed) -> HttpResponse:
    """Start the runs, and show where their answers will be; or what is missing."""
    try:
        runs = services.start_runs(
            actor, artifact, typed.numbers, said=typed.said, values=typed.values,
            override=bool(typed.override),
        )  # fmt: skip
    except DomainError as error:
        if error.code not in ANSWERED:
            raise
        return _page(request, actor, artifact, typed, [], error)
    url = try_url(actor, artifact, run=runs[0].pk)
    if not wants_part(request):
        return HttpResponseRedirect(url, status=303)
    response = _page(request, actor, artifact, typed, runs)
    response["HX-Push-Url"] = url
    response["HX-Trigger"] = '{"run-changed": {}}'
    return response


def _show(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """The page; by htmx the list of runs alone. `run` shows a run again, its form filled in."""
    if wants_part(request):
        return render_page(request, PAGE, _runs(request, actor, artifact), part="runs")
    runs = _asked_for(actor, artifact, request.GET.get("run", ""))
    mine = Run.objects.of(artifact).filter(actor_id=actor.id).newest_first().first()
    typed = Typed.of_runs(runs) if runs else _as_last_time(mine)
    if "v" in request.GET or not runs:
        typed.number, typed.beside = _numbers(request.GET, artifact)
    return _page(request, actor, artifact, typed, runs)


def _as_last_time(last: Run | None) -> Typed:
    """What this person said last, for who tries version after version on the same input."""
    return Typed(said=last.said, values=last.values) if last else Typed()


def _asked_for(actor: Actor, artifact: Artifact, run_id: str) -> list[Run]:
    """The run that an address names and the one beside it, in the order in which they were asked."""
    try:
        found = Run.objects.in_workspace(actor).of(artifact).filter(pk=UUID(run_id)).first()
    except ValueError:
        return []
    return list(Run.objects.of(artifact).beside(found)) if found else []


def _numbers(values: Any, artifact: Artifact) -> tuple[int | None, int | None]:
    """The versions that a query or form names, if they are there; the first is else the newest."""
    given = [number_in(values, name) for name in ("v", "with")]
    there = set(
        Version.objects.of(artifact)
        .filter(number__in=[n for n in given if n])
        .values_list("number", flat=True)
    )
    first, beside = (number if number in there else None for number in given)
    if first is None:
        newest = Version.objects.of(artifact).without_text().newest_first().first()
        first = newest.number if newest else None
    return first, beside


def _page(
    request: HttpRequest, actor: Actor, artifact: Artifact, typed: Typed, runs: list[Run],
    error: DomainError | None = None,
) -> HttpResponse:  # fmt: skip
    shown = {
        "desk": desk(actor, artifact, typed, error),
        "cards": [card(actor, artifact, run) for run in runs],
        "open": any(run.is_open for run in runs),
        "artifact": artifact,
        "here_url": try_url(actor, artifact),
    }
    if not (request.method == "POST" and wants_part(request)):
        shown |= header(actor, artifact, tab="playground:try", current=typed.number)
        shown |= _runs(request, actor, artifact)
    return render_page(request, PAGE, shown, part="try", status=error.status if error else 200)


def _runs(request: HttpRequest, actor: Actor, artifact: Artifact) -> dict[str, Any]:
    """The runs of the artifact so far, of one version where the list is filtered."""
    number = number_in(request.GET, "of")
    rows = Run.objects.in_workspace(actor).of(artifact).of_number(number)
    tried = Run.objects.of(artifact).order_by("-number").values_list("number", flat=True).distinct()
    return {
        "table": run_table(request, actor, rows),
        "count": rows.count(),
        "of": number,
        "tried": list(tried[:200]),
        "runs_url": try_url(actor, artifact, **({"of": number} if number else {})),
        "form_url": try_url(actor, artifact),
    }
