"""What the endpoints of agents share: who asks, which agent, which version, and how it now is."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import P, PathEx, Schema

from agents.models import Agent
from agents.schemas.agents import AgentOut
from agents.schemas.versions import DRAFT, AgentVersionOut
from versioning.lib.errors import not_found
from versioning.lib.rest import if_match
from versioning.versions.models import Version
from versioning.versions.querysets import LAST
from versioning.versions.services.artifacts import SLUG, SLUG_LIMIT
from versioning.versions.services.one_draft import as_rows_are, draft_of
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

Id = PathEx[str, P(description="The agent's id, or its slug.", example="front-desk")]
Number = PathEx[str, P(description="The version's number, or `draft`.", example="3")]

OF_AGENT = if_match(
    "The agent's `tag` as you read it: 412 `stale` where its own fields were changed since.",
    '"1f0c7a52b9d3e684"',
)
OF_PART = if_match("Its `tag` as you read it: 412 `stale` where it was changed since.", '"1f0c7a52b9d3e684"')
OF_DRAFT = if_match(
    "The draft's `tag` as you read it: 412 `stale` where anything of the draft changed since.",
    '"8-4be1c0ffee15900d"',
)


def find(request: HttpRequest, id: str, act: Act) -> tuple[Actor, Agent]:
    """Who asks, and the agent; refused before it is looked up, lest a 403 tell that it is there."""
    actor = actor_of(request)
    return actor, agent_called(actor, id, act)


def agent_called(actor: Actor, id: str, act: Act) -> Agent:
    """The agent of that id or slug, for an act. Errors: `forbidden`, `not_found`.

    An id comes before a slug that looks like one.
    """
    require(actor, act)
    rows = Agent.objects.in_workspace(actor)
    found: Agent | None = None
    if SLUG.fullmatch(id) and len(id) <= SLUG_LIMIT:
        found = (rows.filter(pk=id).first() if _is_id(id) else None) or rows.filter(slug=id).first()
    if found is None:
        raise not_found()
    return found


def numbered(agent: Agent, which: str | int) -> Version:
    """The version of that number, or the draft; the draft as its rows are. Error: `not_found`."""
    rows = Version.objects.of(agent).with_fork()
    if which == DRAFT:
        return as_rows_are(agent, rows.drafts().get())
    number = str(which)
    wanted = int(number) if number.isdecimal() and number.isascii() and len(number) <= 10 else 0
    found = rows.numbered(wanted) if 0 < wanted <= LAST else None
    if found is None:
        raise not_found()
    return as_rows_are(agent, found)


def agent_now(actor: Actor, agent: Agent, response: HttpResponse | None = None) -> AgentOut:
    """The agent as it now is, the tag of its own fields in `ETag`."""
    rows = Agent.objects.in_workspace(actor).with_pointers().with_version_count()
    shown = AgentOut.whole(actor, rows.get(pk=agent.pk), draft_of(agent))
    if response is not None:
        response["ETag"] = shown.tag
    return shown


def version_now(actor: Actor, agent: Agent, which: str | int, response: HttpResponse) -> AgentVersionOut:
    """The version as it now is, its tag in `ETag`."""
    version = numbered(agent, which)
    agent.refresh_from_db(fields=["live", "staging"])
    response["ETag"] = version.tag
    return AgentVersionOut.of(actor, agent, version)


def given(payload: Schema, *others: str) -> dict[str, Any]:
    """The fields that a body brings, those named in `others` left out."""
    sent = payload.dict(exclude_unset=True, exclude=set(others))
    return {name: value for name, value in sent.items() if value is not None}


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
