"""One resource put back to an earlier version of itself: its plan is shown first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from versioning.changes import services
from versioning.changes.presenters.restore import Review, newer_than, review, typed
from versioning.changes.resources import Resource, resource_named
from versioning.lib.errors import DomainError, not_found
from versioning.lib.htmx import render_page
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.versions.presenters.header import Links
from versioning.versions.views.entry import number_in, of_artifact
from versioning.workspaces.actor import Actor

PAGE = "changes/restore.html"
# Refusals that the page itself answers.
AGAIN = ("stale", "invalid", "unchanged", "prompt_not_live", "not_frozen", "live_in_the_way")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def restore(
    request: HttpRequest,
    actor: Actor,
    artifact: Artifact,
    resource_type: str,
    resource_id: UUID,
    version: int,
) -> HttpResponse:
    """Show what would be done, then do it. By htmx the card alone, for an open row of the timeline."""
    resource = resource_named(resource_type, kind=artifact.kind)
    error, links = None, Links(actor, artifact)
    if request.method == "POST":
        try:
            return _restored(request, actor, artifact, resource, resource_id, version)
        except DomainError as refused:
            if refused.code not in AGAIN:
                raise
            error = refused
    agent_id = _agent_id(artifact, resource_id)
    shown = services.preview(actor, resource, resource_id, version, agent_id=agent_id)
    found = review(actor, resource, shown)
    context = {
        "review": _again(request, found, error) if error else found, "artifact": artifact,
        "list_label": kind_of(artifact).namespace.capitalize(), "list_url": links.list(),
        "editor_url": links.to("editor"), "timeline_url": links.to("history"),
    }  # fmt: skip
    return render_page(
        request, PAGE, context, part="" if error else "card", status=error.status if error else 200
    )


def _agent_id(artifact: Artifact, resource_id: UUID) -> UUID | None:
    """The agent that a resource must belong to; a prompt has no parts. Error: `not_found`."""
    if kind_of(artifact).one_draft:
        return artifact.pk
    if resource_id != artifact.pk:
        raise not_found()
    return None


def _restored(
    request: HttpRequest, actor: Actor, artifact: Artifact, resource: Resource, id: UUID, version: int
) -> HttpResponse:
    """Do what was shown, and say where it is recorded."""
    expected = number_in(request.POST, "expected")
    if expected is None:
        raise DomainError("precondition_required", "This page is too old for that. Reload it and try again.")
    publish = _publishes(request)
    done = services.restore(
        actor, resource, id, version, agent_id=_agent_id(artifact, id), fields=_chosen(request),
        expected=expected, reason=request.POST.get("reason", ""), publish=publish,
    )  # fmt: skip
    links, step = Links(actor, artifact), done.plan.steps[0]
    name = f"{resource.noun} {step.label}" if resource.is_part else resource.noun
    became = "is deleted" if step.action == "deleted" else f"is restored to version {version}"
    live = " and published" if publish else ""
    said = format_html(
        '{} {}{}. <a href="{}">Its history</a>', name[:1].upper() + name[1:], became, live,
        links.to("history", resource=id),
    )  # fmt: skip
    messages.success(request, said)
    return HttpResponseRedirect(links.to("editor" if kind_of(artifact).one_draft else "history"), status=303)


def _chosen(request: HttpRequest) -> list[str] | None:
    """The ticked fields; None where there were no boxes."""
    return request.POST.getlist("field") if "choose" in request.POST else None


def _publishes(request: HttpRequest) -> bool:
    return request.POST.get("publish") == "1"


def _again(request: HttpRequest, found: Review, error: DomainError) -> Review:
    """The review afresh, with what was typed, why nothing was done, and what was done meanwhile."""
    found.problem = error.message
    found.meanwhile = newer_than(found.change, found.version, number_in(request.POST, "expected"))
    return typed(found, _chosen(request), request.POST.get("reason", ""), publish=_publishes(request))
