"""What programs send and read about versions, pointers and Events, whatever the kind of artifact."""

from datetime import datetime
from typing import Any, Literal, TypedDict
from uuid import UUID

from ninja import Field, Schema

from versioning.lib.paging import PageQuery
from versioning.lib.rest import Input
from versioning.versions.models import Artifact, Version
from versioning.versions.moments import moment, moves_at
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

Number = Field(ge=1, le=2**31 - 1, description="The version's number.", examples=[8])
# Their examples bind to nothing: a page that is tried out sends them.
Expected = Field(
    None, max_length=60, description="The version's `tag`: 412 if it was rewritten.", examples=[None]
)
Generation = Field(
    None, description="The `generation` as you saw it: 412 if a pointer moved since.", examples=[None]
)
Message = Field("", description="Why; kept in the Event.", examples=["Shorter greeting"])


class ArtifactQuery(PageQuery):
    """Which artifacts of a kind are wanted."""

    q: str = Field("", max_length=500, description="Words in slug, name, tags, newest message or author.")
    sort: Literal["created", "changed"] = Field(
        "created", description="Newest first by this. A walk by cursor meets each once by `created`."
    )


class VersionQuery(PageQuery):
    """Which versions are wanted."""

    q: str = Field("", max_length=500, description="Words in label, message or author.")
    text: bool = Field(False, description="Search the texts too.")
    include: Literal["", "source"] = Field("", description="`source`: with the texts.")


class MomentQuery(Schema):
    """Which moment is wanted."""

    at: str = Field("", max_length=60, description="ISO 8601 with an offset; now, if empty.")


class DraftIn(Input):
    """What to rewrite of a draft; what is not sent stays."""

    source: str | None = None
    message: str | None = None
    expected_version: str | None = Expected


class VersionIn(Input):
    """A text, to be saved as the next version."""

    source: str = Field(examples=["Hello {{ name }}."])
    message: str = Message
    base: int | None = Field(None, ge=1, le=2**31 - 1, description="The number that it was written from.")
    newest: int | None = Field(
        None, ge=0, le=2**31 - 1, examples=[None],
        description="The newest number that you know, 0 for none: 412 where a newer version was saved since, "
        "409 `unchanged` where the newest has this text already.",
    )  # fmt: skip


class MoveIn(Input):
    """Why a pointer moves, and what it was bound to."""

    message: str = Message
    generation: int | None = Generation


class PromoteIn(MoveIn):
    """Why a version goes live, and what was reviewed."""

    expected_version: str | None = Expected


class RollBackIn(MoveIn):
    """Where live goes back to."""

    version: int = Number


class StageIn(Input):
    """Where staging shall point."""

    version: int = Number
    generation: int | None = Generation


class PointerOut(Schema):
    """Where a pointer stands."""

    number: int = Field(examples=[8])
    label: str = Field(examples=["v8"])
    since: datetime | None

    @classmethod
    def of(cls, version: Version | None, since: datetime | None) -> "PointerOut | None":
        """A pointer as programs read it; None where it is not set."""
        return cls(number=version.number, label=version.label, since=since) if version else None


class RolledBack(Schema):
    """What a rollback did, whatever the kind; it makes no version."""

    success: bool = True
    message: str = Field(examples=["Live is v5 again"])
    restored: Any
    restored_to_version: int = Field(examples=[5])
    new_version: None = None


class VersionFields(TypedDict):
    """What is said of a version of any kind."""

    label: str
    number: int
    staging: bool
    message: str
    author: str
    created: datetime
    updated: datetime
    locked_at: datetime | None
    forked_from: int | None
    tag: str


class VersionOut(Schema):
    """A version."""

    label: str = Field(examples=["v8"])
    number: int = Field(examples=[8])
    status: Literal["live", "draft", "retired"] = Field(description="`retired` was live, and is not now.")
    staging: bool = Field(description="Whether the staging pointer stands on it.")
    message: str
    author: str
    created: datetime
    updated: datetime
    locked_at: datetime | None = Field(description="Since when its source is frozen; null for a draft.")
    forked_from: int | None = Field(description="The number that it was written from.")
    tag: str = Field(description="For `If-Match`; changes with every rewrite.", examples=['"8-1"'])


def version_fields(actor: Actor, artifact: Artifact, version: Version) -> VersionFields:
    """What is said of a version of any kind, for a kind's own schema."""
    staged = actor.workspace.staging_enabled and artifact.staging_id == version.pk
    return {
        "label": version.label, "number": version.number, "staging": staged, "message": version.message,
        "author": version.author_name, "created": version.created_at, "updated": version.updated_at,
        "locked_at": version.locked_at,
        "forked_from": version.forked_from.number if version.forked_from else None, "tag": version.tag,
    }  # fmt: skip


class ActorOut(Schema):
    """Who acted."""

    kind: str = Field(examples=["member"])
    id: UUID | None
    label: str = Field(examples=["Eve"])


class ArtifactRef(Schema):
    """Which artifact it was about."""

    kind: str = Field(examples=["prompt"])
    slug: str = Field(examples=["greeting"])


class EventOut(Schema):
    """One recorded act. `sequence` counts without gaps per artifact; `act_id` joins the Events of one act."""

    id: UUID
    name: str = Field(examples=["version.published"])
    artifact: ArtifactRef | None = Field(description="null for acts on the workspace itself.")
    sequence: int
    act_id: UUID
    from_version: int | None
    to_version: int | None
    message: str
    data: dict[str, Any] = Field(description="Lists leave out `former.source`; the Event by itself has it.")
    actor: ActorOut
    via: str = Field(examples=["rest"])
    request_id: str
    created: datetime

    @classmethod
    def of(cls, event: Event, artifact: ArtifactRef | None) -> "EventOut":
        """An Event as programs read it."""
        return cls(
            id=event.id, name=event.name, artifact=artifact, sequence=event.sequence,
            act_id=event.act_id, from_version=event.from_number, to_version=event.to_number,
            message=event.message, data=event.brief if hasattr(event, "brief") else event.data,
            actor=ActorOut(kind=event.actor_kind, id=event.actor_id, label=event.actor_label),
            via=event.via, request_id=event.request_id, created=event.created_at,
        )  # fmt: skip


class StoodOut(Schema):
    """Where a pointer stood at a moment, who put it there, and why."""

    number: int | None = Field(description="null: it had been cleared.")
    label: str | None
    since: datetime
    event: str = Field(examples=["version.rolled_back"])
    actor: ActorOut
    message: str

    @classmethod
    def of(cls, event: Event | None) -> "StoodOut | None":
        """The last move before the moment; None where there was none."""
        if event is None:
            return None
        number = event.to_number
        return cls(
            number=number, label=f"v{number}" if number else None, since=event.created_at,
            event=event.name, message=event.message,
            actor=ActorOut(kind=event.actor_kind, id=event.actor_id, label=event.actor_label),
        )  # fmt: skip


class ServedAtOut(Schema):
    """What was live and staged at a moment; null for a pointer that had never been set."""

    at: datetime
    live: StoodOut | None
    staging: StoodOut | None

    @classmethod
    def of(cls, artifact: Artifact, at: str) -> "ServedAtOut":
        """Where the pointers of an artifact stood at the moment that a caller wrote; '' is now."""
        then = moment(at, "at")
        live, staging = moves_at(artifact, then)
        return cls(at=then, live=StoodOut.of(live), staging=StoodOut.of(staging))
