"""REST: versions that are tried, and the server that answers. Members only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from versioning.lib.errors import not_found
from versioning.lib.paging import Page, PageQuery, paged
from versioning.lib.rest import MEMBERS
from versioning.playground import services
from versioning.playground.models import Run
from versioning.playground.schemas import Collection, ProviderIn, ProviderOut, RunIn, RunOut
from versioning.versions.kinds import KINDS
from versioning.versions.models import Artifact
from versioning.versions.services.steps import version_of
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

router = Router(tags=["Playground"])
NEWEST = ("created_at", "pk")


@router.post(
    "/{collection}/{slug}/versions/{int:n}/runs",
    auth=MEMBERS,
    response={202: RunOut},
    summary="Try a version",
)
def start_run(
    request: HttpRequest, collection: Collection, slug: str, n: int, payload: RunIn, response: HttpResponse
) -> Status[RunOut]:
    """Asks the workspace's model server what the version makes of it; read the run for the answer.

    Of an agent its id does as well as its slug. Editors may; keys may not.
    """
    actor = actor_of(request)
    require(actor, Act.TRY)
    artifact = _artifact(actor, collection, slug)
    [run] = services.start_runs(
        actor, artifact, [n], said=payload.input, values=payload.values, override=payload.use_provider_model
    )
    response["Location"] = f"/api/runs/{run.pk}"
    return Status(202, RunOut.of(actor, run))


@router.get(
    "/{collection}/{slug}/versions/{int:n}/runs", auth=MEMBERS, response=Page[RunOut], exclude_unset=True,
    summary="List a version's runs",
)  # fmt: skip
def list_runs(
    request: HttpRequest, collection: Collection, slug: str, n: int, page: Query[PageQuery]
) -> dict[str, Any]:
    """Newest first. Editors may; keys may not."""
    actor = actor_of(request)
    require(actor, Act.TRY)
    artifact = _artifact(actor, collection, slug)
    version_of(artifact, n)
    rows = Run.objects.in_workspace(actor).of(artifact).of_number(n).select_related("artifact")
    return paged(rows, page, NEWEST, lambda run: RunOut.of(actor, run))


@router.get("/runs/{uuid:run_id}", auth=MEMBERS, response=RunOut, summary="Read a run")
def read_run(request: HttpRequest, run_id: UUID) -> RunOut:
    """With as much of the answer as there is. Editors may; keys may not."""
    actor = actor_of(request)
    return RunOut.of(actor, services.run_of(actor, run_id))


@router.post("/runs/{uuid:run_id}/stop", auth=MEMBERS, response=RunOut, summary="Stop a run")
def stop_run(request: HttpRequest, run_id: UUID) -> RunOut:
    """Ends the answer where it is; one that has ended stays as it is. Editors may; keys may not."""
    actor = actor_of(request)
    return RunOut.of(actor, services.stop_run(actor, run_id))


@router.get("/playground/provider", auth=MEMBERS, response=ProviderOut, summary="Read the model server")
def read_provider(request: HttpRequest) -> ProviderOut:
    """Its key by its end; 404 where none is set. Editors may; keys may not."""
    actor = actor_of(request)
    require(actor, Act.TRY)
    found = services.provider_of(actor)
    if found is None:
        raise not_found()
    return ProviderOut.of(found)


@router.put("/playground/provider", auth=MEMBERS, response=ProviderOut, summary="Set the model server")
def change_provider(request: HttpRequest, payload: ProviderIn) -> ProviderOut:
    """Any OpenAI-compatible server. Another server takes a key of its own. Admins may."""
    return ProviderOut.of(services.change_provider(actor_of(request), **payload.dict()))


@router.delete("/playground/provider", auth=MEMBERS, response={204: None}, summary="Remove the model server")
def remove_provider(request: HttpRequest) -> Status[None]:
    """With its key; what it answered stays. Admins may."""
    services.remove_provider(actor_of(request))
    return Status(204, None)


def _artifact(actor: Actor, collection: str, slug: str) -> Artifact:
    """The artifact of that slug or id in a collection. Error: `not_found`."""
    kind = next((kind for kind in KINDS.values() if kind.namespace == collection), None)
    if kind is None or "\0" in slug:
        raise not_found()
    rows = Artifact.objects.in_workspace(actor).filter(kind=kind.name)
    found: Artifact | None = rows.filter(slug=slug).first() or rows.filter(pk=_id_in(slug)).first()
    if found is None:
        raise not_found()
    return found


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
