"""The one draft: locked, or reverted to what it was forked from. Each is confirmed first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page, wants_part
from versioning.versions import services
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.versions.presenters.drafts import locking, reverting
from versioning.versions.presenters.header import Links, header
from versioning.versions.presenters.look import Look
from versioning.versions.presenters.review import happened_since
from versioning.versions.presenters.standing import Draft, draft_state
from versioning.versions.services.one_draft import require_write
from versioning.versions.services.steps import refuse_archived
from versioning.versions.views.entry import number_in, of_artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may, require

AGAIN = ("stale", "invalid", "unchanged", "prompt_not_live", "not_frozen")  # the page itself answers these


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def lock(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """Confirm, then freeze the draft; the next one opens at once."""
    draft, error = _draft(actor, artifact), None
    if request.method == "POST":
        message, expected = request.POST.get("message", ""), request.POST.get("expected", "")
        try:
            version = services.lock(actor, artifact, message=message, expected=expected)
            return _locked(request, actor, artifact, version.number)
        except DomainError as refused:
            error = _again(refused)
            draft = draft_state(artifact)
    context = locking(actor, artifact, draft) | _shown(request, artifact, error)
    page = header(actor, artifact, tab="", current=draft.version.number)
    return render_page(
        request, "versions/lock.html", page | context | {"buttons": []}, status=error.status if error else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def revert(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """Show what would be thrown away, then put the draft back to the version that it was forked from."""
    draft, error = _draft(actor, artifact), None
    if request.method == "POST":
        try:
            version = services.revert(actor, artifact, expected=request.POST.get("expected", ""))
            return _reverted(request, actor, artifact, draft, version.label)
        except DomainError as refused:
            error = _again(refused)
            draft = draft_state(artifact)
    if not (draft.base and draft.changes):
        equals = f"{draft.version.label} equals {draft.base.label}" if draft.base else "There is one version"
        messages.info(request, f"{equals}: there is nothing to revert.")
        return HttpResponseRedirect(Links(actor, artifact).to("editor"), status=303)
    context = reverting(actor, artifact, draft, Look.of(request.GET)) | _shown(request, artifact, error)
    return render_page(
        request, "versions/revert.html", context, part="changes" if not error else "",
        status=error.status if error else 200,
    )  # fmt: skip


def _draft(actor: Actor, artifact: Artifact) -> Draft:
    """The draft, where the actor may lock or revert it."""
    require(actor, Act.EDIT)
    refuse_archived(artifact)
    draft = draft_state(artifact)
    require_write(actor, artifact, draft.version)
    return draft


def _locked(request: HttpRequest, actor: Actor, artifact: Artifact, number: int) -> HttpResponse:
    links, publish = Links(actor, artifact), kind_of(artifact).words.publish
    said = f"v{number} is locked. v{number + 1} is the draft now."
    if may(actor, Act.PUBLISH) and (artifact.live is None or artifact.live.number != number):
        said = format_html(
            '{} <a href="{}">{} v{}…</a>', said, links.to("promote", number), publish, number
        )  # fmt: skip
    return _done(request, links.to("editor"), said)


def _reverted(
    request: HttpRequest, actor: Actor, artifact: Artifact, draft: Draft, label: str
) -> HttpResponse:
    links, base = Links(actor, artifact), draft.base
    assert base
    words = f"{label} is back to {base.label}. What it was stays in the"
    said = format_html('{} <a href="{}">history</a>.', words, links.to("history"))
    return _done(request, links.to("editor"), said)


def _done(request: HttpRequest, url: str, said: str) -> HttpResponse:
    if wants_part(request):
        return done(request, url, said=said, **{"version-changed": {}})
    messages.success(request, said)
    return HttpResponseRedirect(url, status=303)


def _shown(request: HttpRequest, artifact: Artifact, error: DomainError | None) -> dict[str, Any]:
    """What a refused form says, and what was typed into it."""
    known = number_in(request.POST, "sequence")
    since = happened_since(artifact, known) if error and error.code == "stale" else []
    return {
        "error": error,
        "meanwhile": since,
        "message": request.POST.get("message", ""),
        "sequence": artifact.last_sequence if not since else since[-1].event.sequence,
    }


def _again(error: DomainError) -> DomainError:
    """A refusal that the page itself answers; others become a page of their own."""
    if error.code not in AGAIN:
        raise error
    return error
