"""What the database writes by itself whenever a tracked row changes. Nobody else writes here.

`capture_change()` (migration 0001) is the one author: the application may read these tables and no more
(but for Verification, in which it notes what it found). A record has no foreign key, for it outlives what
it is about.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from versioning.changes.querysets import ChangeQuerySet, GapQuerySet


class Operation(models.TextChoices):
    """What happened to a row."""

    INSERT = "INSERT", "created"
    UPDATE = "UPDATE", "changed"
    DELETE = "DELETE", "deleted"


class Change(models.Model):
    """One change of one tracked row: what it was, what it became.

    `version` counts without gaps per resource, also through a deletion and a return under the same id.
    `data_before` and `data_after` hold the tracked columns with `id` (and `agent_id`); `changed_by` is the
    person, None for a program's key and for who writes by SQL: then `db_role` says which login it was.
    `created_at` is the moment of the change to the microsecond (of an import, the moment that it reports).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource_type = models.CharField(max_length=20)
    resource_id = models.UUIDField()
    agent_id = models.UUIDField(null=True)
    tenant_id = models.UUIDField()
    version = models.PositiveIntegerField()
    operation = models.CharField(max_length=6, choices=Operation)
    data_before = models.JSONField(null=True)
    data_after = models.JSONField(null=True)
    changed_fields = ArrayField(models.TextField(), null=True)
    changed_by = models.UUIDField(null=True)
    changelog = models.TextField(blank=True)
    db_role = models.TextField()
    request_id = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        db_table = "config_history"
        constraints = [
            models.UniqueConstraint(fields=["resource_id", "resource_type", "version"], name="change_version")
        ]
        indexes = [
            models.Index(fields=["tenant_id", "-created_at", "-id"], name="change_by_time"),
            models.Index(fields=["agent_id", "-created_at", "-id"], name="change_by_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.resource_id}, version {self.version}"


class Counter(models.Model):
    """The last version given to each resource: it outlives the row, and names what was lost.

    `lost` lists the versions of which not even a Gap could be written.
    """

    pk = models.CompositePrimaryKey("resource_type", "resource_id")
    resource_type = models.CharField(max_length=20)
    resource_id = models.UUIDField()
    agent_id = models.UUIDField(null=True)
    tenant_id = models.UUIDField()
    last = models.PositiveIntegerField()
    lost = ArrayField(models.PositiveIntegerField(), default=list)

    class Meta:
        db_table = "config_counter"
        indexes = [
            models.Index(fields=["agent_id"], name="counter_by_agent"),
            models.Index(fields=["tenant_id"], condition=~models.Q(lost=[]), name="counter_with_losses"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.resource_id}: {self.last}"


class Gap(models.Model):
    """A change that was made and could not be recorded: which version is missing, and why."""

    id = models.BigAutoField(primary_key=True)
    resource_type = models.TextField()
    resource_id = models.UUIDField()
    agent_id = models.UUIDField(null=True)
    tenant_id = models.UUIDField()
    version = models.PositiveIntegerField()
    operation = models.TextField()
    sqlstate = models.TextField()
    reason = models.TextField()
    changed_by = models.TextField(blank=True)
    db_role = models.TextField()
    request_id = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = GapQuerySet.as_manager()

    class Meta:
        db_table = "config_history_gap"
        indexes = [models.Index(fields=["tenant_id", "-id"], name="gap_by_workspace")]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.resource_id}, version {self.version} was not recorded"


class Mode(models.Model):
    """Whether a change that cannot be recorded is refused (`HISTORY_STRICT=1` at the last migrate)."""

    id = models.BooleanField(primary_key=True, default=True)
    strict = models.BooleanField(default=False)

    class Meta:
        db_table = "config_mode"

    def __str__(self) -> str:
        return "strict" if self.strict else "lenient"


class Verification(models.Model):
    """What the last full verification of a workspace found, when, and who asked for it."""

    tenant = models.OneToOneField(
        "workspaces.Workspace", models.CASCADE, primary_key=True, related_name="+", db_column="tenant_id"
    )
    at = models.DateTimeField()
    seconds = models.FloatField()
    asked_by = models.CharField(max_length=200)
    resources = models.PositiveIntegerField()
    records = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    findings = models.JSONField(default=list)  # the first of them, as services/health.py writes them

    class Meta:
        db_table = "config_verification"

    def __str__(self) -> str:
        return f"{self.found} found in {self.records} records"
