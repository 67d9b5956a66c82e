"""What every page of an agent begins with: its actor, and the agent of its URL."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from agents.models import Agent
from versioning.versions.views.entry import of_artifact
from versioning.workspaces.actor import Actor

View = Callable[..., HttpResponse]


def of_agent(view: View) -> View:
    """Hand the view its agent and the actor; a stranger gets what anyone gets for what never was."""
    shared = of_artifact(view)

    @wraps(view)
    def with_agent(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
        return shared(request, kind="agent", slug=slug, **numbers)

    return with_agent


def page_of(actor: Actor, agent: Agent, name: str, *numbers: int) -> str:
    """The address of one of an agent's pages."""
    return reverse(f"agents:{name}", args=[actor.workspace.slug, agent.slug, *numbers])
