"""Use in code: how programs read an agent, and begin conversations with it."""

from typing import Any

from django.conf import settings

from agents.models import Agent
from versioning.versions.kinds import kind_of
from versioning.versions.models import Version
from versioning.versions.presenters.code import (
    FACTS,
    Call,
    Section,
    abridged,
    address,
    code_page,
    curl,
    example,
    moment,
    reading,
    short,
    written,
)  # fmt: skip
from versioning.versions.services.one_draft import as_rows_are, draft_of
from versioning.workspaces.actor import Actor

A_CONVERSATION = "0c4f4f5e-7a0b-4a57-9d0c-0a6d3a6b1c2d"
CONTENT = (
    "content",
    "The configuration. Of its schemas it holds those that are active; of a secret no more than a reference.",
)
IN_A_CONVERSATION = (
    ("id", "Ask for the conversation by it, with any key of this workspace, for as long as you like."),
    ("digest", "Of the content, which never changes, whatever is published or edited since."),
    ("connector", "By which connector it came in; null where it was started here."),
)
REFUSALS = (
    ("404", "no_live_version", "To a read: the agent is there, nothing of it is live. Publish a version."),
    ("409", "no_live_version", "To a conversation: the call is refused for the same reason."),
)


def calls_of(actor: Actor, agent: Agent) -> dict[str, Any]:
    """The page *Use in code* of an agent."""
    locked = Version.objects.of(agent).exclude(locked_at=None).newest_first()
    served = _served(agent)
    sections = [
        reading(
            actor, agent, pinned=locked.values_list("number", flat=True).first(), settled="A locked version"
        ),
        Section(
            "The answer", "JSON, with long texts and lists cut short here.",
            answer=example(agent, agent.live and served, content=_content(agent, served)),
            facts=(CONTENT, *FACTS),
        ),
        Section(
            "Begin a conversation",
            "A conversation stays on the version that it began with, for life.", _conversations(agent),
        ),
        Section(
            "The conversation", "JSON, the same bytes each time.", answer=_conversation(agent, served),
            facts=IN_A_CONVERSATION,
        ),
    ]  # fmt: skip
    return code_page(actor, agent, sections, REFUSALS)


def _served(agent: Agent) -> Version:
    """What is live, else the draft: as it would be."""
    live = Version.objects.of(agent).numbered(agent.live.number) if agent.live else None
    return as_rows_are(agent, live) if live else draft_of(agent)


def _content(agent: Agent, version: Version) -> Any:
    return abridged(kind_of(agent).delivered(version.source)["content"])


def _conversations(agent: Agent) -> list[Call]:
    """The calls that begin a conversation and read it."""
    begin = (
        f"-X POST {address(agent)}/conversations \\\n  -H 'Idempotency-Key: call-4711' "
        '\\\n  -d \'{"caller": "+41791234567"}\''
    )
    note = (
        "On the live version; with a test key on staging. The body is optional, and says who calls. Sent "
        "again with the same Idempotency-Key, it begins no second one."
    )
    read = f"{settings.PUBLIC_URL}/v1/conversations/{A_CONVERSATION}"
    return [
        Call("Begin one", curl(begin, "LIVE"), note),
        Call("Read it again", curl(read, "LIVE"), "Whatever was published, rolled back or edited since."),
    ]


def _conversation(agent: Agent, version: Version) -> str:
    return written(
        {
            "id": A_CONVERSATION, "agent": agent.slug, "label": version.label, "number": version.number,
            "digest": short(version), "served_from": "live", "connector": None, "started_at": moment(None),
            "content": {"…": "as above"},
        }
    )  # fmt: skip
