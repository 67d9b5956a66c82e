"""What every lifecycle page begins with: the artifact of its URL, and its query as plain values."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from versioning.lib.errors import DomainError, not_found
from versioning.versions.kinds import KINDS
from versioning.versions.models import Artifact, Version
from versioning.versions.services.one_draft import as_rows_are
from versioning.workspaces.actor import actor_of

MOST = 2**31 - 1  # what a number of a version can be at most
View = Callable[..., HttpResponse]


def of_artifact(view: View) -> View:
    """Hand the view its artifact and the actor; a stranger gets what anyone gets for what never was."""

    @wraps(view)
    def with_artifact(request: HttpRequest, *, kind: str, slug: str, **numbers: int) -> HttpResponse:
        actor = actor_of(request)
        artifact = KINDS[kind].find(actor, slug) if "\0" not in slug else None
        if artifact is None:
            raise not_found()
        return view(request, actor, artifact, **numbers)

    return with_artifact


def version_or_404(artifact: Artifact, number: int) -> Version:
    """The version of that number with its source; the one draft as its rows are now."""
    found = Version.objects.of(artifact).numbered(number)
    if found is None:
        raise not_found()
    return as_rows_are(artifact, found)


def number_in(values: Any, name: str) -> int | None:
    """A number that a query or form carries, None where it carries none that can be."""
    given = str(values.get(name, "")).strip().removeprefix("v")
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= 10 else 0
    return number if 0 < number <= MOST else None


def shown_generation(request: HttpRequest) -> int:
    """The generation that a form was shown for; a form without one is refused."""
    given = request.POST.get("generation", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise DomainError("precondition_required", "This page is too old for that. Reload it and try again.")
    return int(given)
