"""Settings → General: the name, the two switches, closing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from versioning.lib.htmx import done
from versioning.workspaces.actor import actor_of
from versioning.workspaces.forms import CloseForm, SettingsForm, attempt
from versioning.workspaces.policy import Act, require
from versioning.workspaces.services.workspaces import change_workspace, close_workspace
from versioning.workspaces.views.frame import framed, url


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The settings: a form to who may change them, a list to everyone else."""
    actor = actor_of(request)
    form = SettingsForm(request.POST) if request.method == "POST" else SettingsForm.of(actor.workspace)
    if request.method == "POST":
        require(actor, Act.MANAGE)
        if attempt(form, lambda: change_workspace(actor, **form.cleaned_data)):
            return done(request, url(actor, "settings"), said="Settings saved")
    page = framed(actor, "settings", form=form, close_url=url(actor, "close"))
    return render(request, "workspaces/settings.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Ask for the slug, then close for good."""
    actor = actor_of(request)
    require(actor, Act.OWN)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        attempt(form, lambda: close_workspace(actor, **form.cleaned_data))
        if form.is_valid():
            return done(request, "/", said=f"The workspace {actor.workspace.name} is closed")
    page = {"form": form, "cancel_url": url(actor, "settings")}
    return render(request, "workspaces/close.html", page, status=422 if form.errors else 200)
