"""REST: which version, or which Change, each field of an agent came with."""

from django.http import HttpRequest
from ninja import Router

from agents.api.entry import Id, Number, find, numbered
from agents.schemas.blame import AgentBlameOut
from versioning.workspaces.policy import Act

router = Router(tags=["Versions of agents"])


@router.get("/{id}/versions/{n}/blame", response=AgentBlameOut, summary="Blame a version, field by field")
def blame_agent_version(request: HttpRequest, id: Id, n: Number) -> AgentBlameOut:
    """With which version each field came, long texts by line; of the draft's own, with which Change.

    Viewers may; keys with the scope `history`.
    """
    actor, agent = find(request, id, Act.READ)
    return AgentBlameOut.of(actor, agent, numbered(agent, n))
