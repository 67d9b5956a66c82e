"""What the timeline says of an agent's publish beside the Event: which Snapshot it left."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from agents.models import Snapshot
from versioning.changes.notes import Note
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event


def snapshots_taken(actor: Actor, events: Sequence[Event]) -> dict[UUID, Note]:
    """The Snapshots of some publishes, by the Event's id."""
    rows = Snapshot.objects.filter(tenant_id=actor.workspace.id, event_id__in=[event.pk for event in events])
    return {
        event: Note(
            f"snapshot {number} taken", reverse("agents:snapshot", args=[actor.workspace.slug, slug, number])
        )
        for event, number, slug in rows.values_list("event_id", "version_number", "agent__slug")
    }
