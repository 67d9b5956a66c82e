"""What every page of a prompt begins with: its actor, and the prompt of its URL."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from prompts.models import Prompt
from versioning.lib.errors import not_found
from versioning.workspaces.actor import Actor, actor_of

View = Callable[..., HttpResponse]


def of_prompt(view: View) -> View:
    """Hand the view its prompt and the actor; a stranger gets what anyone gets for what never was."""

    @wraps(view)
    def with_prompt(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
        actor = actor_of(request)
        prompts = Prompt.objects.in_workspace(actor).with_pointers()
        prompt = prompts.filter(slug=slug).first() if "\0" not in slug else None
        if prompt is None:
            raise not_found()
        return view(request, actor, prompt, **numbers)

    return with_prompt


def page_of(actor: Actor, prompt: Prompt, name: str, *numbers: int) -> str:
    """The address of one of a prompt's pages."""
    return reverse(f"prompts:{name}", args=[actor.workspace.slug, prompt.slug, *numbers])
