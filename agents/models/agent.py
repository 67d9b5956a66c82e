"""An agent and its parts: the rows that are its draft, and the credentials that they name."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from agents.models.choices import (
    AgentType,
    AuthMethod,
    SchemaType,
    State,
    Transport,
    TriggerType,
    Visibility,
)
from agents.querysets import AgentQuerySet, PartQuerySet
from versioning.versions.models import Artifact
from versioning.workspaces.models import Workspace


class Agent(Artifact):
    """An agent. Its own columns are its draft; pointers sit on the parent."""

    artifact = models.OneToOneField(
        Artifact, models.CASCADE, parent_link=True, primary_key=True, db_column="id"
    )
    tenant = models.ForeignKey(
        Workspace, models.CASCADE, related_name="+", db_column="tenant_id", editable=False
    )
    name = models.CharField(max_length=200)
    bio = models.TextField(blank=True)
    commercial_name = models.CharField(max_length=200, blank=True)
    llm_config = models.JSONField(default=dict, blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    type = models.CharField(max_length=20, choices=AgentType, default=AgentType.ASSISTANT)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.WORKSPACE)
    metadata = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=20, choices=State, default=State.ACTIVE)
    archived_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    total_interactions = models.BigIntegerField(db_default=0, editable=False)
    success_rate = models.FloatField(null=True, editable=False)
    avg_response_time = models.FloatField(null=True, editable=False)
    last_interaction = models.DateTimeField(null=True, editable=False)

    TRACKED: ClassVar = (
        "name", "bio", "commercial_name", "llm_config", "tags", "type", "visibility", "metadata", "status",
    )  # fmt: skip

    objects = AgentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        db_table = "builder_agents"

    def __str__(self) -> str:
        return self.slug


class Part(models.Model):
    """A row of an agent beside the agent's own: what its sections list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    tenant = models.ForeignKey(
        Workspace, models.CASCADE, related_name="+", db_column="tenant_id", editable=False
    )
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="%(class)s_set", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PartQuerySet.as_manager()

    TRACKED: ClassVar[tuple[str, ...]]
    section: ClassVar[str]
    noun: ClassVar[str]

    class Meta:
        abstract = True


class AgentSchema(Part):
    """A JSON Schema of what an agent takes or gives. Its name is the schema's `title`."""

    schema_data = models.JSONField(default=dict, blank=True)
    schema_type = models.CharField(max_length=20, choices=SchemaType, default=SchemaType.INPUT)
    is_active = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict, blank=True)
    validation_rules = models.JSONField(default=dict, blank=True)

    TRACKED = ("schema_data", "schema_type", "is_active", "metadata", "validation_rules")
    section = "schemas"
    noun = "schema"

    class Meta:
        db_table = "builder_agent_schemas"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The schema's title, or what it is for where it has none."""
        return str(self.schema_data.get("title") or self.schema_type)


class AgentTrigger(Part):
    """Something that starts an agent."""

    name = models.CharField(max_length=200)
    trigger_type = models.CharField(max_length=20, choices=TriggerType, default=TriggerType.EVENT)
    trigger_config = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    description = models.TextField(blank=True)
    trigger_count = models.BigIntegerField(db_default=0, editable=False)
    last_triggered_at = models.DateTimeField(null=True, editable=False)

    TRACKED = ("name", "trigger_type", "trigger_config", "enabled", "description")
    section = "triggers"
    noun = "trigger"

    class Meta:
        db_table = "builder_agent_triggers"

    def __str__(self) -> str:
        return self.name


class McpServer(Part):
    """A server of tools that an agent may call. Its credentials are kept apart, as secrets."""

    name = models.CharField(max_length=200)
    endpoint = models.TextField(blank=True)
    transport = models.CharField(max_length=20, choices=Transport, default=Transport.STREAMABLE_HTTP)
    auth_method = models.CharField(max_length=20, choices=AuthMethod, default=AuthMethod.NONE)
    config = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=20, choices=State, default=State.ACTIVE)
    last_connected_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, db_default="", editable=False)
    tools_count = models.PositiveIntegerField(null=True, editable=False)

    TRACKED = ("name", "endpoint", "transport", "auth_method", "config", "status")
    section = "mcp_servers"
    noun = "MCP server"

    class Meta:
        db_table = "builder_mcp_servers"

    def __str__(self) -> str:
        return self.name


PARTS: tuple[type[Part], ...] = (AgentSchema, AgentTrigger, McpServer)


class Secret(models.Model):
    """A credential, sealed. Configurations hold `{"$secret": id, "rev": n}`; calls use the newest value.

    `rev` counts its values, so that a diff can say that it changed. It outlives the row that names it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="secrets")
    sealed = models.BinaryField()
    last4 = models.CharField(max_length=4, blank=True)
    rev = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"••••{self.last4}"
