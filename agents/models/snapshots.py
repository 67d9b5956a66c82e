"""What each publish of an agent made live, whole: for reading, comparing, and putting back."""

import uuid

from django.db import models
from django.db.models.functions import Now

from agents.models.agent import Agent
from agents.querysets import SnapshotQuerySet
from versioning.workspaces.models import Workspace


class Snapshot(models.Model):
    """The four components of an agent as one publish made them live. Never changed.

    `version_number` counts the agent's Snapshots (1, 2, 3…); `number` is the version that went live.
    Of the schemas those in force are kept. `event_id` is the publish: each leaves exactly one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_column="tenant_id")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="snapshots")
    version_number = models.PositiveIntegerField()
    agent_snapshot = models.JSONField()
    schemas_snapshot = models.JSONField()
    triggers_snapshot = models.JSONField()
    mcp_servers_snapshot = models.JSONField()
    number = models.PositiveIntegerField()
    event_id = models.UUIDField(unique=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        db_table = "builder_versions"
        constraints = [models.UniqueConstraint(fields=["agent", "version_number"], name="snapshot_number")]

    def __str__(self) -> str:
        return f"snapshot {self.version_number}"

    @property
    def configuration(self) -> dict[str, object]:
        """The four components as a configuration, in the form of agents/canonical.py."""
        own = {name: value for name, value in self.agent_snapshot.items() if name != "id"}
        return {
            "agent": own, "schemas": self.schemas_snapshot, "triggers": self.triggers_snapshot,
            "mcp_servers": self.mcp_servers_snapshot,
        }  # fmt: skip
