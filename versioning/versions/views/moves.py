"""The moves of the two pointers, and the deletion of a draft: each reviewed or confirmed first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page, wants_part
from versioning.versions import services
from versioning.versions.kinds import KINDS, Kind, kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.arrival import reach
from versioning.versions.presenters.header import Links, header
from versioning.versions.presenters.look import Look
from versioning.versions.presenters.review import happened_since, review
from versioning.versions.presenters.rows import pointer_act
from versioning.versions.services.steps import refuse_archived
from versioning.versions.uses import uses_of
from versioning.versions.views.entry import number_in, of_artifact, shown_generation, version_or_404
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

# Refusals after which the same page is shown afresh.
AGAIN = ("stale", "invalid", "prompt_not_live")


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def promote(request: HttpRequest, actor: Actor, artifact: Artifact, number: int) -> HttpResponse:
    """Review, then point live at a version. The button acts on what was shown, or not at all."""
    return _reviewed(request, actor, artifact, number, "promote")


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def rollback(request: HttpRequest, actor: Actor, artifact: Artifact, number: int) -> HttpResponse:
    """Review, then point live at an older version again."""
    return _reviewed(request, actor, artifact, number, "rollback")


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def unpublish(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """Confirm, then clear live."""
    require(actor, Act.PUBLISH)
    links, error = Links(actor, artifact), None
    if request.method == "POST":
        try:
            message, generation = request.POST.get("message", ""), shown_generation(request)
            services.unpublish(actor, artifact, message=message, generation=generation)
            return _unpublished(request, links, artifact)
        except DomainError as refused:
            error = _again(refused)
            artifact = _as_it_is(actor, artifact)
    if artifact.live is None:
        return _nothing_done(request, links.to("versions"), "Nothing is live.")
    context = {
        "version": artifact.live, "generation": artifact.generation, "sequence": artifact.last_sequence,
        "action_url": links.to("unpublish"), "cancel_url": links.to("version", artifact.live.number),
        "error": error, "meanwhile": happened_since(artifact, _known(request)),
        "message": request.POST.get("message", ""), "buttons": [], "uses": uses_of(actor, artifact),
        "reach": reach(actor, artifact, links),
    }  # fmt: skip
    page = header(actor, artifact, tab="versions", current=artifact.live.number)
    return render_page(
        request, "versions/unpublish.html", page | context, status=error.status if error else 200
    )


@require_POST
@of_artifact
def stage(request: HttpRequest, actor: Actor, artifact: Artifact, number: int) -> HttpResponse:
    """Point staging at a version."""
    services.stage(actor, artifact, number)
    url = Links(actor, artifact).to("versions") + f"#v{number}"
    return _staged(request, url, f"Staging is on v{number}.", artifact, number)


@require_POST
@of_artifact
def unstage(request: HttpRequest, actor: Actor, artifact: Artifact) -> HttpResponse:
    """Clear staging."""
    services.unstage(actor, artifact)
    url = Links(actor, artifact).to("versions")
    return _staged(request, url, "Staging is cleared: test keys read live.", artifact)


@require_http_methods(["GET", "HEAD", "POST"])
@of_artifact
def delete(request: HttpRequest, actor: Actor, artifact: Artifact, number: int) -> HttpResponse:
    """Confirm, then delete a draft."""
    require(actor, Act.EDIT)
    version, links, error = version_or_404(artifact, number), Links(actor, artifact), None
    if request.method == "POST":
        try:
            services.delete_draft(actor, artifact, number, expected=request.POST.get("expected", ""))
            said = f"{version.label} is deleted. Its text stays in the history."
            return done(request, links.to("versions"), said=said, **{"version-changed": {}})
        except DomainError as refused:
            error = _again(refused)
            version = version_or_404(artifact, number)
    if not version.is_draft:
        url = links.to("version", number)
        return _nothing_done(
            request, url, f"{version.label} was live, so it is frozen and cannot be deleted."
        )
    context = _deletion(actor, artifact, version, links) | {"error": error}
    page = header(actor, artifact, tab="versions", current=number)
    return render_page(request, "versions/delete.html", page | context, status=error.status if error else 200)


def _reviewed(request: HttpRequest, actor: Actor, artifact: Artifact, number: int, act: str) -> HttpResponse:
    """The review page and its button: one for promote and roll back."""
    require(actor, Act.PUBLISH)
    refuse_archived(artifact)
    error = None
    if request.method == "POST":
        try:
            return _move(request, actor, artifact, number, act)
        except DomainError as refused:
            error = _again(refused)
            artifact = _as_it_is(actor, artifact)
    version, links = version_or_404(artifact, number), Links(actor, artifact)
    offered = pointer_act(artifact, version)
    if not _fits(artifact, act, offered):
        return _other_act(request, links, version, offered, error)
    message = request.POST.get("message", version.message if act == "promote" else "")
    found = review(actor, artifact, version, act, Look.of(request.GET), message)
    if error:
        found.problem = error.message
        found.meanwhile = happened_since(artifact, _known(request))
    context = {
        "review": found,
        "shown": found.shown,
        "artifact": artifact,
        "list_label": kind_of(artifact).namespace.capitalize(),
        "list_url": links.list(),
        "editor_url": links.to("editor"),
        "versions_url": links.to("versions"),
    }
    return render_page(
        request, "versions/review.html", context, part="changes" if not error else "",
        status=error.status if error else 200,
    )  # fmt: skip


def _move(request: HttpRequest, actor: Actor, artifact: Artifact, number: int, act: str) -> HttpResponse:
    """Do what the review was about, and say how to undo it."""
    message, generation = request.POST.get("message", ""), shown_generation(request)
    if act == "promote":
        expected, lock = request.POST.get("expected", ""), request.POST.get("as") != "draft"
        services.promote(
            actor, artifact, number, message=message, expected=expected, generation=generation, lock=lock
        )
    else:
        services.roll_back(actor, artifact, number, message=message, generation=generation)
    links, was = Links(actor, artifact), artifact.live.number if artifact.live else None
    kind = kind_of(artifact)
    said = _moved(kind, version_or_404(artifact, number), act) + (f" v{was} stays in history." if was else "")
    if wants_part(request) or not was:
        return done(request, links.to("versions"), said=said, **{"version-changed": {}})
    again = "rollback" if was < number else "promote"
    words = f"Roll back to v{was}…" if was < number else f"{kind.words.publish} v{was} again…"
    link = format_html('{} <a href="{}">{}</a>', said, links.to(again, was), words)
    messages.success(request, link)
    return HttpResponseRedirect(links.to("versions"), status=303)


def _moved(kind: Kind, version: Version, act: str) -> str:
    """What is so now, in words."""
    if act == "rollback" and not kind.one_draft:
        return f"{version.label} is live and its text is in your editor."
    if kind.one_draft and version.is_draft:
        return f"{version.label} is live. It is still the draft: each save of it is live at once."
    return f"{version.label} is live."


def _fits(artifact: Artifact, act: str, offered: str) -> bool:
    """Whether a page's act is one for a version. With one draft, an older one may be published as well."""
    return act == offered or (kind_of(artifact).one_draft and (act, offered) == ("promote", "rollback"))


