"""The one draft: locked, or reverted to what it was forked from. Each is confirmed first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from versioning.lib.errors import DomainError
from versioning.lib.htmx import render_page
from versioning.versions import services
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import Links, header
from versioning.versions.services.one_draft import draft_of
from versioning.versions.services.steps import refuse_archived
from versioning.versions.views.entry import of_artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

AGAIN = ("stale", "invalid", "prompt_not_live", "not_frozen")  # the page itself answers these


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def lock(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """Confirm, then freeze the draft; the next one opens at once."""
    require(actor, Act.EDIT)
    refuse_archived(artifact)
    links, error = Links(actor, artifact), None
    if request.method == "POST":
        try:
            expected, message = request.POST.get("expected", ""), request.POST.get("message", "")
            version = services.lock(actor, artifact, message=message, expected=expected)
            messages.success(request, f"{version.label} is locked.")
            return HttpResponseRedirect(links.to("editor"), status=303)
        except DomainError as refused:
            error = _again(refused)
    draft = draft_of(artifact)
    context = {
        "version": draft, "error": error, "action_url": links.to("lock"), "cancel_url": links.to("editor"),
        "message": request.POST.get("message", ""),
    }  # fmt: skip
    return _page(request, actor, artifact, "versions/lock.html", draft, context, error)


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def revert(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """Confirm, then put the draft back to the version that it was forked from."""
    require(actor, Act.EDIT)
    refuse_archived(artifact)
    links, error = Links(actor, artifact), None
    if request.method == "POST":
        try:
            version = services.revert(actor, artifact, expected=request.POST.get("expected", ""))
            messages.success(request, f"{version.label} is reverted.")
            return HttpResponseRedirect(links.to("editor"), status=303)
        except DomainError as refused:
            error = _again(refused)
    draft = draft_of(artifact)
    context = {
        "version": draft, "error": error, "action_url": links.to("revert"), "cancel_url": links.to("editor"),
    }  # fmt: skip
    return _page(request, actor, artifact, "versions/lock.html", draft, context, error)


def _page(
    request: HttpRequest, actor: Actor, artifact: Artifact, template: str, draft: Version,
    context: dict[str, Any], error: DomainError | None,
) -> HttpResponse:  # fmt: skip
    page = header(actor, artifact, tab="", current=draft.number)
    return render_page(request, template, page | context, status=error.status if error else 200)


def _again(error: DomainError) -> DomainError:
    """A refusal that the page itself answers; others become a page of their own."""
    if error.code not in AGAIN:
        raise error
    return error
