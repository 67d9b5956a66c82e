"""The agent's row, once for each way to keep its history."""

import uuid

import pghistory
import reversion
from auditlog.registry import auditlog
from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords


class Row(models.Model):
    """The columns of `builder_agents`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    tenant_id = models.UUIDField()
    name = models.CharField(max_length=200)
    bio = models.TextField(blank=True)
    commercial_name = models.CharField(max_length=200, blank=True)
    llm_config = models.JSONField(default=dict)
    tags = ArrayField(models.CharField(max_length=50), default=list)
    type = models.CharField(max_length=20, default="assistant")
    visibility = models.CharField(max_length=20, default="workspace")
    metadata = models.JSONField(default=dict)
    status = models.CharField(max_length=20, default="active")
    archived_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    total_interactions = models.BigIntegerField(default=0)
    success_rate = models.FloatField(null=True)
    avg_response_time = models.FloatField(null=True)
    last_interaction = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Bare(Row):
    """Nothing keeps its history."""


class Ours(Row):
    """The triggers of `versioning.changes` are laid on its table by the benchmark, as on the agents'."""


@pghistory.track()
class Pghistory(Row):
    """django-pghistory."""


class SimpleHistory(Row):
    """django-simple-history."""

    history = HistoricalRecords()


@reversion.register()
class Reversion(Row):
    """django-reversion; an edit happens in `create_revision()`."""


class Auditlog(Row):
    """django-auditlog."""


auditlog.register(Auditlog)
