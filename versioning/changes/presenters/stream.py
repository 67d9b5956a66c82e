"""A page of a timeline: Changes, Events and Gaps as lines, in one order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString

from versioning.changes import notes
from versioning.changes.finding import (
    COUNTED_FOUND,
    Place,
    Sought,
    change_ids,
    event_ids,
    gaps,
    light,
    place_of,
)
from versioning.changes.models import Change, Gap
from versioning.changes.notes import Note
from versioning.changes.presenters.acts import CONNECTORS, icon_of
from versioning.changes.presenters.acts import said_of as said_of_event
from versioning.changes.presenters.asked import Asked
from versioning.changes.presenters.words import BEGAN, RESTORED, said_of
from versioning.changes.resources import RESOURCES
from versioning.changes.who import makers
from versioning.lib.zones import here
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.events import changes_of
from versioning.versions.presenters.header import Links
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import MOVES_LIVE, MOVES_STAGING, EventName
from versioning.workspaces.models import Event
from versioning.workspaces.words import brief

PAGE = 50
type Entry = Change | Event | Gap
VIA = {
    "rest": "over REST", "mcp": "by an assistant over MCP", "admin": "in Django admin",
    "command": "by a command", "sql": "by SQL",
}  # fmt: skip


@dataclass
class Line:
    """One line. A Change opens to its diff (`url`), an Event to what is known of it (`event`)."""

    key: str  # the id of its element
    at: datetime
    icon: str
    who: str
    said: SafeString
    url: str = ""
    close_url: str = ""
    tail: str = ""
    code: str = ""  # the name of an Event
    why: str = ""
    note: Note | str = ""
    via: str = ""
    login: bool = False  # `who` is a login of the database
    warn: bool = False
    filled: bool = False  # it changed what is served
    about: str = ""  # the artifact, where the page is not about it
    about_url: str = ""
    says_where: bool = False
    new_day: date | None = None
    event: Event | None = None
    change: Change | None = None
    opened: Any = None
    former_url: str = ""
    former_label: str = ""
    compare_url: str = ""
    version_url: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Page:
    """Some lines, and the place from which the next page goes on."""

    lines: list[Line]
    next: Place | None


@dataclass
class Hits:
    """The ids of what was found of a filter or search, as far as it is counted."""

    changes: list[UUID]
    events: list[UUID]
    gaps: int

    @property
    def count(self) -> int:
        """How many; beyond COUNTED_FOUND it says one more."""
        return min(len(self.changes) + len(self.events) + self.gaps, COUNTED_FOUND + 1)


def hits_of(actor: Actor, sought: Sought) -> Hits:
    """What is found, looked for once for the count and for the first page."""
    most = COUNTED_FOUND + 1
    found = gaps(actor, sought).order_by()[:most].count()
    return Hits(change_ids(sought, most=most), event_ids(sought, most=most), found)


def page_of(
    actor: Actor, sought: Sought, asked: Asked, path: str, *, after: Place | None = None,
    hits: Hits | None = None,
) -> Page:  # fmt: skip
    """The lines after a place: two questions of their own keyset, merged. Never an OFFSET.

    `hits` are what `hits_of` has found already.
    """
    entries = _entries(actor, sought, after, hits)
    more = len(entries) > PAGE
    lines = lines_of(actor, entries[:PAGE], sought.artifact, asked, path)
    _name_days(lines, here(after.at).date() if after else None)
    return Page(lines, place_of(entries[PAGE - 1]) if more else None)


def lines_of(
    actor: Actor, entries: Sequence[Entry], artifact: Artifact | None, asked: Asked, path: str
) -> list[Line]:
    """Entries as lines. `path` is the address of their page. As many queries for fifty as for one."""
    maker = _Maker(actor, entries, artifact, asked, path)
    return [maker.line(entry) for entry in entries]


def _entries(actor: Actor, sought: Sought, after: Place | None, hits: Hits | None) -> list[Entry]:
    """One entry more than a page has, where there is one.

    What is older than a whole page of Changes is on none of it: Events need not be looked for there.
    """
    first = PAGE + 1
    changes = changes_by(hits.changes[:first] if hits else change_ids(sought, after=after, most=first))
    rest = sought.from_on(changes[-1].created_at) if len(changes) > PAGE else sought
    events = _events_by(hits.events[:first] if hits else event_ids(rest, after=after, most=first))
    found: list[Entry] = [*changes, *events, *gaps(actor, rest, after=after)[:first]]
    return sorted(found, key=place_of, reverse=True)[:first]


def changes_by(ids: Sequence[UUID]) -> list[Change]:
    """Changes by their ids, in the order of a stream, without large data."""
    return sorted(light(Change.objects.filter(pk__in=ids)), key=place_of, reverse=True) if ids else []


def _events_by(ids: Sequence[UUID]) -> list[Event]:
    return list(Event.objects.filter(pk__in=ids).without_texts()) if ids else []


class _Maker:
    """Makes the lines of one page; all that they need is asked for at once."""

    def __init__(
        self, actor: Actor, entries: Sequence[Entry], artifact: Artifact | None, asked: Asked, path: str
    ):
        self.actor, self.artifact, self.asked, self.path = actor, artifact, asked, path
        changes = [entry for entry in entries if isinstance(entry, Change)]
        events = [entry for entry in entries if isinstance(entry, Event)]
        self._who = makers(changes)
        self._artifacts = self._named(entries)
        self._links = {one.pk: Links(actor, one) for one in self._artifacts.values()}
        self._there = _versions(events)
        self._notes = notes.of(actor, [event for event in events if event.name in MOVES_LIVE])
        self._labels = _labels([entry for entry in entries if isinstance(entry, Gap)])

    def line(self, entry: Entry) -> Line:
        """The line of one entry."""
        if isinstance(entry, Change):
            line = self._of_change(entry)
        else:
            line = self._of_event(entry) if isinstance(entry, Event) else self._of_gap(entry)
        about = self._artifacts.get(_artifact_of(entry) or UUID(int=0))
        itself = isinstance(entry, Change) and about and entry.resource_id == about.pk  # its line names it
        if self.artifact is None and about:
            line.about, line.about_url = about.slug, self._links[about.pk].to("history")
            line.says_where = not itself
        return line

    def _of_change(self, change: Change) -> Line:
        who = self._who[change.pk]
        resource = RESOURCES.get(change.resource_type)
        restored = change.changelog.startswith(RESTORED)
        return Line(
            key=f"c{change.pk}", at=change.created_at, who=who.label, via=VIA.get(who.via, ""), why=who.why,
            said=said_of(change, alone=self.artifact is not None), login=who.kind == "database",
            icon="undo" if restored else resource.icon if resource else "list",
            url=self.asked.to(self.path, open=change.pk), tail=f"version {change.version}", change=change,
            note="" if restored or change.changelog == BEGAN else change.changelog,
        )  # fmt: skip

    def _of_event(self, event: Event) -> Line:
        artifact = self._artifacts.get(event.artifact_id or UUID(int=0))
        kind = kind_of(artifact) if artifact else None
        line = Line(
            key=f"e{event.pk}", at=event.created_at, who=event.actor_label, via=VIA.get(event.via, ""),
            icon=icon_of(event), code=event.name, event=event, note=self._notes.get(event.pk, ""),
            said=said_of_event(
                event, published=kind.words.published if kind else "published",
                noun=kind.noun if kind else "artifact",
            ),
            why="" if event.name in CONNECTORS else event.message,
            filled=event.name in (*MOVES_LIVE, *MOVES_STAGING),
            changes=changes_of(brief(event).get("changes")),
        )  # fmt: skip
        if artifact:
            self._link(line, event, artifact)
        return line

    def _link(self, line: Line, event: Event, artifact: Artifact) -> None:
        """Where an Event leads; what was deleted since has no link."""
        links, old, new = self._links[artifact.pk], event.from_number, event.to_number
        if "former" in brief(event):
            line.former_url = links.to("history", former=event.sequence, **self.asked.query())
            line.former_label = kind_of(artifact).words.former
        if new and (artifact.pk, new) in self._there:
            line.version_url = links.to("version", new)
            if (
                old
                and old != new
                and (artifact.pk, old) in self._there
                and event.name != EventName.ARTIFACT_IMPORTED
            ):
                line.compare_url = links.to("compare", old, new)

    def _of_gap(self, gap: Gap) -> Line:
        resource = RESOURCES.get(gap.resource_type)
        noun = resource.noun if resource else gap.resource_type
        label = self._labels.get((gap.resource_type, gap.resource_id), str(gap.resource_id)[:8])
        said = format_html("A change of {} <b>{}</b> could not be recorded", noun, label)
        return Line(
            key=f"g{gap.pk}", at=gap.created_at, icon="warn", who=gap.db_role, login=True, said=said,
            tail=f"version {gap.version}", note=f"{gap.sqlstate}: {gap.reason}", warn=True,
        )  # fmt: skip

    def _named(self, entries: Sequence[Entry]) -> dict[UUID, Artifact]:
        """The artifacts that the lines are about."""
        if self.artifact is not None:
            return {self.artifact.pk: self.artifact}
        ids = {_artifact_of(entry) for entry in entries}
        return Artifact.objects.in_workspace(self.actor).only("slug", "kind").in_bulk(list(filter(None, ids)))


def _artifact_of(entry: Entry) -> UUID | None:
    """The artifact that an entry is about."""
    return entry.artifact_id if isinstance(entry, Event) else entry.agent_id or entry.resource_id


def _versions(events: Sequence[Event]) -> set[tuple[UUID, int]]:
    """Which versions that the Events name are there."""
    if not events:
        return set()
    numbers = {number for event in events for number in (event.from_number, event.to_number) if number}
    rows = Version.objects.filter(artifact_id__in={event.artifact_id for event in events}, number__in=numbers)
    return set(rows.values_list("artifact_id", "number"))


def _labels(found: Sequence[Gap]) -> dict[tuple[str, UUID], str]:
    """What the resources of Gaps are called: by the last of their Changes."""
    if not found:
        return {}
    rows = Change.objects.filter(resource_id__in={gap.resource_id for gap in found})
    last = rows.order_by("resource_id", "resource_type", "-version").distinct("resource_id", "resource_type")
    return {
        (change.resource_type, change.resource_id): change.called  # type: ignore[attr-defined]
        for change in light(last)
        if change.called  # type: ignore[attr-defined]
    }


def _name_days(lines: Sequence[Line], last: date | None) -> None:
    """Mark the first line of each day; `last` was named on the page before."""
    for line in lines:
        day = here(line.at).date()
        if day != last:
            line.new_day = last = day
