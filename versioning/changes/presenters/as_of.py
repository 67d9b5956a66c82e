"""As of a moment: what was served then, and what an artifact and its rows were."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from versioning.changes.models import Change
from versioning.changes.presenters.asked import resources_of
from versioning.changes.presenters.shown import Shown, show_states
from versioning.changes.presenters.words import BEGAN
from versioning.changes.resources import Resource
from versioning.changes.services import state_at
from versioning.changes.who import Who, makers
from versioning.lib.zones import in_zone
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import Links
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import MOVES_LIVE, MOVES_STAGING, EventName
from versioning.workspaces.models import Event

MOST = 60  # rows that one page shows


@dataclass(frozen=True)
class Answer:
    """What one pointer stood on at a moment, in words; `url` leads to the version if it is still there."""

    words: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Part:
    """A row as it was. `since` says what became of it, where it is compared with now."""

    resource: Resource
    label: str
    change: Change | None
    who: Who | None
    shown: Shown | None
    since: str = ""


@dataclass(frozen=True)
class State:
    """An artifact at a moment, row by row. `problem` says why there is none."""

    parts: list[Part]
    more: int
    compared: bool
    problem: str = ""
    then_url: str = ""
    now_url: str = ""


def moment_in(given: str) -> datetime | None:
    """A moment as a query says it: with an offset, or in the reader's zone; a date means its last second."""
    given = given.strip()
    try:
        if len(given) == len("2026-11-20"):
            day = parse_date(given)
            at = datetime.combine(day, time(23, 59, 59)) if day else None
        else:
            at = parse_datetime(given.replace(" ", "+") if "T" in given else given)  # "+" comes as a space
        if at is None:
            return None
        return (at if at.tzinfo else timezone.make_aware(at)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def state_then(actor: Actor, artifact: Artifact, at: datetime, *, compared: bool) -> State:
    """What an artifact was at a moment, field by field; where `compared`, what became of it since."""
    links, given = Links(actor, artifact), f"{at:%Y-%m-%dT%H:%M:%S}+00:00"
    urls = {
        "then_url": links.to("history", at=given),
        "now_url": links.to("history", at=given, compare="now"),
    }
    then = _rows(actor, artifact, at)
    if artifact.kind not in {change.resource_type for change in then}:
        return State([], 0, compared, _why_not(actor, artifact), **urls)
    now = _rows(actor, artifact, timezone.now()) if compared else []
    who = makers(then)
    pairs = [*_pairs(artifact, then, now)]
    parts = [_part(resource, old, new, who, compared=compared) for resource, old, new in pairs[:MOST]]
    return State(parts, len(pairs) - len(parts), compared, **urls)


def _rows(actor: Actor, artifact: Artifact, at: datetime) -> list[Change]:
    """The last Change of each row by a moment; what was deleted by then is left out."""
    if kind_of(artifact).one_draft:
        return [change for changes in state_at(actor, artifact.pk, at).values() for change in changes]
    rows = Change.objects.in_workspace(actor).of(artifact.kind, artifact.pk).before(at)
    return [change for change in rows.order_by("-version")[:1] if change.data_after is not None]


def _pairs(
    artifact: Artifact, then: list[Change], now: list[Change]
) -> Iterator[tuple[Resource, Change | None, Change | None]]:
    """Each row then and now, by type and by name."""
    for resource in resources_of(artifact):
        old = {change.resource_id: change for change in then if change.resource_type == resource.name}
        new = {change.resource_id: change for change in now if change.resource_type == resource.name}
        found = [(resource, old.get(id), new.get(id)) for id in {**old, **new}]
        yield from sorted(found, key=lambda each: _label(resource, each[1] or each[2]).lower())


def _part(
    resource: Resource, old: Change | None, new: Change | None, who: dict[Any, Who], *, compared: bool
) -> Part:
    label, change = _label(resource, old or new), old or new
    maker = who.get(old.pk) if old else None
    before = old.data_after if old else None
    after = new.data_after if new else None
    if not compared:
        return Part(resource, label, change, maker, show_states(resource.name, None, before, label))
    if before == after:
        return Part(resource, label, change, maker, None, "as it is now")
    since = "changed since" if old and new else "created since" if new else "deleted since"
    return Part(resource, label, change, maker, show_states(resource.name, before, after, label), since)


def _label(resource: Resource, change: Change | None) -> str:
    data = change.data_after if change else None
    return (resource.label(data) if data else "") or resource.noun


def _why_not(actor: Actor, artifact: Artifact) -> str:
    noun = kind_of(artifact).noun
    rows = Change.objects.in_workspace(actor).of(artifact.kind, artifact.pk)
    first = rows.order_by("version").first()
    if first is None:
        return f"What this {noun} was then was not recorded."
    when = in_zone(first.created_at)
    if first.changelog == BEGAN:
        return f"What this {noun} was then was not recorded: its history began on {when}."
    return f"This {noun} did not exist then: it was created on {when}."


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
            f": {event.actor_label} unpublished v{event.from_number} on {in_zone(event.created_at)}"
            if event
            else ""
        )
        return Answer(f"nothing was live{why}{_reason(event)}.")
    rolled = event.name == EventName.VERSION_ROLLED_BACK
    did = "brought back" if rolled else kind_of(artifact).words.published
    by = f"was live, {did} by {event.actor_label} on {in_zone(event.created_at)}{_reason(event)}."
    return Answer(by, f"v{event.to_number}", _url_of(actor, artifact, event.to_number))


def _staging_at(actor: Actor, artifact: Artifact, at: datetime) -> Answer:
    event = _last(artifact, at, MOVES_STAGING)
    if event is None or event.to_number is None:
        return Answer("Staging was not set: test keys read live.")
    by = f"was on staging, set by {event.actor_label} on {in_zone(event.created_at)}."
    return Answer(by, f"v{event.to_number}", _url_of(actor, artifact, event.to_number))


def _last(artifact: Artifact, at: datetime, names: tuple[EventName, ...]) -> Event | None:
    moves = Event.objects.of(artifact.pk).filter(name__in=names).before(at)
    return moves.defer("data").newest_first().first()


def _reason(event: Event | None) -> str:
    return f": {event.message}" if event and event.message else ""


def _url_of(actor: Actor, artifact: Artifact, number: int) -> str:
    there = Version.objects.of(artifact).filter(number=number).exists()
    return Links(actor, artifact).to("version", number) if there else ""
