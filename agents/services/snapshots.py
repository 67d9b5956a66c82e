"""Snapshots: taken when an agent is published, and later where that failed."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from agents.canonical import active, parsed
from agents.models import Agent, Snapshot
from versioning.lib.transaction import told
from versioning.versions.models import Artifact, Version
from versioning.versions.services.steps import locked
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event, Workspace

log = logging.getLogger("previse.snapshots")


def take(artifact: Artifact, event: Event) -> Snapshot | None:
    """Take the Snapshot of a publish, inside its transaction; None where it failed.

    It never fails the publish: `take_missing` finds by the Event that it is not there.
    """
    try:
        with transaction.atomic():
            return _taken(artifact, event)
    except Exception:  # whatever it is, the publish goes on
        log.exception("no snapshot of %s by event %s yet: it is tried again", artifact.slug, event.pk)
        return None


def take_missing(since: datetime | None = None) -> int:
    """Take every Snapshot that a publish has not left yet, in all workspaces; how many were taken.

    One that fails again holds up no other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM snapshots_missing(coalesce(%s, '-infinity'::timestamptz))", [since])
        missing: list[tuple[UUID, UUID, UUID]] = cursor.fetchall()
    return sum(_tried(*each) for each in missing)


def _tried(workspace_id: UUID, agent_id: UUID, event_id: UUID) -> bool:
    try:
        return _retried(workspace_id, agent_id, event_id)
    except Exception:
        log.exception("no snapshot of agent %s by event %s yet: it is tried again", agent_id, event_id)
        return False


def _retried(workspace_id: UUID, agent_id: UUID, event_id: UUID) -> bool:
    with told(workspace_id):
        actor = Actor.of_operator(Workspace.objects.get(pk=workspace_id), via="command")
        agent = Agent.objects.get(pk=agent_id)
        with locked(actor, agent):
            if Snapshot.objects.filter(event_id=event_id).exists():
                return False
            return take(agent, Event.objects.get(pk=event_id)) is not None


def _taken(artifact: Artifact, event: Event) -> Snapshot:
    assert event.to_number is not None  # of a publish
    found = parsed(source_published(artifact, event))
    last = Snapshot.objects.of(artifact.pk).aggregate(last=Max("version_number"))["last"] or 0
    return Snapshot.objects.create(
        tenant_id=artifact.workspace_id, agent_id=artifact.pk, version_number=last + 1,
        agent_snapshot={"id": str(artifact.pk), **found["agent"]},
        schemas_snapshot=active(found["schemas"]), triggers_snapshot=found["triggers"],
        mcp_servers_snapshot=found["mcp_servers"], number=event.to_number, event_id=event.pk,
        published_at=event.created_at, published_by=event.actor_label, message=event.message,
    )  # fmt: skip


def being_taken(artifact: Artifact) -> list[Event]:
    """The publishes whose Snapshot is not there yet, newest first."""
    taken = Snapshot.objects.of(artifact.pk).filter(event_id=OuterRef("pk"))
    published = Event.objects.of(artifact.pk).filter(name=EventName.VERSION_PUBLISHED)
    return list(published.exclude(Exists(taken)).without_texts().order_by("-sequence"))


def source_published(artifact: Artifact, event: Event) -> str:
    """The content that a publish made live: what the next rewrite replaced, or what the version holds.

    A draft that is live itself may have been rewritten since; each Event of that kept what was before.
    """
    later = Event.objects.of(artifact.pk).filter(
        sequence__gt=event.sequence, to_number=event.to_number, data__has_key="former"
    )
    following = later.order_by("sequence").first()
    if following:
        return str(following.data["former"]["source"])
    versions = Version.objects.of(artifact).filter(number=event.to_number or 0)
    return str(versions.values_list("source", flat=True).get())
