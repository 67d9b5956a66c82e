"""A kind of artifact: a configuration with parts. The rows of an agent are its draft.

The tables and columns are those of the configuration history. What the system observes while an agent
works (counts, moments, errors) sits beside what people set, and makes no difference between versions.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from agents.querysets import AgentQuerySet, ConnectorQuerySet, ConversationQuerySet, PartQuerySet
from versioning.versions.models import Artifact
from versioning.workspaces.models import Workspace


class AgentType(models.TextChoices):
    """What an agent is made for."""

    ASSISTANT = "assistant", "assistant"
    VOICE = "voice", "voice"
    CHAT = "chat", "chat"
    WORKFLOW = "workflow", "workflow"


class Visibility(models.TextChoices):
    """Whom the programs that serve an agent shall show it to; Previse's own rights are the roles."""

    PRIVATE = "private", "private"
    WORKSPACE = "workspace", "workspace"
    PUBLIC = "public", "public"


class State(models.TextChoices):
    """What the operator wants of an agent or a server; what it does is observed elsewhere."""

    ACTIVE = "active", "active"
    PAUSED = "paused", "paused"


class SchemaType(models.TextChoices):
    """What a schema describes."""

    INPUT = "input", "input"
    OUTPUT = "output", "output"
    TOOL = "tool", "tool"


class TriggerType(models.TextChoices):
    """What starts an agent."""

    EVENT = "event", "event"
    SCHEDULE = "schedule", "schedule"
    WEBHOOK = "webhook", "webhook"
    CALL = "call", "call"
    MANUAL = "manual", "manual"


class Transport(models.TextChoices):
    """How an MCP server is reached."""

    STREAMABLE_HTTP = "streamable_http", "streamable HTTP"
    SSE = "sse", "SSE"
    STDIO = "stdio", "stdio"


class AuthMethod(models.TextChoices):
    """How an MCP server knows the agent."""

    NONE = "none", "none"
    BEARER = "bearer", "bearer token"
    API_KEY = "api_key", "API key"
    BASIC = "basic", "user and password"
    OAUTH2 = "oauth2", "OAuth 2"


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


class Channel(models.TextChoices):
    """By which way callers come in."""

    SIP = "sip", "SIP address"
    PHONE = "phone", "phone number"
    WEB = "web", "web"
    API = "api", "API"


class Target(models.TextChoices):
    """Which version a connector's callers get."""

    LIVE = "live", "what is live"
    VERSION = "version", "one version"
    SPLIT = "split", "a weighted split"


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
            models.Index(
                fields=["connector", "number", "started_at"],
                include=["workspace"],
                name="conversation_by_connector",  # a wall asks for the workspace: counts read the index alone
            ),
            models.Index(
                fields=["agent", "caller", "-started_at"],
                condition=~models.Q(caller=""),
                name="conversation_by_caller",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
