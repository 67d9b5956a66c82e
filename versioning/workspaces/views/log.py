"""Settings → Log: everything that was done in the workspace, newest first."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from versioning.lib.htmx import render_page
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.policy import Act, require
from versioning.workspaces.querysets import EventQuerySet
from versioning.workspaces.subjects import Subject, subjects
from versioning.workspaces.views.frame import framed, url
from versioning.workspaces.words import by_way, did, saying

PAGE = 50
COUNTED = 10_000


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One page of the log; with a cursor, htmx gets only the rows that follow."""
    actor = actor_of(request)
    require(actor, Act.READ)
    words, after = request.GET.get("q", "").strip()[:200], request.GET.get("after", "")
    events = Event.objects.in_workspace(actor)
    if words:
        events = events.search(words, lambda word: saying(word) | _about(actor, word))
    rows = list(_following(events.newest_first(), after).without_texts()[: PAGE + 1])
    more = len(rows) > PAGE
    query = {"q": words} if words else {}
    next_url = f"{url(actor, 'log')}?{urlencode(query | {'after': _cursor(rows[PAGE - 1])})}" if more else ""
    page = framed(
        actor, "log", rows=_presented(actor, rows[:PAGE]), q=words, after=after, next_url=next_url,
        total=_counted(events), first_url=url(actor, "log"),
    )  # fmt: skip
    return render_page(request, "workspaces/log.html", page, part="rows" if after else "found")


def _about(actor: Actor, word: str) -> Q:
    return Q(artifact_id__in=list(subjects().like(actor, word)))


def _presented(actor: Actor, events: list[Event]) -> list[dict[str, Any]]:
    """Each Event with its words and links."""
    named = subjects().named(actor, {event.artifact_id for event in events if event.artifact_id})
    return [_row(event, named.get(event.artifact_id) if event.artifact_id else None) for event in events]


def _row(event: Event, subject: Subject | None) -> dict[str, Any]:
    gone = event.name == EventName.VERSION_DELETED
    number = None if gone else event.to_number
    version_url = subject.version_url(number) if subject and number else ""
    said = did(event, subject.published) if subject else did(event)
    return {
        "event": event, "did": said, "way": by_way(event), "subject": subject, "url": version_url,
    }  # fmt: skip


def _counted(events: EventQuerySet) -> str:
    """How many there are, counted as far as it helps."""
    count = events.order_by()[: COUNTED + 1].count()
    return f"more than {COUNTED:,} acts" if count > COUNTED else f"{count:,} act{'' if count == 1 else 's'}"


def _cursor(event: Event) -> str:
    return f"{event.created_at.isoformat()}~{event.sequence}~{event.id}"


def _following(events: EventQuerySet, cursor: str) -> EventQuerySet:
    """What follows a cursor; a cursor that says nothing begins at the top."""
    try:
        at, sequence, event_id = cursor.split("~")
        moment, number = datetime.fromisoformat(at), int(sequence)
        if moment.tzinfo is None or abs(number) >= 2**63:
            return events
        return events.older_than(moment, number, UUID(event_id))
    except ValueError:
        return events
