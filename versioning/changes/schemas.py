"""What programs send and read about Changes: the same in REST and in MCP."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from versioning.changes.models import Change, Operation
from versioning.lib.paging import PageQuery
from versioning.lib.rest import Input
from versioning.versions.schemas import EventOut, StoodOut

LISTED = 50  # of a timeline
BIO = {"bio": {"from": "Original bio text", "to": "Updated bio text"}}
Resource = Field(description="`agent`, `schema`, `trigger`, `mcp_server` or `prompt`.", examples=["agent"])
At = Field("", max_length=60, description="ISO 8601 with an offset; now, if empty.")


class HistoryQuery(PageQuery):
    """Which entries of a timeline are wanted."""

    limit: int = Field(LISTED, ge=1, le=200, description="How many items at most.")
    resource_type: str = Field("", max_length=20, description="Only Changes of `agent`, `schema`, `trigger`…")
    act: str = Field(
        "", max_length=40,
        description="`created`, `changed`, `deleted` or `restored`; with `include=events` also `live`, "
        "`staging`, `drafts`, `connectors`, or the name of an Event, such as `version.published`.",
    )  # fmt: skip
    changed_by: str = Field(
        "", max_length=40, description="Only what this person did (their id), `program`s by key, or a "
        "`login` by SQL.",
    )  # fmt: skip
    since: str = Field("", alias="from", max_length=60, description="From this moment on, with an offset.")
    until: str = Field("", alias="to", max_length=60, description="Up to this moment, itself included.")
    q: str = Field(
        "", max_length=200, description="Words in the name of a resource or field, in a note, or in who it "
        "was. Events that only say what Changes say are not searched.",
    )  # fmt: skip
    include: Literal["", "events"] = Field("", description="`events`: merges the Events in.")


class CompareQuery(Schema):
    """Which two versions of a resource."""

    old: int = Field(alias="from", description="The version that is compared.", examples=[1])
    new: int = Field(alias="to", description="The version that it is compared with.", examples=[3])


class AtQuery(Schema):
    """Which moment is wanted."""

    at: str = At


class RestoreIn(Input):
    """What both rollbacks take."""

    dry_run: bool = Field(False, description="Answers the plan, and changes nothing.")
    reason: str = Field("", description="Why; kept in the Event.", examples=["The shorter text was better"])
    publish: bool = Field(False, description="Publishes the draft afterwards (locked first).")


class RollbackIn(RestoreIn):
    """Which version a resource goes back to."""

    target_version: int = Field(examples=[1])
    expected_version: int | None = Field(
        None, description="The newest version that you saw: 412 `stale` if there is a newer one.",
        examples=[None],
    )  # fmt: skip
    fields: list[str] | None = Field(
        None, max_length=50, description="Only these fields; all tracked ones, if left out.", examples=[None]
    )


class WhoOut(Schema):
    """Who made a Change, and how."""

    label: str = Field(examples=["Eve"])
    kind: Literal["member", "key", "operator", "database"] = Field(
        description="`database`: by SQL, under the login that `label` says."
    )
    via: str = Field(
        description="`web`, `rest`, `mcp`, `admin`, `command`; `sql` by the database itself.",
        examples=["rest"],
    )
    why: str = Field(description="The message or reason of the act, where one was given.", examples=[""])


class ChangeOut(Schema):
    """One change of one resource: what it was, what it became."""

    id: UUID
    resource_type: str = Resource
    resource_id: UUID
    agent_id: UUID | None = Field(description="null for a prompt.")
    tenant_id: UUID
    version: int = Field(description="Counts without gaps per resource.", examples=[3])
    operation: Operation
    data_before: dict[str, Any] | None = Field(description="null on INSERT.")
    data_after: dict[str, Any] | None = Field(description="null on DELETE.")
    changed_fields: list[str] | None = Field(description="Of an UPDATE.", examples=[["bio"]])
    changed_by: UUID | None = Field(description="The person; null for a key, and for who writes by SQL.")
    changelog: str = Field(examples=["Restored to version 1"])
    created_at: datetime
    db_role: str = Field(description="The login of the database that wrote.", examples=["pv_app"])
    request_id: str
    actor: WhoOut

    @classmethod
    def of(cls, change: Change, who: WhoOut) -> "ChangeOut":
        """A Change as programs read it."""
        return cls(**change_fields(change, who))


class ChangeEntryOut(ChangeOut):
    """A Change in a timeline with Events."""

    entry: Literal["change"]

    @classmethod
    def of(cls, change: Change, who: WhoOut) -> "ChangeEntryOut":
        """A Change as an entry."""
        return cls(**change_fields(change, who), entry="change")


class EventEntryOut(EventOut):
    """An Event in a timeline."""

    entry: Literal["event"]
    created_at: datetime


class DiffOut(Schema):
    """The fields that differ between two versions of a resource."""

    from_version: int = Field(examples=[1])
    to_version: int = Field(examples=[3])
    diff: dict[str, Any] = Field(
        description="By field; of a version that was a deletion every field is null. A `note` says that a "
        "secret changed.",
        examples=[BIO],
    )
    changed_field_count: int = Field(examples=[1])


class ComparedOut(Schema):
    """The answer of a comparison."""

    success: bool = True
    comparison: DiffOut


class StepOut(Schema):
    """What happens to one row."""

    action: Literal["created", "updated", "deleted"]
    resource_type: str = Resource
    resource_id: UUID
    label: str = Field(description="What people call it.", examples=["nightly"])
    fields: dict[str, Any] = Field(description="Those that differ.", examples=[BIO])


class PlanOut(Schema):
    """What a restore does: how many rows, and each, in the order in which it is taken."""

    created: int
    updated: int
    deleted: int
    steps: list[StepOut]


class PublishedOut(Schema):
    """What went live."""

    number: int = Field(examples=[8])
    label: str = Field(examples=["v8"])


class PlannedOut(Schema):
    """The answer of a rollback with `dry_run`: nothing was changed."""

    success: bool = True
    dry_run: Literal[True] = True
    message: str = Field(examples=["Version 1 would be restored: 0 created, 1 updated, 0 deleted"])
    plan: PlanOut
    expected_version: int | str = Field(
        description="Send it with the rollback: it does what the plan says, or is refused.", examples=[3]
    )


class RestoredOut(Schema):
    """The answer of a resource's rollback."""

    success: bool = True
    message: str = Field(examples=["Resource restored to version 1"])
    restored: dict[str, Any] = Field(
        description="`id`, and what was put back.",
        examples=[{"id": "2378a810-7a1c-4b52-9c1d-0d6f6d3f1a11", "bio": "Original bio text"}],
    )
    restored_to_version: int = Field(examples=[1])
    new_version: int = Field(examples=[4])


class RestoredLiveOut(RestoredOut):
    """The answer of a resource's rollback with `publish`."""

    published: PublishedOut


class ResourceAtOut(Schema):
    """A resource as it was at a moment."""

    resource_id: UUID
    version: int = Field(description="The newest until then.", examples=[3])
    changed_at: datetime
    data: dict[str, Any]


class AsOfOut(Schema):
    """What was configured, live and staged at a moment."""

    at: datetime
    configuration: dict[str, list[ResourceAtOut]] = Field(
        description="By resource type; what was deleted by then is left out."
    )
    live: StoodOut | None = Field(description="null where it had never been set.")
    staging: StoodOut | None


def change_fields(change: Change, who: WhoOut) -> dict[str, Any]:
    """The columns of a Change, and who made it."""
    return {
        **{field.attname: getattr(change, field.attname) for field in Change._meta.concrete_fields},
        "actor": who,
    }
