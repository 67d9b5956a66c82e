"""Putting one resource back to an earlier version of itself: as a plan, then in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from versioning.changes.models import Change
from versioning.changes.plan import Plan, Step, step_to, take
from versioning.changes.resources import Resource
from versioning.changes.services.reading import change_at, counter_of
from versioning.lib.errors import DomainError, not_found
from versioning.lib.transaction import noted
from versioning.versions import services as versions
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.services.one_draft import draft_of, editing, require_write
from versioning.versions.services.steps import clean_message, locked, note, refuse_archived
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require


@dataclass(frozen=True)
class Restored:
    """What a restore did, or would do. `version` is the resource's newest; `row` its data, None if gone."""

    plan: Plan
    version: int
    row: dict[str, Any] | None


def restore(
    actor: Actor, resource: Resource, resource_id: UUID, target: int, *,
    agent_id: UUID | None = None, fields: Sequence[str] | None = None, expected: int | None = None,
    reason: str = "", publish: bool = False, dry_run: bool = False,
) -> Restored:  # fmt: skip
    """Make a row what it was after version `target`; one that was deleted comes back under its id.

    `fields` are those to take, all tracked ones for None. `expected` is the newest version that the caller
    saw. Pointers stay, unless `publish`. Restores the draft: the version that is live is not touched.
    Errors: `not_found`, `not_recorded`, `stale`, `unchanged`, `invalid`, `archived`, `forbidden`.
    """
    require(actor, Act.EDIT)
    if publish:
        require(actor, Act.PUBLISH)
    reason = clean_message(reason)
    change = change_at(actor, resource, resource_id, target, agent_id=agent_id)
    artifact = _artifact(actor, change)
    if publish and not kind_of(artifact).one_draft:
        raise DomainError("invalid", f"A {resource.noun} has no draft to publish.", field="publish")
    wanted = _wanted(resource, change, fields)
    if dry_run:
        require_draft(actor, artifact)
        return _planned(actor, artifact, resource, resource_id, wanted, expected, chosen=fields is not None)
    with transaction.atomic():
        with _opened(actor, artifact, resource, change, reason) as row:
            planned = _planned(
                actor, row, resource, resource_id, wanted, expected, chosen=fields is not None
            )  # fmt: skip
            if not planned.plan.steps:
                words = f"This {resource.noun} is what it was after version {target}: nothing to restore."
                raise DomainError("unchanged", words)
            with noted(f"Restored to version {target}"):
                for step in planned.plan.steps:
                    _switch(actor, artifact, step, on=False)
                    take(row, step)
                    _switch(actor, artifact, step, on=True)
        if publish:
            publish_restored(actor, artifact, reason)
    last = Change.objects.in_workspace(actor).of(resource.name, resource_id).order_by("-version").first()
    version = counter_of(actor, resource, resource_id).last
    return Restored(planned.plan, version, last.data_after if last else None)


@dataclass(frozen=True)
class Preview:
    """What a restore of all fields would do, to be chosen from. `refusal` says why not all of it may be."""

    change: Change
    artifact: Artifact
    plan: Plan
    version: int
    refusal: str


def preview(
    actor: Actor, resource: Resource, resource_id: UUID, target: int, *, agent_id: UUID | None = None
) -> Preview:  # fmt: skip
    """A restore before anything of it was chosen. Errors as `restore`, without `stale` and `invalid`."""
    require(actor, Act.EDIT)
    change = change_at(actor, resource, resource_id, target, agent_id=agent_id)
    artifact = _artifact(actor, change)
    require_draft(actor, artifact)
    now = _row(resource, resource_id, change.data_after)
    plan = _plan(resource, resource_id, now, _wanted(resource, change, None))
    try:
        resource.check(artifact, plan)
        refusal = ""
    except DomainError as error:
        refusal = error.message
    version = counter_of(actor, resource, resource_id).last
    return Preview(change, artifact, plan, version, refusal)


def require_draft(actor: Actor, artifact: Artifact) -> None:
    """Refuse a plan to whom the restore would be refused. Errors: `archived`, `forbidden`."""
    row: Artifact = Artifact.objects.get(pk=artifact.pk)  # pointers may have moved
    if kind_of(row).one_draft:
        refuse_archived(row)
        require_write(actor, row, Version.objects.of(row).drafts().get())


def publish_restored(actor: Actor, artifact: Artifact, reason: str) -> None:
    """Lock and publish the draft that was restored; one that is live itself is served already."""
    draft = draft_of(artifact)
    if Artifact.objects.get(pk=artifact.pk).live_id != draft.pk:
        versions.promote(actor, artifact, draft.number, message=reason)


