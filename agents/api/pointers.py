"""REST: what is served of an agent: its live and its staging pointer. Every endpoint calls one verb."""

from django.http import HttpRequest
from ninja import Router

from agents.api.entry import OF_DRAFT, Id, agent_now, find, numbered
from agents.schemas.agents import AgentOut
from agents.schemas.versions import AgentRolledBackOut, AgentStageIn, PublishIn
from versioning.lib.rest import MEMBERS, expected_tag
from versioning.versions import services as versions
from versioning.versions.schemas import MoveIn, RollBackIn
from versioning.workspaces.policy import Act

router = Router(tags=["Pointers of agents"])
NO_REASON = MoveIn()  # its body may be left out


@router.post(
    "/{id}/publish", auth=MEMBERS, response=AgentOut, summary="Publish a version", openapi_extra=OF_DRAFT
)
def publish_agent(request: HttpRequest, id: Id, payload: PublishIn) -> AgentOut:
    """Makes a version live. The draft is locked first; by `"lock": false` it goes live itself.

    Editors may; admins where live is protected, and nobody a draft itself there.
    """
    actor, agent = find(request, id, Act.PUBLISH)
    version = numbered(agent, payload.version)
    expected = expected_tag(request, payload.expected_version)
    versions.promote(
        actor, agent, version.number, message=payload.message, expected=expected,
        generation=payload.generation, lock=payload.lock,
    )  # fmt: skip
    return agent_now(actor, agent)


@router.post("/{id}/unpublish", auth=MEMBERS, response=AgentOut, summary="Unpublish an agent")
def unpublish_agent(request: HttpRequest, id: Id, payload: MoveIn = NO_REASON) -> AgentOut:
    """Clears live: calls are refused, `no_live_version`. Editors may; admins where live is protected."""
    actor, agent = find(request, id, Act.PUBLISH)
    versions.unpublish(actor, agent, message=payload.message, generation=payload.generation)
    return agent_now(actor, agent)


@router.post("/{id}/rollback", auth=MEMBERS, response=AgentRolledBackOut, summary="Roll an agent back")
def roll_back_agent(request: HttpRequest, id: Id, payload: RollBackIn) -> AgentRolledBackOut:
    """Points live at an older locked version. The draft and newer versions stay as they are.

    Editors may; admins where live is protected.
    """
    actor, agent = find(request, id, Act.PUBLISH)
    versions.roll_back(actor, agent, payload.version, message=payload.message, generation=payload.generation)
    return AgentRolledBackOut(
        message=f"Live is v{payload.version} again", restored=agent_now(actor, agent),
        restored_to_version=payload.version,
    )  # fmt: skip


@router.put("/{id}/staging", auth=MEMBERS, response=AgentOut, summary="Set an agent's staging")
def stage_agent(request: HttpRequest, id: Id, payload: AgentStageIn) -> AgentOut:
    """Points staging at any version, the draft too. Editors may."""
    actor, agent = find(request, id, Act.STAGE)
    number = numbered(agent, payload.version).number
    versions.stage(actor, agent, number, generation=payload.generation)
    return agent_now(actor, agent)


@router.delete("/{id}/staging", auth=MEMBERS, response=AgentOut, summary="Clear an agent's staging")
def unstage_agent(request: HttpRequest, id: Id, generation: int | None = None) -> AgentOut:
    """Test keys then read what is live. Editors may."""
    actor, agent = find(request, id, Act.STAGE)
    versions.unstage(actor, agent, generation=generation)
    return agent_now(actor, agent)