def _unpublished(request: HttpRequest, links: Links, artifact: Artifact) -> HttpResponse:
    assert artifact.live
    was, kind = artifact.live.number, kind_of(artifact)
    said = f"v{was} is no longer live: {kind.words.refused}."
    if wants_part(request):
        return done(request, links.to("versions"), said=said, **{"version-changed": {}})
    link = format_html(
        '{} <a href="{}">{} v{} again…</a>', said, links.to("promote", was), kind.words.publish, was
    )  # fmt: skip
    messages.success(request, link)
    return HttpResponseRedirect(links.to("versions"), status=303)


def _staged(
    request: HttpRequest, url: str, said: str, artifact: Artifact, number: int | None = None
) -> HttpResponse:
    """Tell the header, the chart and the rows that stood or stand on staging."""
    was = artifact.staging.number if artifact.staging else None
    rows: dict[str, Any] = {f"v{n}-changed": {} for n in (number, was) if n}
    return done(request, url, said=said, **{"version-changed": {}}, **rows)


def _deletion(actor: Actor, artifact: Artifact, version: Version, links: Links) -> dict[str, Any]:
    """What a draft's deletion takes away, and what stays."""
    label = version.label
    text = [
        f"{label} by {version.author_name} goes, and its number is not given again. "
        "Its text stays in the History tab."
    ]
    if artifact.staging_id == version.pk and actor.workspace.staging_enabled:
        text.append(f"Staging stands on {label}: it is cleared, and test keys read live.")
    return {
        "title": f"Delete the draft {label}?", "text": text, "confirm_label": f"Delete {label}",
        "danger": True,
        "action_url": links.to("delete", version.number), "cancel_url": links.to("version", version.number),
        "hidden": [("expected", version.tag)], "version": version,
    }  # fmt: skip


def _again(error: DomainError) -> DomainError:
    """A refusal that the page itself answers; others become a page of their own."""
    if error.code not in AGAIN:
        raise error
    return error


def _as_it_is(actor: Actor, artifact: Artifact) -> Artifact:
    """The artifact as it stands now, after a refusal."""
    return KINDS[artifact.kind].find(actor, artifact.slug) or artifact


def _known(request: HttpRequest) -> int | None:
    return number_in(request.POST, "sequence")


def _other_act(
    request: HttpRequest, links: Links, version: Version, offered: str, error: DomainError | None
) -> HttpResponse:
    """Lead to the act that fits, since what is live changed or the address was written by hand."""
    if error:
        messages.warning(request, f"Nothing was done. {error.message}")
    if offered == "unpublish":
        return _nothing_done(
            request, links.to("version", version.number), f"{version.label} is live already."
        )
    return HttpResponseRedirect(links.to(offered, version.number), status=303)


def _nothing_done(request: HttpRequest, url: str, said: str) -> HttpResponse:
    messages.info(request, said)
    return HttpResponseRedirect(url, status=303)
