"""TRY IT: which server answers, and what it answered."""

import uuid

from django.db import models
from django.utils import timezone

from versioning.playground.querysets import RunQuerySet
from versioning.playground.states import LOST_AFTER, OPEN, RunStatus
from versioning.versions.models import Artifact, Version
from versioning.workspaces.models import User, Workspace

DOTS = "••••"
LOST = "The server was restarted before the answer was complete. Run it again."


class Provider(models.Model):
    """The server that answers in a workspace. Its key is sealed; people see the last four characters."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    base_url = models.CharField(max_length=500)
    model = models.CharField(max_length=200)
    sealed_key = models.BinaryField(null=True, editable=False)
    last4 = models.CharField(max_length=4, blank=True, editable=False)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.model} at {self.base_url}"

    @property
    def shown_key(self) -> str:
        """The key as forms show it, and know it again when it comes back; '' for none."""
        return DOTS + self.last4 if self.sealed_key else ""


class Run(models.Model):
    """One version asked once. `number` and `digest` say which text it was, also when a draft is gone.

    `request` is what was sent, to the letter, and holds no secret. `pair` joins two runs side by side.
    While a run is open, its process gives a sign of life (`seen_at`): one that stays away has lost it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    artifact = models.ForeignKey(Artifact, models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    pair = models.UUIDField(null=True)
    said = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    request = models.JSONField()
    model = models.CharField(max_length=200, blank=True)
    overridden = models.BooleanField(default=False)  # the provider's model, not the one that it names
    answer = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=RunStatus)
    error = models.TextField(blank=True)
    tokens_in = models.PositiveIntegerField(null=True)
    tokens_out = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    first_token_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=RunStatus.values), name="run_status_known"),
        ]
        indexes = [
            models.Index(fields=["artifact", "-created_at"], name="run_of_artifact"),
            models.Index(fields=["artifact", "number", "-created_at"], name="run_of_version"),
            models.Index(fields=["workspace", "-created_at"], name="run_of_workspace"),
            models.Index(fields=["workspace"], condition=models.Q(status__in=OPEN), name="run_open"),
        ]

    def __str__(self) -> str:
        return f"{self.label}, {self.status}"

    @property
    def label(self) -> str:
        """The version, as people call it."""
        return f"v{self.number}"

    @property
    def lost(self) -> bool:
        """Whether the process that was to finish it is gone."""
        return self.status in OPEN and self.seen_at < timezone.now() - LOST_AFTER

    @property
    def state(self) -> RunStatus:
        """How far it is, as people see it."""
        return RunStatus.FAILED if self.lost else RunStatus(self.status)

    @property
    def is_open(self) -> bool:
        """Whether more may still come."""
        return self.state in OPEN

    @property
    def problem(self) -> str:
        """Why there is no answer, or no whole one; '' where nothing went wrong."""
        return LOST if self.lost else self.error
