"""What programs send and read about an agent and its own fields."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from ninja import Field, Schema

from agents.models import AgentType, State, Visibility
from agents.naming import named_by
from agents.schemas.parts import Expected, McpServerIn, SchemaIn, Tag, TriggerIn
from agents.services import section_of, tag_of
from versioning.lib.rest import Input
from versioning.versions.models import Version
from versioning.versions.schemas import ArtifactQuery, PointerOut
from versioning.workspaces.actor import Actor

LlmConfig = Annotated[
    dict[str, Any],
    Field(
        description="`model`, `instructions`, `temperature` (0 to 2) and what else the model's server takes. "
        '`prompts` names prompts of the workspace: `{slug: "live" or a number}`. No credentials.',
        examples=[{"model": "small", "instructions": "Be brief.", "prompts": {"greeting": "live"}}],
    ),
]
Metadata = Annotated[
    dict[str, Any],
    Field(
        description="Anything of your own, without credentials.",
        examples=[{"team": "front desk"}],
    ),
]
Visible = Annotated[Visibility, Field(description="Whom the programs that serve it shall show it to.")]
Wished = Annotated[State, Field(description="What you want of it; nothing that was observed.")]


class AgentQuery(ArtifactQuery):
    """Which agents are wanted."""

    show: Literal["all", "staging", "changes", "idle", "archived"] = Field(
        "all",
        description="All in use, those with staging, a draft that differs from what it was forked from, "
        "nothing live; archived.",
    )
    slug: str = Field("", max_length=100, description="Only the one of this slug.")


class AgentIn(Input):
    """A new agent; with its parts, if they are sent."""

    slug: str = Field(description="Fixed from now on, and never given again.", examples=["front-desk"])
    name: str = Field("", description="The slug, where it is empty.", examples=["Front desk"])
    bio: str = ""
    commercial_name: str = ""
    llm_config: LlmConfig = {}
    tags: list[str] = []
    type: AgentType = AgentType.ASSISTANT
    visibility: Visible = Visibility.WORKSPACE
    metadata: Metadata = {}
    status: Wished = State.ACTIVE
    schemas: list[SchemaIn] = []
    triggers: list[TriggerIn] = []
    mcp_servers: list[McpServerIn] = []


class AgentChangesIn(Input):
    """What to change of the draft's own fields; what is not sent stays."""

    name: str | None = None
    bio: str | None = None
    commercial_name: str | None = None
    llm_config: LlmConfig | None = None
    tags: list[str] | None = None
    type: AgentType | None = None
    visibility: Visible | None = None
    metadata: Metadata | None = None
    status: Wished | None = None
    archived: bool | None = Field(None, description="Not while it is live; archiving clears staging.")
    expected_version: Expected = None


class CopyIn(Input):
    """How the copy shall be called."""

    slug: str = Field(description="Fixed from now on, and never given again.", examples=["front-desk-2"])
    name: str = Field("", description="That of the version, where it is empty.")


class DraftRef(Schema):
    """Which version is the draft."""

    number: int = Field(examples=[8])
    label: str = Field(examples=["v8"])


class DraftOut(DraftRef):
    """The draft: what lock, publish and revert act on."""

    tag: str = Field(
        description="For `If-Match`; changes with every change of the draft or of a part of it.",
        examples=['"8-4be1c0ffee15900d"'],
    )

    @classmethod
    def of(cls, draft: Version) -> "DraftOut":
        """The draft as its rows are (`one_draft.draft_of`)."""
        return cls(number=draft.number, label=draft.label, tag=draft.tag)


class NamedOut(Schema):
    """A prompt that the draft names."""

    slug: str = Field(examples=["greeting"])
    wanted: int | str = Field(description="`live`, or a number.", examples=["live"])
    number: int | None = Field(description="The version that it is now; null: none is live.", examples=[8])
    live: int | None = Field(description="The version of the prompt that is live.", examples=[8])


class AgentLine(Schema):
    """An agent as lists have it."""

    id: UUID = Field(examples=["2378a810-6c01-4a41-9a4f-0d7d4a3a8a51"])
    slug: str = Field(examples=["front-desk"])
    name: str = Field(examples=["Front desk"])
    commercial_name: str
    type: AgentType
    visibility: Visible
    status: Wished
    tags: list[str]
    archived: bool
    draft: DraftRef
    live: PointerOut | None
    staging: PointerOut | None = Field(description="null also while the workspace has staging off.")
    generation: int = Field(description="Grows with every change of an answer; send it to bind a move to it.")
    versions: int
    created: datetime
    changed: datetime
    url: str = Field(description="Its page.")

    @classmethod
    def of(cls, actor: Actor, agent: Any) -> "AgentLine":
        """An agent (`with_pointers().with_version_count()`) as lists have it."""
        number = agent.last_number
        return cls(**_said(actor, agent), draft=DraftRef(number=number, label=f"v{number}"))


class AgentOut(AgentLine):
    """An agent: its pointers, and its draft's own fields.

    `tag` is that of these fields, `draft.tag` that of the whole draft.
    """

    draft: DraftOut
    tag: Tag
    bio: str
    llm_config: LlmConfig
    metadata: Metadata
    prompts: list[NamedOut] = Field(description="What `llm_config.prompts` comes to.")

    @classmethod
    def whole(cls, actor: Actor, agent: Any, draft: Version) -> "AgentOut":
        """An agent (`with_pointers().with_version_count()`) with its draft as its rows are."""
        named = [
            NamedOut(slug=each.slug, wanted=each.wanted, number=each.number, live=each.live)
            for each in named_by(actor, agent.llm_config)
        ]
        return cls(
            **_said(actor, agent), draft=DraftOut.of(draft), tag=tag_of(section_of(agent, "")),
            bio=agent.bio, llm_config=agent.llm_config, metadata=agent.metadata, prompts=named,
        )  # fmt: skip


def _said(actor: Actor, agent: Any) -> dict[str, Any]:
    staged = agent.staging if actor.workspace.staging_enabled else None
    return {
        "id": agent.pk, "slug": agent.slug, "name": agent.name, "commercial_name": agent.commercial_name,
        "type": agent.type, "visibility": agent.visibility, "status": agent.status, "tags": agent.tags,
        "archived": bool(agent.archived_at), "live": PointerOut.of(agent.live, agent.live_since),
        "staging": PointerOut.of(staged, agent.staging_since), "generation": agent.generation,
        "versions": agent.version_count, "created": agent.created_at, "changed": agent.changed_at,
        "url": f"{settings.PUBLIC_URL}/w/{actor.workspace.slug}/agents/{agent.slug}/",
    }  # fmt: skip
