"""What a timeline asks for, and the Changes, Events and Gaps that answer it: their ids, newest first.

Both SQL functions (migration 0002) are walked by a place in the stream. At one moment an Event stands above
the Changes of its act; Changes count by version, Events by sequence, and the id breaks what ties are left.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import Q

from versioning.changes.models import Change, Gap
from versioning.changes.querysets import GapQuerySet
from versioning.lib.paging import below
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

CHANGES = "find_changes(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
EVENTS = "find_events(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
NEWEST = 5_000  # rows that are read one by one before an index is asked
COUNTED, COUNTED_FOUND = 10_000, 500  # entries that are counted: of all, and of those found
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
MOST = 2**62


class Place(NamedTuple):
    """Where an entry stands in the stream; the next page is what comes after it."""

    at: datetime
    rank: int  # 2 an Event, 1 a Gap, 0 a Change: the order of one moment
    nth: int
    id: UUID

    @classmethod
    def read(cls, given: str) -> Self | None:
        """From an address; None where it says none."""
        try:
            at, rank, nth, id = given.split("_")
            moment = datetime.fromtimestamp(int(at) // 1_000_000, UTC).replace(
                microsecond=int(at) % 1_000_000
            )
            place = cls(moment, int(rank), int(nth), UUID(id))
        except (ValueError, OverflowError, OSError):
            return None
        return place if 0 <= place.rank <= 3 and 0 <= place.nth <= MOST else None

    @classmethod
    def until(cls, at: datetime) -> Self:
        """The place above all entries of a moment."""
        return cls(at, 3, 0, FIRST)

    def __str__(self) -> str:
        whole = int(self.at.replace(microsecond=0).timestamp())
        return f"{whole * 1_000_000 + self.at.microsecond}_{self.rank}_{self.nth}_{self.id.hex}"

    def before(self, rank: int) -> tuple[datetime, int, UUID]:
        """The cursor of one kind of entry at this place."""
        if rank == self.rank:
            return self.at, self.nth, self.id
        return (self.at, MOST, LAST) if rank < self.rank else (self.at, -1, FIRST)


def place_of(row: Change | Event | Gap) -> Place:
    """Where an entry stands."""
    if isinstance(row, Change):
        return Place(row.created_at, 0, row.version, row.pk)
    if isinstance(row, Event):
        return Place(row.created_at, 2, row.sequence, row.pk)
    return Place(row.created_at, 1, row.pk, FIRST)


@dataclass(frozen=True)
class Word:
    """A word of a search: its pattern, and what it names."""

    like: str
    people: list[UUID] = field(default_factory=list)
    artifacts: list[UUID] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sought:
    """Which entries. `artifact` None: those of the workspace; `types` and `names` None: all.

    `operation` is one of Operation, RESTORED, or ''; `who` is '', person, program or login.
    """

    artifact: Artifact | None = None
    changes: bool = True
    events: bool = True
    types: tuple[str, ...] | None = None
    resource: UUID | None = None
    operation: str = ""
    names: tuple[str, ...] | None = None
    who: str = ""
    person: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: tuple[Word, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Sought(self.artifact)

    def from_on(self, at: datetime) -> "Sought":
        """The same, no older than a moment."""
        return replace(self, since=max(at, self.since) if self.since else at)


def change_ids(sought: Sought, *, after: Place | None = None, most: int) -> list[UUID]:
    """The ids of the Changes, in the order of the stream."""
    return _ids(*_asked_of_changes(sought, after, most)) if sought.changes else []


def change_count(sought: Sought, *, most: int) -> int:
    """How many Changes there are, at most so many."""
    if not sought.changes:
        return 0
    function, asked = _asked_of_changes(sought, None, most, ordered=False)
    return _one(f"SELECT count(*) FROM {function}", asked)  # noqa: S608  one of the two above


def event_ids(sought: Sought, *, after: Place | None = None, most: int) -> list[UUID]:
    """The ids of the Events that Changes do not tell, in the order of the stream."""
    return _ids(*_asked_of_events(sought, after, most)) if sought.events else []


def _asked_of_changes(
    sought: Sought, after: Place | None, most: int, *, ordered: bool = True
) -> tuple[str, list[Any]]:
    artifact = sought.artifact
    whole = artifact is not None and artifact.kind == "agent"
    scope = [artifact.pk if artifact and whole else None, artifact.pk if artifact and not whole else None]
    types = None if sought.types is None else list(sought.types)
    asked = [*scope, sought.resource, types, sought.operation]
    return CHANGES, [*asked, *_common(sought, after, 0, most, ordered)]


def _asked_of_events(
    sought: Sought, after: Place | None, most: int, *, ordered: bool = True
) -> tuple[str, list[Any]]:
    artifact = sought.artifact.pk if sought.artifact else None
    names = None if sought.names is None else list(sought.names)
    return EVENTS, [artifact, names, *_common(sought, after, 2, most, ordered)]


def gaps(actor: Actor, sought: Sought, *, after: Place | None = None) -> GapQuerySet:
    """The Gaps, newest first. A search finds none: nothing is said of them that could be searched."""
    rows = Gap.objects.in_workspace(actor)
    if not sought.changes or sought.words or sought.operation == "RESTORED":
        return rows.none()
    if sought.artifact:
        rows = rows.filter(Q(agent_id=sought.artifact.pk) | Q(resource_id=sought.artifact.pk))
    if sought.resource:
        rows = rows.filter(resource_id=sought.resource)
    if sought.types is not None:
        rows = rows.filter(resource_type__in=sought.types)
    if sought.operation:
        rows = rows.filter(operation=sought.operation)
    if sought.who:
        rows = rows.filter(changed_by=str(sought.person) if sought.who == "person" else "")
    if sought.since:
        rows = rows.filter(created_at__gte=sought.since)
    if sought.until:
        rows = rows.filter(created_at__lte=sought.until)
    if after:
        rows = rows.filter(below(("created_at", "id"), after.before(1)[:2]))
    found: GapQuerySet = rows.order_by("-created_at", "-id")
    return found


def counted(actor: Actor, sought: Sought) -> int:
    """How many entries there are; beyond COUNTED it stops at one more."""
    found = gaps(actor, sought).order_by()[: COUNTED + 1].count()
    for kind in (_asked_of_changes, _asked_of_events):
        if found <= COUNTED:
            function, asked = kind(sought, None, COUNTED + 1, ordered=False)
            found += _one(f"SELECT count(*) FROM {function}", asked)  # noqa: S608  the same
    return min(found, COUNTED + 1)


def _common(sought: Sought, after: Place | None, rank: int, most: int, ordered: bool) -> list[Any]:
    """What both functions take last."""
    cursor = after.before(rank) if after else (None, None, None)
    words = json.dumps([_said(word) for word in sought.words])
    return [sought.who, sought.person, sought.since, sought.until, *cursor, words, ordered, NEWEST, most]


def _said(word: Word) -> dict[str, Any]:
    said: dict[str, Any] = {
        name: list(map(str, ids)) for name, ids in vars(word).items() if name != "like" and ids
    }
    return said | {"like": word.like}


def _ids(function: str, asked: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", asked)
        return [row[0] for row in cursor.fetchall()]


def _one(question: str, asked: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question, asked)
        (found,) = cursor.fetchone()
    return int(found)


def light(rows: models.QuerySet[Change]) -> models.QuerySet[Change]:
    """For lists: Changes without their data, but what they are called and the data where it is small.

    `called` and `was_called` are names; `before` and `after` the data, NULL where it is large.
    """
    small = "coalesce(pg_column_size(data_before), 0) + coalesce(pg_column_size(data_after), 0) < 6000"
    called = "coalesce({0} ->> 'name', nullif({0} -> 'schema_data' ->> 'title', ''), {0} ->> 'schema_type')"
    raw = models.expressions.RawSQL
    return rows.defer("data_before", "data_after").annotate(
        called=raw(called.format("coalesce(data_after, data_before)"), (), models.TextField(null=True)),
        was_called=raw(called.format("data_before"), (), models.TextField(null=True)),
        before=raw(f"CASE WHEN {small} THEN data_before END", (), models.JSONField(null=True)),
        after=raw(f"CASE WHEN {small} THEN data_after END", (), models.JSONField(null=True)),
    )
