"""What REST and MCP answer about Changes: one function per verb, from what was asked to a schema."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from versioning.changes.finding import Place, place_of
from versioning.changes.models import Change
from versioning.changes.plan import Plan, Step
from versioning.changes.resources import Resource
from versioning.changes.schemas import (
    AsOfOut,
    ChangeEntryOut,
    ChangeOut,
    ComparedOut,
    DiffOut,
    EventEntryOut,
    HistoryQuery,
    PlannedOut,
    PlanOut,
    PublishedOut,
    ResourceAtOut,
    RestoredLiveOut,
    RestoredOut,
    RollbackIn,
    StepOut,
    WhoOut,
)
from versioning.changes.services import change_at, compare, history_of, restore, state_at
from versioning.changes.sought import sought_by
from versioning.changes.stream import counted_of, entries, total, unfiltered
from versioning.changes.who import makers
from versioning.lib.errors import DomainError
from versioning.lib.paging import COUNTED, PageQuery, one_of_both, page_of, paged, strange_cursor
from versioning.versions.diff import compare_fields
from versioning.versions.models import Artifact
from versioning.versions.moments import moment, moves_at
from versioning.versions.schemas import ArtifactRef, EventOut, StoodOut
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event
from versioning.workspaces.policy import Act, require


def list_versions(
    actor: Actor, resource: Resource, resource_id: UUID, page: PageQuery, *, agent_id: UUID | None = None
) -> dict[str, Any]:
    """A page of the versions of one resource, newest first. Error: `not_found`."""
    rows = history_of(actor, resource, resource_id, agent_id=agent_id)
    return _told(paged(rows, page, ("version",), lambda change: change))


def get_version(
    actor: Actor, resource: Resource, resource_id: UUID, version: int, *, agent_id: UUID | None = None
) -> ChangeOut:
    """One version. Errors: `not_found`, `not_recorded`."""
    change = change_at(actor, resource, resource_id, version, agent_id=agent_id)
    return ChangeOut.of(change, _said_of(change)[change.pk])


def compare_versions(
    actor: Actor, resource: Resource, resource_id: UUID, old: int, new: int, *, agent_id: UUID | None = None
) -> ComparedOut:
    """Field by field, what differs between two versions. Errors: `not_found`, `not_recorded`."""
    before, after = (
        change_at(actor, resource, resource_id, version, agent_id=agent_id) for version in (old, new)
    )
    diff = {name: sides | _secret_note(name, sides) for name, sides in compare(before, after).items()}
    return ComparedOut(
        comparison=DiffOut(from_version=old, to_version=new, diff=diff, changed_field_count=len(diff))
    )


def rollback_version(
    actor: Actor, resource: Resource, resource_id: UUID, wanted: RollbackIn, *, agent_id: UUID | None = None
) -> PlannedOut | RestoredLiveOut | RestoredOut:
    """Put a resource back, or say what that would do. Errors: as of `services.restore`."""
    target = wanted.target_version
    done = restore(
        actor, resource, resource_id, target, agent_id=agent_id, fields=wanted.fields,
        expected=wanted.expected_version, reason=wanted.reason, publish=wanted.publish,
        dry_run=wanted.dry_run,
    )  # fmt: skip
    if wanted.dry_run:
        return planned(f"Version {target}", done.plan, done.version)
    answer = RestoredOut(
        message=f"Resource restored to version {target}", restored=put_back(resource_id, done.plan.steps),
        restored_to_version=target, new_version=done.version,
    )  # fmt: skip
    if wanted.publish:
        artifact_id = change_at(actor, resource, resource_id, target).agent_id or resource_id
        return RestoredLiveOut(**dict(answer), published=published(actor, artifact_id))
    return answer


def list_history(actor: Actor, query: HistoryQuery, artifact: Artifact | None = None) -> dict[str, Any]:
    """A page of the timeline of an artifact with its parts, or of the workspace. Error: `invalid`."""
    require(actor, Act.READ)
    one_of_both(query)
    sought = sought_by(actor, query, artifact)
    after = Place.read(query.cursor) if query.cursor else None
    if query.cursor and after is None:
        raise strange_cursor()
    if query.offset > COUNTED and (sought.events or not unfiltered(sought)):
        raise DomainError("invalid", f"Beyond {COUNTED:,} entries read on by cursor.", field="offset")
    found = entries(actor, sought, after=after, skip=query.offset, most=query.limit + 1)
    counted = total(actor, sought)
    page = page_of(found, counted, query, lambda entry: str(place_of(entry)), most=counted_of(sought))
    return _told(page, mixed=query.include == "events")


def as_of(actor: Actor, artifact: Artifact, at: str) -> AsOfOut:
    """What was configured, live and staged of an artifact at a moment; '' is now. Error: `invalid`."""
    then = moment(at, "at")
    live, staging = moves_at(artifact, then)
    configuration = {
        name: [
            ResourceAtOut(
                resource_id=change.resource_id, version=change.version, changed_at=change.created_at,
                data=change.data_after or {},
            )
            for change in changes
        ]
        for name, changes in _state(actor, artifact, then).items()
    }  # fmt: skip
    return AsOfOut(at=then, configuration=configuration, live=StoodOut.of(live), staging=StoodOut.of(staging))


def planned(what: str, plan: Plan, expected: int | str) -> PlannedOut:
    """The answer of a dry run; `expected` binds the restore to it."""
    counts = ", ".join(f"{plan.count(action)} {action}" for action in ("created", "updated", "deleted"))
    return PlannedOut(
        dry_run=True, message=f"{what} would be restored: {counts}", plan=plan_out(plan),
        expected_version=expected,
    )  # fmt: skip


def plan_out(plan: Plan) -> PlanOut:
    """A plan as programs read it."""
    return PlanOut(
        created=plan.count("created"), updated=plan.count("updated"), deleted=plan.count("deleted"),
        steps=[_step_out(step) for step in plan.steps],
    )  # fmt: skip


def put_back(resource_id: UUID, steps: Sequence[Step]) -> dict[str, Any]:
    """What a restore wrote into one row, with the row's id; of a row that it deleted the id alone."""
    written = [step for step in steps if step.id == resource_id and step.action != "deleted"]
    return {"id": resource_id} | {
        name: value for step in written for name, (_, value) in step.changes.items()
    }


