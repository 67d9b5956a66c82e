"""What every page of one webhook begins with: who may, and the webhook of its URL."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from versioning.webhooks.models import Endpoint
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require

View = Callable[..., HttpResponse]


def of_endpoint(view: View) -> View:
    """Hand the view the actor and its endpoint with its state; a stranger's is not there."""

    @wraps(view)
    def with_endpoint(request: HttpRequest, endpoint_id: UUID, **more: Any) -> HttpResponse:
        actor = actor_of(request)
        require(actor, Act.MANAGE)
        found = Endpoint.objects.in_workspace(actor).with_state().one(endpoint_id)
        return view(request, actor, found, **more)

    return with_endpoint
