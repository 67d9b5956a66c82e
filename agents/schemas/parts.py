"""What programs send and read about the parts of a draft: schemas, triggers, MCP servers."""

from datetime import datetime
from operator import itemgetter
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Field, Schema

from agents.canonical import part_fields
from agents.models import (
    AgentSchema,
    AuthMethod,
    McpServer,
    Part,
    SchemaType,
    State,
    Transport,
    TriggerType,
)
from agents.secrets import placed
from agents.services import tag_of
from versioning.lib.rest import Input

Tag = Annotated[
    str,
    Field(
        description="For `If-Match`; changes with every change of these fields.",
        examples=['"1f0c7a52b9d3e684"'],
    ),
]
Expected = Annotated[
    str | None,
    Field(
        max_length=60, description="The `tag` as you read it: 412 if it was changed since.", examples=[None]
    ),
]
JsonSchema = Annotated[
    dict[str, Any],
    Field(
        description="A JSON Schema (2020-12). Its `title` is what the schema is called.",
        examples=[{"title": "order", "type": "object"}],
    ),
]
Rules = Annotated[dict[str, Any], Field(description="What else holds of a value: a JSON Schema too.")]
Config = Annotated[
    dict[str, Any],
    Field(
        description='Credentials in it are sealed: answers hold `{"$secret": id, "rev": n}` in their place. '
        "Sent back so, or as `••••` and the last four, they stay; another text takes their place.",
        examples=[{"headers": {"Authorization": "Bearer …"}}],
    ),
]
Endpoint = Annotated[
    str,
    Field(
        description="An address without credentials; for stdio, a command.",
        examples=["https://tools.example/mcp"],
    ),
]
TriggerConfig = Annotated[
    dict[str, Any], Field(description="What its type needs.", examples=[{"cron": "0 3 * * *"}])
]


class SchemaIn(Input):
    """A JSON Schema of what the agent takes or gives."""

    schema_data: JsonSchema
    schema_type: SchemaType = SchemaType.INPUT
    is_active: bool = Field(True, description="Programs are served the active ones.")
    metadata: dict[str, Any] = {}
    validation_rules: Rules = {}


class SchemaChangesIn(Input):
    """What to change of a schema; what is not sent stays."""

    schema_data: JsonSchema | None = None
    schema_type: SchemaType | None = None
    is_active: bool | None = None
    metadata: dict[str, Any] | None = None
    validation_rules: Rules | None = None
    expected_version: Expected = None


class TriggerIn(Input):
    """Something that starts the agent."""

    name: str = Field(examples=["nightly"])
    trigger_type: TriggerType = TriggerType.EVENT
    trigger_config: TriggerConfig = {}
    enabled: bool = True
    description: str = ""


class TriggerChangesIn(Input):
    """What to change of a trigger; what is not sent stays."""

    name: str | None = None
    trigger_type: TriggerType | None = None
    trigger_config: TriggerConfig | None = None
    enabled: bool | None = None
    description: str | None = None
    expected_version: Expected = None


class McpServerIn(Input):
    """A server of tools that the agent may call."""

    name: str = Field(examples=["tools"])
    endpoint: Endpoint = ""
    transport: Transport = Transport.STREAMABLE_HTTP
    auth_method: AuthMethod = AuthMethod.NONE
    config: Config = {}
    status: State = State.ACTIVE


class McpServerChangesIn(Input):
    """What to change of an MCP server; what is not sent stays."""

    name: str | None = None
    endpoint: Endpoint | None = None
    transport: Transport | None = None
    auth_method: AuthMethod | None = None
    config: Config | None = None
    status: State | None = None
    expected_version: Expected = None


class PartOut(Schema):
    """What every part of a draft says of itself."""

    id: UUID
    tag: Tag
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, part: Part, **more: Any) -> Self:
        """A part as programs read it."""
        fields = part_fields(part)
        return cls(**fields, **more, tag=tag_of(fields), created=part.created_at, updated=part.updated_at)


class SchemaOut(PartOut):
    """A schema of a draft."""

    name: str = Field(description="The schema's title.", examples=["order"])
    schema_data: JsonSchema
    schema_type: SchemaType
    is_active: bool
    metadata: dict[str, Any]
    validation_rules: Rules

    @classmethod
    def of(cls, part: Part, **more: Any) -> Self:
        """A schema, called by its title."""
        assert isinstance(part, AgentSchema)
        return super().of(part, name=part.name, **more)


class TriggerOut(PartOut):
    """A trigger of a draft."""

    name: str = Field(examples=["nightly"])
    trigger_type: TriggerType
    trigger_config: TriggerConfig
    enabled: bool
    description: str


class SecretOut(Schema):
    """A credential that a config refers to. Its value is shown nowhere."""

    id: UUID
    rev: int = Field(description="Which of its values this was, counted from 1.", examples=[1])
    last4: str = Field(description="Its last four characters; empty for a short one.", examples=["f00d"])
    path: str = Field(examples=["config.headers.Authorization"])


class McpServerOut(PartOut):
    """An MCP server of a draft."""

    name: str = Field(examples=["tools"])
    endpoint: Endpoint
    transport: Transport
    auth_method: AuthMethod
    config: Config
    secrets: list[SecretOut] = Field(description="The credentials that `config` refers to.")
    status: State

    @classmethod
    def of(cls, part: Part, **more: Any) -> Self:
        """A server with its secrets. `last4` has the last four characters of each secret by its id."""
        assert isinstance(part, McpServer)
        last4: dict[str, str] = more.pop("last4")
        secrets = [
            SecretOut(id=found["$secret"], rev=found["rev"], last4=last4.get(found["$secret"], ""), path=path)
            for path, found in sorted(placed(part.config, "config"), key=itemgetter(0))
        ]
        return super().of(part, secrets=secrets, **more)
