"""A prompt from outside its text: how programs read it, what it is called, whether it is in use."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prompts import services
from prompts.forms import PromptWords
from prompts.models import Prompt
from prompts.presenters import calls_of
from prompts.views.entry import of_prompt, page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page
from versioning.versions.presenters.header import header
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


@require_safe
@of_prompt
def code(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """The calls by which a program reads this prompt, ready to copy. No key is shown."""
    return render_page(request, "versions/code.html", calls_of(actor, prompt))


@require_http_methods(["GET", "HEAD", "POST"])
@of_prompt
def settings_page(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """Name, description and tags; archive and unarchive."""
    words = {"name": prompt.name, "description": prompt.description, "tags": ", ".join(prompt.tags)}
    form = PromptWords(request.POST) if request.method == "POST" else PromptWords(initial=words)
    if request.method == "POST":
        require(actor, Act.EDIT)
        if form.is_valid():
            try:
                services.change_prompt(actor, prompt, **form.cleaned_data)
            except DomainError as error:
                form.blame(error)
            else:
                return done(request, page_of(actor, prompt, "settings"), said="Saved.")
    shown = header(actor, prompt, tab="settings") | {"prompt": prompt, "form": form}
    return render_page(request, "prompts/settings.html", shown, status=422 if form.errors else 200)


@require_POST
@of_prompt
def archive(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """Put the prompt away; its history stays to be read."""
    services.archive(actor, prompt)
    return done(request, page_of(actor, prompt, "settings"), said=f"Archived {prompt.slug}.")


@require_POST
@of_prompt
def unarchive(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """Take the prompt out of the archive."""
    services.unarchive(actor, prompt)
    return done(request, page_of(actor, prompt, "settings"), said=f"{prompt.slug} is in use again.")
