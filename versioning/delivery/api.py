"""REST: who reads an artifact, and whether what is published has arrived."""

from uuid import UUID

from django.http import HttpRequest
from ninja import P, PathEx, Query, Router

from versioning.delivery.schemas import ClientsOut, ClientsQuery
from versioning.lib.errors import not_found
from versioning.versions.models import Artifact
from versioning.versions.readers import readers
from versioning.versions.services.artifacts import SLUG, SLUG_LIMIT
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

router = Router(tags=["Clients"])

Id = PathEx[str, P(description="The agent's id, or its slug.", example="front-desk")]


@router.get("/prompts/{slug}/clients", response=ClientsOut, summary="Read who reads a prompt")
def read_prompt_clients(request: HttpRequest, slug: str, asked: Query[ClientsQuery]) -> ClientsOut:
    """Which programs serve what the pointer stands on, as they were seen in the last five minutes.

    What they read is written down every five seconds. Viewers may; keys with the scope `history`.
    """
    actor = actor_of(request)
    require(actor, Act.READ)
    return _clients(actor, _called(actor, "prompt", slug), asked)


@router.get("/agents/{id}/clients", response=ClientsOut, summary="Read who reads an agent")
def read_agent_clients(request: HttpRequest, id: Id, asked: Query[ClientsQuery]) -> ClientsOut:
    """Which programs serve what the pointer stands on, as they were seen in the last five minutes.

    What they read is written down every five seconds. Viewers may; keys with the scope `history`.
    """
    actor = actor_of(request)
    require(actor, Act.READ)
    return _clients(actor, _called(actor, "agent", id), asked)


def _clients(actor: Actor, artifact: Artifact, asked: ClientsQuery) -> ClientsOut:
    known = readers()
    return ClientsOut.of(known.arrival(actor, artifact, asked.pointer), known.uses(actor, artifact))


def _called(actor: Actor, kind: str, text: str) -> Artifact:
    """The artifact of that slug; of an agent its id does as well, and comes first. Error: `not_found`."""
    if not SLUG.fullmatch(text) or len(text) > SLUG_LIMIT:
        raise not_found()
    rows = Artifact.objects.in_workspace(actor).with_pointers().filter(kind=kind)
    by_id = rows.filter(pk=text).first() if kind == "agent" and _is_id(text) else None
    found: Artifact | None = by_id or rows.filter(slug=text).first()
    if found is None:
        raise not_found()
    return found


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
