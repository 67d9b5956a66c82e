"""WHO IS TOLD: endpoints, what each is owed, and every attempt to bring it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from versioning.webhooks.querysets import AttemptQuerySet, DeliveryQuerySet, EndpointQuerySet
from versioning.workspaces.models import Event, User, Workspace


class Endpoint(models.Model):
    """An address that is told of Events. `events` are the names that it wants; none means every one.

    Its secret signs what it gets; while a former one is still `former_until`, both sign. A worker that sends
    to it holds it until `held_until`, so that it gets one thing at a time, in order, and is free again by
    itself where that worker was killed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    sealed_secret = models.BinaryField(editable=False)
    last4 = models.CharField(max_length=4, editable=False)
    sealed_former = models.BinaryField(null=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    disabled_at = models.DateTimeField(null=True, editable=False)
    disabled_why = models.CharField(max_length=200, blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    held_by = models.UUIDField(null=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["workspace"], name="endpoint_told",
                condition=models.Q(disabled_at=None, removed_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One Event owed to one endpoint: once, whatever happens. `id` is the order of first attempts.

    `body` is what is sent, to the letter, each time. Owed while neither delivered nor given up; `due_at` is
    when it is tried next. What is owed no longer is due once more where somebody asked for it (`asked_by`).
    """

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    body = models.TextField(null=True, editable=False)  # noqa: DJ001  not made yet is not empty
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=200, blank=True)  # who pressed Redeliver, until it was tried
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once")]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["created_at"], name="delivery_by_age"),
            models.Index(
                fields=["endpoint", "due_at"], name="delivery_due", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["endpoint", "-delivered_at"], name="delivery_reached",
                condition=models.Q(delivered_at__isnull=False),
            ),
            models.Index(
                fields=["endpoint", "-id"], name="delivery_unreached", condition=models.Q(delivered_at=None)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id}"

    @property
    def state(self) -> str:
        """How far it is: delivered, failed (given up), retrying, waiting."""
        if self.delivered_at:
            return "delivered"
        if self.given_up_at:
            return "failed"
        return "retrying" if self.attempts else "waiting"


class Attempt(models.Model):
    """One request to an endpoint, and what came back: a status, or why there is none."""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="log")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)
    asked_by = models.CharField(max_length=200, blank=True)  # who pressed Redeliver

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number")]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.status or self.error}"
