"""Settings → Playground: the server that answers."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from versioning.lib.htmx import done
from versioning.playground import services
from versioning.playground.forms import ProviderForm
from versioning.workspaces.actor import actor_of
from versioning.workspaces.forms import attempt
from versioning.workspaces.policy import Act, require
from versioning.workspaces.views.frame import framed


@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HttpRequest) -> HttpResponse:
    """The server: a form to who may change it, a list to who may try a version."""
    actor = actor_of(request)
    require(actor, Act.TRY)
    found = services.provider_of(actor)
    form = ProviderForm(request.POST) if request.method == "POST" else ProviderForm.of(found)
    if request.method == "POST":
        require(actor, Act.MANAGE)
        if attempt(form, lambda: services.change_provider(actor, **form.cleaned_data)):
            return done(request, _here(actor.workspace.slug), said="Saved. Try a version to see it answer.")
    page = framed(
        actor, "playground:provider", form=form, provider=found,
        private=settings.PLAYGROUND_ALLOW_PRIVATE,
    )  # fmt: skip
    return render(request, "playground/provider.html", page, status=422 if form.errors else 200)


@require_POST
def remove_provider(request: HttpRequest) -> HttpResponse:
    """Take the server away; runs are previews from then on."""
    actor = actor_of(request)
    services.remove_provider(actor)
    said = "The model server and its key are removed. What it answered stays."
    return done(request, _here(actor.workspace.slug), said=said)


def _here(workspace: str) -> str:
    return reverse("playground:provider", args=[workspace])
