"""One run: its answer as a part of a page, and its stop."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from versioning.lib.htmx import render_page, wants_part
from versioning.playground import services
from versioning.playground.models import Run
from versioning.playground.presenters import card
from versioning.playground.trials import try_url
from versioning.playground.views.entry import artifact_of
from versioning.workspaces.actor import Actor, actor_of


@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The answer as it is now; without htmx on the page of its artifact."""
    actor = actor_of(request)
    return _show(request, actor, services.run_of(actor, run_id))


@require_POST
def stop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """End the answer where it is."""
    actor = actor_of(request)
    return _show(request, actor, services.stop_run(actor, run_id))


def _show(request: HttpRequest, actor: Actor, found: Run) -> HttpResponse:
    artifact = artifact_of(actor, found)
    if not wants_part(request):
        return HttpResponseRedirect(try_url(actor, artifact, run=found.pk), status=303)
    response = render_page(request, "playground/run.html", {"card": card(actor, artifact, found)})
    if not found.is_open:
        response["HX-Trigger"] = '{"run-changed": {}}'
    return response
