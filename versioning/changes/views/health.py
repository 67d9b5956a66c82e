"""Settings → Health: whether the record is whole."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from versioning.changes.presenters.health import health_page
from versioning.changes.services.health import health, verify_now
from versioning.lib.htmx import done
from versioning.workspaces.actor import actor_of
from versioning.workspaces.templatetags.previse import named
from versioning.workspaces.views.frame import framed


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """What is known of the record; by POST all of it is verified anew."""
    actor = actor_of(request)
    if request.method == "POST":
        found = verify_now(actor)
        said = f"Found {named(found.found, 'fault')}." if found.found else "Verified: the record is whole."
        return done(request, reverse("changes:health", args=[actor.workspace.slug]), said=said)
    page = health_page(actor, health(actor))
    return render(request, "changes/health.html", framed(actor, "changes:health", **page))