def _wanted(resource: Resource, change: Change, fields: Sequence[str] | None) -> dict[str, Any] | None:
    """The values to be put back, by column; None where the row was deleted by that Change."""
    if fields is not None:
        _check_fields(resource, change, fields)
    if change.data_after is None:
        return None
    chosen = resource.tracked if fields is None else fields
    return {name: change.data_after[name] for name in chosen if name in change.data_after}


def _check_fields(resource: Resource, change: Change, fields: Sequence[str]) -> None:
    unknown = set(fields) - set(resource.tracked)
    if unknown:
        known = ", ".join(resource.tracked)
        words = f"A {resource.noun} has no tracked field {min(unknown)!r}; it has {known}."
    elif not fields:
        words = "Choose at least one field."
    elif change.data_after is None:
        words = f"Version {change.version} deleted this {resource.noun}: no field can be chosen of it."
    else:
        return
    raise DomainError("invalid", words, field="fields")


def _planned(
    actor: Actor, artifact: Artifact, resource: Resource, id: UUID, wanted: dict[str, Any] | None,
    expected: int | None, *, chosen: bool,
) -> Restored:  # fmt: skip
    counter = counter_of(actor, resource, id)
    if expected is not None and expected != counter.last:
        raise DomainError(
            "stale", f"This {resource.noun} changed meanwhile: it is at version {counter.last} now. "
            "Look at it again.", version=counter.last,
        )  # fmt: skip
    now = _row(resource, id, wanted)
    if now is None and chosen:
        words = f"This {resource.noun} is deleted, so it comes back whole: no field can be chosen."
        raise DomainError("invalid", words, field="fields")
    plan = _plan(resource, id, now, wanted)
    resource.check(artifact, plan)
    return Restored(plan, counter.last, _whole(resource, id, now, wanted))


def _plan(resource: Resource, id: UUID, now: Any, wanted: dict[str, Any] | None) -> Plan:
    step = step_to(resource, id, resource.label(vars(now) if now else wanted or {}), now, wanted)
    return Plan([step] if step else [])


def _row(resource: Resource, id: UUID, wanted: dict[str, Any] | None) -> Any:
    """The row as it is, None where it is gone. An artifact itself neither goes nor comes back."""
    now: Any = resource.model._default_manager.filter(pk=id).first()
    if not resource.is_part and (now is None or wanted is None):
        raise not_found()
    return now


def _whole(
    resource: Resource, id: UUID, now: Any, wanted: dict[str, Any] | None
) -> dict[str, Any] | None:  # fmt: skip
    """The row's data as it would be recorded."""
    if wanted is None:
        return None
    keys = {"id": str(id)}
    if resource.is_part and now is not None:
        keys["agent_id"] = str(now.agent_id)
    return {**keys, **({name: getattr(now, name) for name in resource.tracked} if now else {}), **wanted}


def _artifact(actor: Actor, change: Change) -> Artifact:
    """The artifact that a resource is, or is a part of. Error: `not_found`."""
    found: Artifact | None = (
        Artifact.objects.in_workspace(actor).filter(pk=change.agent_id or change.resource_id).first()
    )
    if found is None:
        raise not_found()
    return found


def _switch(actor: Actor, artifact: Artifact, step: Step, *, on: bool) -> None:
    """Put it away, or take it out, where the step asks for that: by the verb, with all that it refuses."""
    _, then = step.changes.get("archived_at", (None, None))
    if "archived_at" in step.resource.switched and "archived_at" in step.changes and bool(then) == on:
        whole = kind_of(artifact).artifacts(actor).get(pk=artifact.pk)
        (versions.archive if on else versions.unarchive)(actor, whole)


@contextmanager
def _opened(
    actor: Actor, artifact: Artifact, resource: Resource, change: Change, reason: str
) -> Iterator[Artifact]:  # fmt: skip
    """The draft, or the row, to be written inside; one Event says that it was restored."""
    name = EventName.RESOURCE_RESTORED
    about = {
        "message": reason, "resource_type": resource.name, "resource_id": str(change.resource_id),
        "version": change.version,
    }  # fmt: skip
    if kind_of(artifact).one_draft:
        with editing(actor, artifact, act=Act.EDIT, name=name, **about) as row:
            yield row
    else:
        with locked(actor, artifact) as row:
            note(actor, row, name, **about)
            yield row
