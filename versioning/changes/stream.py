"""Changes and Events as one stream for programs: as the timelines of the pages, but with every Event.

The pages leave out Events that only say what Changes say; programs get them too, except from a search.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from versioning.changes.finding import (
    COUNTED_FOUND,
    Place,
    Sought,
    change_count,
    change_ids,
    event_ids,
)
from versioning.changes.models import Change
from versioning.changes.querysets import ChangeQuerySet
from versioning.lib.paging import COUNTED, below, counted
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event
from versioning.workspaces.querysets import EventQuerySet

type Entry = Change | Event
CHANGES_BY, EVENTS_BY = ("created_at", "version", "pk"), ("created_at", "sequence", "pk")


def entries(
    actor: Actor, sought: Sought, *, after: Place | None = None, skip: int = 0, most: int
) -> list[Entry]:  # fmt: skip
    """At most so many entries, newest first, from a place on. Of those alone the rows are read whole."""
    wanted = skip + most
    if unfiltered(sought):
        changes = _changes_of(actor, sought, after)
        if not sought.events:
            return list(changes[skip:wanted])
        places = _places(changes[:wanted], CHANGES_BY, 0)
    else:
        ids = change_ids(sought, after=after, most=wanted)
        places = _places(Change.objects.filter(pk__in=ids), CHANGES_BY, 0)
    if sought.events:  # what is older than a whole page of Changes is on none of it
        oldest = min(places) if len(places) == wanted else None
        rest = sought.from_on(oldest.at) if oldest else sought
        places += _places(_events_of(actor, rest, after, wanted)[:wanted], EVENTS_BY, 2)
    return _whole(sorted(places, reverse=True)[skip:wanted])


def total(actor: Actor, sought: Sought) -> int:
    """How many entries; beyond what is counted it stops at one more."""
    most = counted_of(sought) + 1
    if unfiltered(sought):
        found = counted(_changes_of(actor, sought, None))
    else:
        found = change_count(sought, most=most)
    if sought.events and found < most:
        found += counted(_events_of(actor, sought, None, most))
    return found


def counted_of(sought: Sought) -> int:
    """Up to how many entries are counted: fewer of what is filtered, for that is walked row by row."""
    return COUNTED if unfiltered(sought) else COUNTED_FOUND


def unfiltered(sought: Sought) -> bool:
    """Whether all Changes are wanted."""
    return replace(sought, events=True).everything


def _changes_of(actor: Actor, sought: Sought, after: Place | None) -> ChangeQuerySet:
    """All Changes of an artifact or of the workspace."""
    rows: ChangeQuerySet = Change.objects.in_workspace(actor)
    artifact = sought.artifact
    if artifact is not None:
        whole = artifact.kind == "agent"
        rows = rows.of_agent(artifact.pk) if whole else rows.of(artifact.kind, artifact.pk)
    if after:
        rows = rows.filter(below(CHANGES_BY, after.before(0)))
    return rows.order_by("-created_at", "-version", "-pk")


def _events_of(actor: Actor, sought: Sought, after: Place | None, most: int) -> EventQuerySet:
    """The Events that are wanted; those that a search finds, at most so many."""
    rows: EventQuerySet = Event.objects.in_workspace(actor)
    if sought.words:
        rows = rows.filter(pk__in=event_ids(sought, after=after, most=most))
    if sought.artifact is not None:
        rows = rows.of(sought.artifact.pk)
    if sought.names is not None:
        rows = rows.filter(name__in=sought.names)
    if sought.who == "person":
        rows = rows.filter(actor_id=sought.person).exclude(actor_kind="key")
    elif sought.who:
        rows = rows.filter(actor_kind="key") if sought.who == "program" else rows.none()
    if sought.since:
        rows = rows.filter(created_at__gte=sought.since)
    if sought.until:
        rows = rows.before(sought.until)
    if after:
        rows = rows.filter(below(EVENTS_BY, after.before(2)))
    return rows.newest_first()


def _places(rows: Any, by: Sequence[str], rank: int) -> list[Place]:
    """Where some rows stand."""
    return [Place(at, rank, count, id) for at, count, id in rows.values_list(*by)]


def _whole(places: Iterable[Place]) -> list[Entry]:
    """The rows that stand at some places."""
    ids: dict[int, list[UUID]] = {0: [], 2: []}
    for place in places:
        ids[place.rank].append(place.id)
    changes: dict[UUID, Any] = Change.objects.in_bulk(ids[0])
    events = {event.pk: event for event in Event.objects.filter(pk__in=ids[2]).without_texts()}
    return [(events if place.rank else changes)[place.id] for place in places]
