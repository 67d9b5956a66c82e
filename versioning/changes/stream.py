"""Changes and Events in one stream, newest first: what the timelines of pages, REST and MCP are read from.

Both are walked by (created_at, id), so that a place in the stream is a place in each of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Q, Value

from versioning.changes.models import Change, Operation
from versioning.changes.querysets import ChangeQuerySet
from versioning.changes.resources import RESOURCES
from versioning.lib.errors import DomainError
from versioning.lib.paging import below
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.policy import Act, require
from versioning.workspaces.querysets import EventQuerySet
from versioning.workspaces.words import saying

type Entry = Change | Event
BY = ("created_at", "pk")
ACTS = {
    "created": Q(operation=Operation.INSERT),
    "changed": Q(operation=Operation.UPDATE),
    "deleted": Q(operation=Operation.DELETE),
    "restored": Q(changelog__startswith="Restored to "),
}


@dataclass(frozen=True)
class Wanted:
    """Which entries. `artifact` None: of the whole workspace. `act` is one of ACTS, or an Event's name."""

    artifact: Artifact | None = None
    resource_type: str = ""
    act: str = ""
    person: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""

    def check(self) -> None:
        """Refuse what names nothing. Error: `invalid`."""
        if self.resource_type and self.resource_type not in RESOURCES:
            known = ", ".join(RESOURCES)
            raise DomainError("invalid", f"A resource_type is one of {known}.", field="resource_type")
        if self.act and self.act not in ACTS and self.act not in EventName.values:
            raise DomainError(
                "invalid", f"An act is one of {', '.join(ACTS)}, or the name of an Event.", field="act"
            )


def changes_wanted(actor: Actor, wanted: Wanted) -> ChangeQuerySet:
    """The Changes among them. Error: `invalid`."""
    require(actor, Act.READ)
    wanted.check()
    rows = Change.objects.in_workspace(actor)
    artifact = wanted.artifact
    if artifact is not None:
        whole = artifact.kind == "agent"
        rows = rows.of_agent(artifact.pk) if whole else rows.of(artifact.kind, artifact.pk)
    if wanted.resource_type:
        rows = rows.filter(resource_type=wanted.resource_type)
    if wanted.act:
        rows = rows.filter(ACTS[wanted.act]) if wanted.act in ACTS else rows.none()
    if wanted.person:
        rows = rows.filter(changed_by=wanted.person)
    if wanted.since:
        rows = rows.filter(created_at__gte=wanted.since)
    if wanted.until:
        rows = rows.before(wanted.until)
    found: ChangeQuerySet = rows.search(wanted.words) if wanted.words.split() else rows
    return found


def events_wanted(actor: Actor, wanted: Wanted) -> EventQuerySet:
    """The Events among them; none where a resource type is asked for. Error: `invalid`."""
    require(actor, Act.READ)
    wanted.check()
    rows = Event.objects.in_workspace(actor)
    if wanted.resource_type or wanted.act in ACTS:
        rows = rows.none()
    if wanted.artifact is not None:
        rows = rows.of(wanted.artifact.pk)
    if wanted.act:
        rows = rows.filter(name=wanted.act)
    if wanted.person:
        rows = rows.filter(actor_id=wanted.person)
    if wanted.since:
        rows = rows.filter(created_at__gte=wanted.since)
    if wanted.until:
        rows = rows.before(wanted.until)
    found: EventQuerySet = rows.search(wanted.words, saying) if wanted.words.split() else rows
    return found


def merged(
    changes: ChangeQuerySet, events: EventQuerySet, *, after: Sequence[Any] = (), skip: int = 0, most: int
) -> list[Entry]:
    """Both as one stream: at most so many entries, from the place `after` (its values of BY) on.

    Only the places are merged by the database; the rows themselves are then read by their ids.
    """
    sides = []
    for rows, mark in ((changes, "change"), (events, "event")):
        rows = rows.filter(below(BY, after)) if after else rows
        ordered = rows.order_by("-created_at", "-pk")[: skip + most]
        sides.append(ordered.values_list("created_at", "pk", Value(mark, CharField())))
    places = list(sides[0].union(sides[1], all=True).order_by("-created_at", "-pk")[skip : skip + most])
    found: dict[str, dict[UUID, Any]] = {
        "change": changes.model._default_manager.in_bulk([id for _, id, mark in places if mark == "change"]),
        "event": {},
    }
    ids = [id for _, id, mark in places if mark == "event"]
    found["event"] = {event.pk: event for event in Event.objects.filter(pk__in=ids).without_texts()}
    return [found[mark][id] for _, id, mark in places]
