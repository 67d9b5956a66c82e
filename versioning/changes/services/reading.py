"""The history of one resource: its Changes, one of them, what differs between two, the state at a moment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from versioning.changes.models import Change, Counter, Gap
from versioning.changes.querysets import ChangeQuerySet
from versioning.changes.resources import Resource
from versioning.lib.errors import DomainError, not_found
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


def history_of(
    actor: Actor, resource: Resource, resource_id: UUID, *, agent_id: UUID | None = None
) -> ChangeQuerySet:  # fmt: skip
    """All Changes of a resource. `not_found` for one that never was here, or is another agent's."""
    require(actor, Act.READ)
    counter_of(actor, resource, resource_id, agent_id=agent_id)
    return Change.objects.in_workspace(actor).of(resource.name, resource_id)


def counter_of(
    actor: Actor, resource: Resource, resource_id: UUID, *, agent_id: UUID | None = None
) -> Counter:  # fmt: skip
    """How far a resource has been counted; it is there also when the row is not. Error: `not_found`."""
    rows = Counter.objects.filter(
        tenant_id=actor.workspace.id, resource_type=resource.name, resource_id=resource_id
    )
    found: Counter | None = rows.filter(agent_id=agent_id).first() if agent_id else rows.first()
    if found is None:
        raise not_found()
    return found


def change_at(
    actor: Actor, resource: Resource, resource_id: UUID, version: int, *, agent_id: UUID | None = None
) -> Change:  # fmt: skip
    """One Change by its version. Errors: `not_found`; `not_recorded` where it was made and is missing."""
    rows = history_of(actor, resource, resource_id, agent_id=agent_id)
    found: Change | None = rows.filter(version=version).first() if 0 < version < 2**31 else None
    if found:
        return found
    if not 0 < version <= counter_of(actor, resource, resource_id).last:
        raise not_found()
    gaps = Gap.objects.in_workspace(actor).filter(resource_type=resource.name, resource_id=resource_id)
    gap = gaps.filter(version=version).first()
    why = f" ({gap.sqlstate}: {gap.reason})" if gap else ""
    raise DomainError(
        "not_recorded", f"Version {version} was made, but the database could not record it{why}.",
        version=version,
    )  # fmt: skip


def compare(old: Change, new: Change) -> dict[str, dict[str, Any]]:
    """The fields that differ between what a row was after two Changes: `{"bio": {"from": …, "to": …}}`.

    Of a row that was deleted every field is null.
    """
    before, after = old.data_after or {}, new.data_after or {}
    names = sorted((set(before) | set(after)) - {"id", "agent_id"})
    return {
        name: {"from": before.get(name), "to": after.get(name)}
        for name in names
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    }


def state_at(actor: Actor, agent_id: UUID, at: datetime) -> dict[str, list[Change]]:
    """What an agent and each of its parts was at a moment: the last Change until then, by resource type.

    What was deleted by then is left out; a type without rows has no entry.
    """
    until = Change.objects.filter(
        resource_type=OuterRef("resource_type"), resource_id=OuterRef("resource_id"), created_at__lte=at
    )
    # From the count of each resource to its last Change: what came after `at` is passed over by the index.
    last = Counter.objects.filter(tenant_id=actor.workspace.id, agent_id=agent_id).values_list(
        Subquery(until.order_by("-version").values("pk")[:1]), flat=True
    )
    found: dict[str, list[Change]] = {}
    for change in Change.objects.in_workspace(actor).filter(pk__in=list(last), data_after__isnull=False):
        found.setdefault(change.resource_type, []).append(change)
    return found
