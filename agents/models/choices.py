"""The words that a field may hold."""

from django.db import models


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
