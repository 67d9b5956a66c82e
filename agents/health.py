"""What the health of the record asks of agents: how many publishes have left no Snapshot yet."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from agents.models import Snapshot
from versioning.versions.models import Artifact
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event


def snapshots_missing(workspace_id: UUID) -> int:
    """How many Snapshots are still to be taken in a workspace."""
    agents = Artifact.objects.filter(workspace_id=workspace_id, kind="agent").values("pk")
    published = Event.objects.filter(
        workspace_id=workspace_id, name=EventName.VERSION_PUBLISHED, artifact_id__in=agents
    )
    return published.exclude(Exists(Snapshot.objects.filter(event_id=OuterRef("pk")))).count()
