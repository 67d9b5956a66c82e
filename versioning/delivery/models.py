"""Who reads what: written by each server process every few seconds, never by a read."""

from django.db import models

from versioning.versions.models import Artifact
from versioning.workspaces.models import ApiKey, Workspace


class Client(models.Model):
    """A program that reads an artifact: its key, the instance that it says it is, and what it holds.

    `instance` is empty where it says none. `number` is empty where it was told that nothing is live; with
    `digest` it says which text it serves, and `generation` which state of the pointers it was told of.
    """

    pk = models.CompositePrimaryKey("key_id", "instance", "artifact_id")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", db_index=False)
    instance = models.CharField(max_length=64, blank=True)
    artifact = models.ForeignKey(Artifact, models.CASCADE, related_name="+", db_index=False)
    generation = models.BigIntegerField()
    number = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    served_from = models.CharField(max_length=10)  # live | staging
    since = models.DateTimeField()  # when it was first seen to hold this
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["artifact", "key"], name="client_of_artifact")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.instance}"


class Reads(models.Model):
    """How often a key read an artifact in one hour, counted from `hour` on (UTC)."""

    pk = models.CompositePrimaryKey("key_id", "artifact_id", "hour")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", db_index=False)
    artifact = models.ForeignKey(Artifact, models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()
    count = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "reads"
        indexes = [models.Index(fields=["artifact", "hour"], name="reads_of_artifact")]

    def __str__(self) -> str:
        return f"{self.key_id} at {self.hour}: {self.count}"
