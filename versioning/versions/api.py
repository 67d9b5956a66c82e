"""REST: the Events of the whole workspace, and of one artifact of any kind."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from ninja import Field, Query, Router

from versioning.lib.errors import not_found
from versioning.lib.paging import Page, PageQuery, paged
from versioning.versions.models import Artifact
from versioning.versions.moments import moment
from versioning.versions.schemas import ArtifactRef, EventOut
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.policy import Act, require
from versioning.workspaces.querysets import EventQuerySet

router = Router(tags=["Events"])


class EventQuery(PageQuery):
    """Which Events are wanted."""

    name: EventName | None = Field(None, description="Only acts of this name.")
    since: str = Field("", max_length=60, description="From this moment on (ISO 8601 with an offset).")
    until: str = Field("", max_length=60, description="Up to this moment, itself included.")


@router.get("/events", response=Page[EventOut], exclude_unset=True, summary="List Events")
def list_events(request: HttpRequest, page: Query[EventQuery]) -> dict[str, Any]:
    """Every recorded act of the workspace, newest first. Viewers may; keys with the scope `history`."""
    rows = _events(actor_of(request)).without_texts()
    if page.name:
        rows = rows.filter(name=page.name)
    if page.since:
        rows = rows.filter(created_at__gte=moment(page.since, "since"))
    if page.until:
        rows = rows.before(moment(page.until, "until"))
    return paged(rows, page, ("created_at", "sequence", "pk"), _shown)


@router.get("/events/{uuid:event_id}", response=EventOut, summary="Read an Event")
def read_event(request: HttpRequest, event_id: UUID) -> EventOut:
    """One act with all that was recorded, the former text of a rewritten or deleted draft too."""
    event = _events(actor_of(request)).filter(pk=event_id).first()
    if event is None:
        raise not_found()
    return _shown(event)


def events_of(artifact: Artifact, page: PageQuery) -> dict[str, Any]:
    """A page of the Events of one artifact, newest first."""
    about = ArtifactRef(kind=artifact.kind, slug=artifact.slug)
    rows = Event.objects.of(artifact.pk).without_texts()
    return paged(rows, page, ("sequence",), lambda event: EventOut.of(event, about))


def _events(actor: Actor) -> EventQuerySet:
    require(actor, Act.READ)
    about = Artifact.objects.filter(pk=OuterRef("artifact_id"))
    rows: EventQuerySet = Event.objects.in_workspace(actor).annotate(
        kind=Subquery(about.values("kind")[:1]), slug=Subquery(about.values("slug")[:1])
    )
    return rows


def _shown(event: Any) -> EventOut:
    return EventOut.of(event, ArtifactRef(kind=event.kind, slug=event.slug) if event.slug else None)
