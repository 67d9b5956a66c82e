"""The History tab: an artifact's Events, a page at a time, and what was served at a moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.diffs import Shown, Text, show_texts
from versioning.versions.presenters.events import Entry, entries, in_utc
from versioning.versions.presenters.header import Links
from versioning.versions.services.one_draft import as_rows_are
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import MOVES_LIVE, MOVES_STAGING, EventName
from versioning.workspaces.models import Event
from versioning.workspaces.words import brief

PAGE = 50
ACTS = {
    "": ("All", ()),
    "live": ("Live", MOVES_LIVE),
    "staging": ("Staging", MOVES_STAGING),
    "drafts": (
        "Drafts",
        (
            EventName.VERSION_CREATED, EventName.VERSION_UPDATED, EventName.VERSION_DELETED,
            EventName.VERSION_LOCKED, EventName.VERSION_REVERTED,
        ),
    ),
    "connectors": (
        "Connectors",
        (EventName.CONNECTOR_CREATED, EventName.CONNECTOR_CHANGED, EventName.CONNECTOR_REMOVED),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Former:
    """What a rewritten, reverted or deleted draft held before.

    `shown` is what became of it field by field, where its kind compares so.
    """

    entry: Entry
    label: str
    source: str
    message: str
    author: str
    shown: Shown | None = None


@dataclass(frozen=True)
class Answer:
    """What one pointer stood on at a moment, in words; `url` leads to the version if it is still there."""

    words: str
    label: str = ""
    url: str = ""


def history_page(
    actor: Actor, artifact: Artifact, *, acts: str, before: int | None, day: str = ""
) -> dict[str, Any]:
    """A page of Events, newest first. `day` is the last day that the page before has named."""
    acts = acts if acts in ACTS else ""
    found = Event.objects.of(artifact.pk)
    if acts:
        found = found.filter(name__in=ACTS[acts][1])
    if before:
        found = found.filter(sequence__lt=before)
    page = list(found.without_texts().order_by("-sequence")[: PAGE + 1])
    links = Links(actor, artifact)
    pages = {name for _, name in kind_of(artifact).words.tabs}
    shown = _linked(entries(page[:PAGE], artifact), artifact, links, acts)
    last = _name_days(shown, parse_date(day) if _is_day(day) else None)
    cursor = page[PAGE - 1].sequence if len(page) > PAGE else None
    return {
        "entries": shown,
        "acts": [{"url": links.to("history", acts=name), "label": label, "current": name == acts}
                 for name, (label, _) in ACTS.items() if name != "connectors" or name in pages],
        "asked_acts": acts,
        "next_url": cursor and links.to("history", acts=acts, before=cursor, day=last),
        "form_url": links.to("history"),
        "today": timezone.now().date(),
        "words": kind_of(artifact).words,
    }  # fmt: skip


def former_text(actor: Actor, artifact: Artifact, sequence: int) -> Former | None:
    """What a draft held before the Event of that number rewrote or deleted it."""
    event = Event.objects.of(artifact.pk).filter(sequence=sequence).first()
    former = event.data.get("former") if event else None
    if event is None or not former:
        return None
    (entry,), kind = entries([event], artifact), kind_of(artifact)
    label, source = f"v{event.to_number or event.from_number}", former.get("source", "")
    after = _after(artifact, event) if kind.one_draft else ""
    shown = show_texts(kind, Text("before", source), Text("after", after)) if after else None
    return Former(entry, label, source, former.get("message", ""), former.get("author", ""), shown)


def _after(artifact: Artifact, event: Event) -> str:
    """What the draft held after an Event: what the next one replaced, or what it holds now."""
    later = Event.objects.of(artifact.pk).filter(
        sequence__gt=event.sequence, to_number=event.to_number, data__has_key="former"
    )
    following = later.order_by("sequence").first()
    if following:
        return str(following.data["former"].get("source", ""))
    version = Version.objects.of(artifact).numbered(event.to_number) if event.to_number else None
    return as_rows_are(artifact, version).source if version else ""


def moment_in(given: str) -> datetime | None:
    """A moment as a query says it: with an offset, or in UTC; a date means its last second."""
    given = given.strip()
    try:
        if len(given) == len("2026-11-20"):
            day = parse_date(given)
            at = datetime.combine(day, time(23, 59, 59)) if day else None
        else:
            at = parse_datetime(given.replace(" ", "+") if "T" in given else given)  # "+" comes as a space
        if at is None:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def served_at(actor: Actor, artifact: Artifact, at: datetime) -> list[Answer]:
    """What was live, and on staging, at a moment: read from the Events, not from today's pointers."""
    answers = [_live_at(actor, artifact, at)]
    if actor.workspace.staging_enabled:
        answers.append(_staging_at(actor, artifact, at))
    return answers


def _live_at(actor: Actor, artifact: Artifact, at: datetime) -> Answer:
    event = _last(artifact, at, MOVES_LIVE)
    if event is None or event.to_number is None:
        why = (
            f": {event.actor_label} unpublished v{event.from_number} on {in_utc(event.created_at)}"
            if event
            else ""
        )
        return Answer(f"nothing was live{why}{_reason(event)}.")
    rolled = event.name == EventName.VERSION_ROLLED_BACK
    did = "brought back" if rolled else kind_of(artifact).words.published
    by = f"was live, {did} by {event.actor_label} on {in_utc(event.created_at)}{_reason(event)}."
    return Answer(by, f"v{event.to_number}", _url_of(actor, artifact, event.to_number))


def _staging_at(actor: Actor, artifact: Artifact, at: datetime) -> Answer:
    event = _last(artifact, at, MOVES_STAGING)
    if event is None or event.to_number is None:
        return Answer("Staging was not set: test keys read live.")
    by = f"was on staging, set by {event.actor_label} on {in_utc(event.created_at)}."
    return Answer(by, f"v{event.to_number}", _url_of(actor, artifact, event.to_number))


def _last(artifact: Artifact, at: datetime, names: tuple[EventName, ...]) -> Event | None:
    moves = Event.objects.of(artifact.pk).filter(name__in=names).before(at)
    return moves.defer("data").newest_first().first()


def _reason(event: Event | None) -> str:
    return f": {event.message}" if event and event.message else ""


def _url_of(actor: Actor, artifact: Artifact, number: int) -> str:
    there = Version.objects.of(artifact).filter(number=number).exists()
    return Links(actor, artifact).to("version", number) if there else ""


def _linked(shown: list[Entry], artifact: Artifact, links: Links, acts: str) -> list[Entry]:
    """Give each line its links; what was deleted since has none."""
    numbers = {n for entry in shown for n in (entry.event.from_number, entry.event.to_number) if n}
    there = set(Version.objects.of(artifact).filter(number__in=numbers).values_list("number", flat=True))
    for entry in shown:
        event = entry.event
        old, new = event.from_number, event.to_number
        if "former" in brief(event):
            entry.former_url = links.to("history", former=event.sequence, acts=acts)
        if new in there and new:
            entry.version_url = links.to("version", new)
            if old in there and old and old != new and event.name != EventName.ARTIFACT_IMPORTED:
                entry.compare_url = links.to("compare", old, new)
    return shown


def _name_days(shown: list[Entry], last: date | None) -> date | None:
    """Mark the first line of each day; the last day that was named."""
    for entry in shown:
        day = entry.event.created_at.astimezone(UTC).date()
        if day != last:
            entry.new_day = last = day
    return last


def _is_day(given: str) -> bool:
    try:
        return parse_date(given) is not None
    except ValueError:
        return False
