"""What every page of an agent begins with: its actor, and the agent of its URL."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from agents.desk import MODELS
from agents.models import Agent
from versioning.lib.errors import not_found
from versioning.versions.kinds import KINDS
from versioning.versions.views.entry import of_artifact
from versioning.workspaces.actor import Actor

View = Callable[..., HttpResponse]


def of_agent(view: View) -> View:
    """Hand the view its agent and the actor; a stranger gets what anyone gets for what never was."""
    shared = of_artifact(view)

    @wraps(view)
    def with_agent(request: HttpRequest, slug: str, **rest: object) -> HttpResponse:
        return shared(request, kind="agent", slug=slug, **rest)

    return with_agent


def of_parts(view: View) -> View:
    """As `of_agent`, for the addresses of parts: `section` must be one that has them."""

    @of_agent
    @wraps(view)
    def with_parts(
        request: HttpRequest, actor: Actor, agent: Agent, section: str, **rest: object
    ) -> HttpResponse:
        if section not in MODELS:
            raise not_found()
        return view(request, actor, agent, section, **rest)

    return with_parts


def as_it_is(actor: Actor, agent: Agent) -> Agent:
    """The agent as somebody else may have left it by now."""
    found = KINDS["agent"].find(actor, agent.slug)
    if found is None:
        raise not_found()
    return cast(Agent, found)


def page_of(actor: Actor, agent: Agent, name: str, *rest: object) -> str:
    """The address of one of an agent's pages."""
    return reverse(f"agents:{name}", args=[actor.workspace.slug, agent.slug, *rest])
