"""What programs send and read about the versions of an agent, and the moves of its pointers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from ninja import Field, Schema

from agents.canonical import parsed
from agents.models import Agent
from agents.schemas.agents import AgentOut, DraftOut
from versioning.lib.rest import Input
from versioning.versions.diff import as_data, compare_fields
from versioning.versions.models import Version
from versioning.versions.schemas import Expected, Generation, Message, MoveIn, RolledBack, version_fields
from versioning.workspaces.actor import Actor

DRAFT = "draft"
Wanted = Annotated[
    Annotated[int, Field(ge=1, le=2**31 - 1)] | Literal["draft"],
    Field(description="A version's number, or `draft`.", examples=[3]),
]


class CompareQuery(Schema):
    """Which two versions."""

    old: Wanted = Field(alias="from")
    new: Wanted = Field(alias="to")


class LockIn(Input):
    """Why the draft is locked, and what was reviewed."""

    message: str = Message
    expected_version: str | None = Expected


class RevertIn(Input):
    """Which draft was seen."""

    expected_version: str | None = Expected


class PublishIn(MoveIn):
    """Which version goes live and why, and what was reviewed."""

    version: Wanted
    lock: bool = Field(
        True,
        description="Of the draft alone. false makes the draft itself live: later saves are live at once.",
    )
    expected_version: str | None = Expected


class AgentStageIn(Input):
    """Where staging shall point."""

    version: Wanted
    generation: int | None = Generation


class AgentVersionOut(Schema):
    """A version of an agent."""

    label: str = Field(examples=["v8"])
    number: int = Field(examples=[8])
    state: Literal["draft", "locked"]
    live: bool = Field(description="Whether the live pointer stands on it.")
    staging: bool = Field(description="Whether the staging pointer stands on it.")
    message: str
    author: str
    created: datetime
    updated: datetime
    locked_at: datetime | None = Field(description="Since when it is frozen; null for the draft.")
    forked_from: int | None = Field(description="The number that it was forked from.")
    tag: str = Field(
        description="For `If-Match`; the draft's changes with every change of it.",
        examples=['"8-4be1c0ffee15900d"'],
    )
    configuration: dict[str, Any] = Field(
        {},
        description="`agent`, `schemas`, `triggers`, `mcp_servers`, as they are locked: sorted, prompts as "
        "numbers, credentials as references. In lists only with `include=source`.",
    )

    @classmethod
    def of(cls, actor: Actor, agent: Agent, version: Version, *, text: bool = True) -> "AgentVersionOut":
        """A version as programs read it (the draft by `as_rows_are`), with or without its configuration."""
        given = {"configuration": parsed(version.source)} if text else {}
        return cls(
            **version_fields(actor, agent, version), state="draft" if version.is_draft else "locked",
            live=agent.live_id == version.pk, **given,
        )  # fmt: skip


class LockedOut(Schema):
    """The version that was locked, and the draft that opened."""

    version: AgentVersionOut
    draft: DraftOut


class AgentRolledBackOut(RolledBack):
    """What a rollback of an agent did."""

    restored: AgentOut


class FieldsOut(Schema):
    """The diff of two configurations, field by field."""

    from_version: int = Field(examples=[1])
    to_version: int = Field(examples=[3])
    diff: dict[str, Any] = Field(
        description="By path. `from` is null for what was added, `to` for what was removed; `note` says that "
        "a secret changed or that something moved.",
        examples=[{"bio": {"from": "Original bio text", "to": "Updated bio text"}}],
    )
    changed_field_count: int = Field(examples=[1])
    url: str = Field(description="Its page.")


class AgentComparedOut(Schema):
    """The answer of a comparison."""

    success: bool = True
    comparison: FieldsOut

    @classmethod
    def of(cls, actor: Actor, agent: Agent, old: Version, new: Version) -> "AgentComparedOut":
        """The diff of two versions as programs read it."""
        diff = as_data(compare_fields(parsed(old.source), parsed(new.source)))
        page = f"/w/{actor.workspace.slug}/agents/{agent.slug}/compare/{old.number}...{new.number}/"
        comparison = FieldsOut(
            from_version=old.number, to_version=new.number, diff=diff, changed_field_count=len(diff),
            url=settings.PUBLIC_URL + page,
        )  # fmt: skip
        return cls(comparison=comparison)
