"""Who calls an agent: by which connector, and what each conversation is pinned to."""

import uuid

from django.db import models
from django.db.models.functions import Now

from agents.models.agent import Agent
from agents.models.choices import Channel, Target
from agents.querysets import ConnectorQuerySet, ConversationQuerySet
from versioning.workspaces.models import Workspace


class Connector(models.Model):
    """A way in for callers, and the version that they get.

    `split` lists `[{"version": 41, "weight": 80}, …]`, in hundredths of a percent where need be; `places`
    says which of the 10,000 places of the circle belong to which version: `[[0, 8000, 41], …]`. A change
    of the split keeps every place that it can (agents/splitting.py). `target_since`: since when callers
    get what they get now.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="connectors")
    name = models.CharField(max_length=100)
    channel = models.CharField(max_length=10, choices=Channel)
    address = models.CharField(max_length=300, blank=True)
    target = models.CharField(max_length=10, choices=Target, default=Target.LIVE)
    split = models.JSONField(default=list, blank=True)
    places = models.JSONField(default=list, blank=True)
    target_since = models.DateTimeField(db_default=Now())
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(channel__in=Channel.values), name="channel_known"),
            models.CheckConstraint(condition=models.Q(target__in=Target.values), name="target_known"),
            models.UniqueConstraint(
                fields=["workspace", "channel", "address"],
                condition=models.Q(removed_at=None, channel__in=["sip", "phone"]),
                name="one_connector_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Content(models.Model):
    """What conversations were started on: the bytes, once per hash and workspace, never changed."""

    pk = models.CompositePrimaryKey("workspace_id", "digest")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.digest[:12]


class Conversation(models.Model):
    """One session served by a version, pinned to its content for life."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="conversations")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    served_from = models.CharField(max_length=10)
    connector = models.ForeignKey(Connector, models.CASCADE, null=True, related_name="conversations")
    caller = models.CharField(max_length=200, blank=True)
    key_id = models.UUIDField()
    once = models.CharField(max_length=255, null=True)  # noqa: DJ001  NULLs do not clash in the unique index
    started_at = models.DateTimeField(db_default=Now())

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key_id", "once"], name="conversation_once"),
        ]
        indexes = [
            models.Index(fields=["agent", "-started_at", "id"], name="conversation_by_agent"),
            models.Index(fields=["agent", "number", "-started_at"], name="conversation_by_version"),
            models.Index(  # a wall asks for the workspace, so counts read the index alone
                fields=["connector", "number", "started_at"],
                include=["workspace"],
                name="conversation_by_connector",
            ),
            models.Index(
                fields=["agent", "caller", "-started_at"],
                condition=~models.Q(caller=""),
                name="conversation_by_caller",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
