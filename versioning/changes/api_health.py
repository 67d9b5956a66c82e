"""REST: whether the record of the workspace is whole."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from versioning.changes.models import Verification
from versioning.changes.services.health import Health, health
from versioning.lib.rest import MEMBERS
from versioning.workspaces.actor import actor_of

router = Router(tags=["Configuration history"])


class LossOut(Schema):
    """A change that was made and not recorded."""

    resource_type: str = Field(examples=["agent"])
    resource_id: UUID
    agent_id: UUID | None
    version: int = Field(description="The number that it was given.", examples=[4])
    operation: str = Field(description="Empty where not even that could be written.", examples=["UPDATE"])
    why: str
    at: datetime | None


class FindingOut(Schema):
    """Something that a verification found."""

    code: Literal["gap", "lost", "broken", "differs"]
    resource_type: str = Field(examples=["agent"])
    resource_id: UUID
    agent_id: UUID | None
    version: int | None
    words: str


class VerificationOut(Schema):
    """What the last full verification found."""

    at: datetime
    seconds: float
    by: str
    resources: int
    records: int
    found: int
    findings: list[FindingOut] = Field(description="The first 200.")

    @classmethod
    def of(cls, last: Verification) -> "VerificationOut":
        """A verification as programs read it."""
        return cls(
            at=last.at, seconds=last.seconds, by=last.asked_by, resources=last.resources,
            records=last.records, found=last.found, findings=[FindingOut(**each) for each in last.findings],
        )  # fmt: skip


class HealthOut(Schema):
    """What is known of the record, without a replay."""

    whole: bool = Field(description="Nothing is known to be missing or wrong.")
    resources: int
    records: int
    gaps: int = Field(description="Changes that were made and not recorded.")
    losses: list[LossOut] = Field(description="The newest 200 of them.")
    snapshots_missing: int
    strict: bool = Field(description="Whether a change that cannot be recorded is refused.")
    strict_wanted: bool = Field(description="What `HISTORY_STRICT` says; told to the database by `migrate`.")
    silent: list[str] = Field(description="Triggers of the record that do not fire: `table: name`.")
    last_verification: VerificationOut | None

    @classmethod
    def of(cls, known: Health) -> "HealthOut":
        """What is known, as programs read it."""
        losses = [
            LossOut(
                resource_type=each.resource_type, resource_id=each.resource_id, agent_id=each.agent_id,
                version=each.version, operation=each.operation, why=each.why, at=each.at,
            )
            for each in known.losses
        ]  # fmt: skip
        return cls(
            whole=known.whole, resources=known.resources, records=known.records, gaps=known.gaps,
            losses=losses, snapshots_missing=known.snapshots_missing, strict=known.strict,
            strict_wanted=known.strict_wanted, silent=known.silent,
            last_verification=VerificationOut.of(known.last) if known.last else None,
        )  # fmt: skip


@router.get("/health/history", auth=MEMBERS, response=HealthOut, summary="Read the health of the history")
def read_history_health(request: HttpRequest) -> HealthOut:
    """Gaps, Snapshots that are missing, the mode, the last verification. Admins may."""
    return HealthOut.of(health(actor_of(request)))
