"""Whether the record of a workspace is whole, as far as that is known; and verifying all of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from versioning.changes.models import Change, Counter, Gap, Mode, Verification
from versioning.changes.resources import RESOURCES
from versioning.changes.services.verifying import Report, gaps_of, verify
from versioning.lib.errors import DomainError
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

LISTED = 200  # losses, or findings, that are named one by one
AT_ONCE = 200_000  # records that are verified while somebody waits

# What must fire whoever writes, and never be switched off.
TRACKING = ("z_track_row", "z_track_update", "same_row", "append_only_all")
APPENDING = ("append_only", "append_only_all")
FIRING = """
SELECT t.name, t.wanted FROM unnest(%s::text[], %s::text[]) t (name, wanted)
 WHERE NOT EXISTS (SELECT FROM pg_trigger g
    WHERE g.tgrelid = to_regclass(t.name) AND g.tgname = t.wanted AND g.tgenabled = 'A')
 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Loss:
    """A change that was made and not recorded. `artifact` is what it is of, where that is still there."""

    resource_type: str
    resource_id: UUID
    agent_id: UUID | None
    version: int
    operation: str
    why: str
    at: datetime | None
    artifact: Artifact | None = None


@dataclass(frozen=True)
class Health:
    """What is known of one workspace's record. `silent`: the triggers that do not fire, as `table: name`."""

    resources: int
    records: int
    gaps: int
    losses: list[Loss]  # the newest
    snapshots_missing: int
    strict: bool
    strict_wanted: bool
    silent: list[str]
    last: Verification | None

    @property
    def too_long(self) -> bool:
        """Whether there is more than is verified while somebody waits."""
        return self.records > AT_ONCE

    @property
    def whole(self) -> bool:
        """Whether nothing is known to be missing or wrong."""
        found = self.last.found if self.last else 0
        return not (self.gaps or self.snapshots_missing or self.silent or found)


# Who counts the Snapshots that publishes have not left yet: the room above that takes them says it.
type Count = Callable[[UUID], int]
_missing: list[Count] = []


def count_snapshots_by(count: Count) -> None:
    """Called once by the room that takes them."""
    _missing[:] = [count]


def health(actor: Actor) -> Health:
    """What is known of the actor's workspace, without a replay. Admins may."""
    require(actor, Act.MANAGE)
    return health_of(actor.workspace.id)


def health_of(workspace_id: UUID) -> Health:
    """The same for who checks the installation. Needs a transaction that was told that workspace."""
    counters = Counter.objects.filter(tenant_id=workspace_id)
    return Health(
        resources=counters.count(), records=Change.objects.filter(tenant_id=workspace_id).count(),
        gaps=gaps_of(workspace_id), losses=_losses(workspace_id),
        snapshots_missing=sum(count(workspace_id) for count in _missing), strict=is_strict(),
        strict_wanted=settings.HISTORY_STRICT, silent=silent(),
        last=Verification.objects.filter(pk=workspace_id).first(),
    )  # fmt: skip


def verify_now(actor: Actor) -> Verification:
    """Verify the actor's workspace while they wait. Admins may. Error: `too_large`."""
    require(actor, Act.MANAGE)
    records = Change.objects.filter(tenant_id=actor.workspace.id).count()
    if records > AT_ONCE:
        command = f"manage.py verify_history --workspace {actor.workspace.slug}"
        words = f"{records:,} records are too many to verify while you wait. Run {command} on the server."
        raise DomainError("too_large", words, command=command)
    return verified(actor.workspace.id, actor.label)[0]


def verified(workspace_id: UUID, asked_by: str) -> tuple[Verification, Report]:
    """Verify a workspace, and keep what was found. Needs a transaction that was told that workspace."""
    began = monotonic()
    report = verify(workspace_id)
    told: list[dict[str, Any]] = [
        {
            "code": each.code, "resource_type": each.resource_type, "resource_id": str(each.resource_id),
            "agent_id": str(each.agent_id) if each.agent_id else None, "version": each.version,
            "words": each.words,
        }
        for each in report.findings[:LISTED]
    ]  # fmt: skip
    kept, _ = Verification.objects.update_or_create(
        tenant_id=workspace_id,
        defaults={
            "at": timezone.now(), "seconds": round(monotonic() - began, 3), "asked_by": asked_by[:200],
            "resources": report.resources, "records": report.records, "found": len(report.findings),
            "findings": told,
        },
    )  # fmt: skip
    return kept, report


def is_strict() -> bool:
    """Whether the database refuses a change that it cannot record."""
    return Mode.objects.filter(strict=True).exists()


def silent() -> list[str]:
    """The triggers of the record that are missing or switched off, as `table: name`."""
    wanted = [(resource.table, name) for resource in RESOURCES.values() for name in TRACKING]
    wanted += [(table, name) for table in ("config_history", "config_history_gap") for name in APPENDING]
    with connection.cursor() as cursor:
        cursor.execute(FIRING, [[table for table, _ in wanted], [name for _, name in wanted]])
        return [f"{table}: {name}" for table, name in cursor.fetchall()]


def artifacts_of(ids: Iterable[UUID]) -> dict[UUID, Artifact]:
    """The artifacts of some ids, by id."""
    found: dict[UUID, Artifact] = Artifact.objects.in_bulk(list(ids))
    return found


def _losses(workspace_id: UUID) -> list[Loss]:
    """Each change that is known to be missing: what a Gap says, then what the counters kept."""
    gaps = Gap.objects.filter(tenant_id=workspace_id).newest_first()[:LISTED]
    found = [
        Loss(
            gap.resource_type, gap.resource_id, gap.agent_id, gap.version, gap.operation,
            f"{gap.sqlstate} {gap.reason}", gap.created_at,
        )
        for gap in gaps
    ]  # fmt: skip
    counters = Counter.objects.filter(tenant_id=workspace_id).exclude(lost=[])[:LISTED]
    found += [
        Loss(
            each.resource_type,
            each.resource_id,
            each.agent_id,
            version,
            "",
            "Not even why could be recorded.",
            None,
        )
        for each in counters
        for version in each.lost
    ]
    found = found[:LISTED]
    there = artifacts_of({each.agent_id or each.resource_id for each in found})
    return [replace(each, artifact=there.get(each.agent_id or each.resource_id)) for each in found]