def published(actor: Actor, artifact_id: UUID) -> PublishedOut:
    """What is live of an artifact that was just published."""
    live = Artifact.objects.in_workspace(actor).with_pointers().get(pk=artifact_id).live
    assert live is not None
    return PublishedOut(number=live.number, label=live.label)


def _state(actor: Actor, artifact: Artifact, then: datetime) -> dict[str, list[Change]]:
    """What each resource was; of an artifact without parts, itself."""
    if artifact.kind == "agent":
        return state_at(actor, artifact.pk, then)
    rows = Change.objects.in_workspace(actor).of(artifact.kind, artifact.pk).before(then)
    last = rows.order_by("-version").first()
    return {artifact.kind: [last]} if last and last.data_after else {}


def _step_out(step: Step) -> StepOut:
    fields = {name: {"from": old, "to": new} for name, (old, new) in step.changes.items()}
    return StepOut(
        action=step.action, resource_type=step.resource.name, resource_id=step.id, label=step.label,
        fields={name: sides | _secret_note(name, sides) for name, sides in fields.items()},
    )  # fmt: skip


def _secret_note(name: str, sides: dict[str, Any]) -> dict[str, str]:
    """That a secret changed, of a field that refers to one: the references tell it to nobody."""
    old, new = ({"agent": {name: sides[side]}} for side in ("from", "to"))
    if not any("$secret" in str(side) for side in (old, new)):
        return {}
    notes = {f"secret {change.credential}" for change in compare_fields(old, new) if change.credential}
    return {"note": ", ".join(sorted(notes))} if notes else {}


def _told(page: dict[str, Any], *, mixed: bool = False) -> dict[str, Any]:
    """A page of rows as a page of what programs read, who made each being looked up for all at once."""
    rows = page["items"]
    who = _said_of(*[row for row in rows if isinstance(row, Change)])
    about = _artifacts({row.artifact_id for row in rows if isinstance(row, Event) and row.artifact_id})
    out = ChangeEntryOut if mixed else ChangeOut
    items = [
        out.of(row, who[row.pk]) if isinstance(row, Change) else _event_out(row, about.get(row.artifact_id))
        for row in rows
    ]
    return page | {"items": items}


def _said_of(*changes: Change) -> dict[UUID, WhoOut]:
    return {
        id: WhoOut(label=who.label, kind=who.kind, via=who.via, why=who.why)
        for id, who in makers(changes).items()
    }


def _event_out(event: Event, about: ArtifactRef | None) -> EventEntryOut:
    return EventEntryOut(**dict(EventOut.of(event, about)), created_at=event.created_at, entry="event")


def _artifacts(ids: set[UUID]) -> dict[UUID | None, ArtifactRef]:
    rows = Artifact.objects.filter(pk__in=ids).values_list("pk", "kind", "slug")
    return {id: ArtifactRef(kind=kind, slug=slug) for id, kind, slug in rows}
