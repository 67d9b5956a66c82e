"""What programs send and read about connectors and conversations."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Field, Schema

from agents.models import Channel, Connector, Content, Conversation, Target
from agents.splitting import sizes
from agents.targets import LARGEST_NUMBER, WHOLE
from agents.values import refused
from versioning.lib.paging import PageQuery
from versioning.lib.rest import Input
from versioning.versions.kinds import KINDS

Name = Annotated[str, Field(description="How people call it.", examples=["Main line"])]
Address = Annotated[
    str,
    Field(
        description="By channel: a SIP address, a number with its country, the origin of a site, any label.",
        examples=["+41791234567"],
    ),
]
Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER, description="The version's number.", examples=[41])]
ToVersion = Annotated[
    Number | None, Field(description="With `target: version`: the locked version that all callers get.")
]
Expected = Annotated[
    str | None, Field(max_length=60, description="The `tag` as you read it: 412 if it was changed since.")
]
SPLIT = "With `target: split`: 2 to 20 locked versions whose weights add up to exactly 100."


class Share(Input):
    """A version of a split, and the percentage of callers that get it."""

    version: Number
    weight: float = Field(description="In percent, two decimals at most.", examples=[80])


class ConnectorIn(Input):
    """A way in for callers, and what they get."""

    name: Name
    channel: Channel
    address: Address = ""
    target: Target = Target.LIVE
    version: ToVersion = None
    split: list[Share] = Field([], description=SPLIT)


class ConnectorChangesIn(Input):
    """What to change of a connector; what is not sent stays. A target goes with its version or its split."""

    name: Name | None = None
    channel: Channel | None = None
    address: Address | None = None
    target: Target | None = None
    version: ToVersion = None
    split: list[Share] | None = Field(None, description=SPLIT)
    expected_version: Expected = None


def fields_of(payload: ConnectorIn | ConnectorChangesIn) -> dict[str, Any]:
    """A body as the services take it. Error: `invalid`."""
    sent = payload.dict(exclude_unset=True, exclude={"expected_version", "version"})
    fields = {name: value for name, value in sent.items() if value is not None}
    if payload.version is None:
        return fields
    if fields.get("split") or fields.get("target", Target.VERSION) != Target.VERSION:
        raise refused("version", "It goes with the target 'version', and without a split.")
    return fields | {"target": Target.VERSION, "split": [{"version": payload.version}]}


class WayOut(Schema):
    """How many callers a version got."""

    version: int = Field(examples=[41])
    label: str = Field(examples=["v41"])
    wanted: float | None = Field(description="The share that it shall have, in percent; null for none.")
    since_target: int = Field(description="Conversations since the target is what it is.")
    total: int


class CallsOut(Schema):
    """The conversations of a connector: in all, since its target is what it is, and by version."""

    total: int
    since_target: int
    last: datetime | None
    versions: list[WayOut]


class ConnectorOut(Schema):
    """A connector."""

    id: UUID
    name: str
    channel: Channel
    address: str
    target: Target
    version: int | None = Field(description="The version that all callers get; null with another target.")
    split: list[Share] = Field(description="The shares; empty with another target.")
    target_since: datetime
    created: datetime
    changed: datetime
    tag: str = Field(description="For `If-Match`; changes with every change.", examples=['"1"'])
    conversations: CallsOut

    @classmethod
    def of(cls, connector: Connector, tallies: Iterable[dict[str, Any]]) -> Self:
        """A connector with what its callers got."""
        one = connector.target == Target.VERSION
        return cls(
            id=connector.pk, name=connector.name, channel=Channel(connector.channel),
            address=connector.address,
            target=Target(connector.target), version=connector.split[0]["version"] if one else None,
            split=connector.split if connector.target == Target.SPLIT else [],
            target_since=connector.target_since, created=connector.created_at,
            changed=connector.changed_at, tag=f'"{connector.revision}"',
            conversations=_calls(connector, {each["number"]: each for each in tallies}),
        )  # fmt: skip


def _calls(connector: Connector, tallies: dict[int, dict[str, Any]]) -> CallsOut:
    wanted = {} if connector.target == Target.LIVE else sizes(connector.places)
    none = {"total": 0, "since": 0}
    return CallsOut(
        total=sum(each["total"] for each in tallies.values()),
        since_target=sum(each["since"] for each in tallies.values()),
        last=max((each["last"] for each in tallies.values()), default=None),
        versions=[
            WayOut(
                version=number, label=f"v{number}",
                wanted=wanted[number] / WHOLE if number in wanted else None,
                since_target=tallies.get(number, none)["since"], total=tallies.get(number, none)["total"],
            )
            for number in sorted({*wanted, *tallies}, reverse=True)
        ],
    )  # fmt: skip


class ConversationQuery(PageQuery):
    """Which conversations are wanted."""

    version: int | None = Field(None, ge=1, le=LARGEST_NUMBER, description="Those on this version.")
    connector: UUID | None = Field(None, description="Those of this connector, a removed one too.")
    caller: str = Field("", max_length=200, description="Those of this caller: the whole of what was sent.")


class ConversationLine(Schema):
    """A conversation: who came in how, and on which version, without what it is served by."""

    id: UUID
    agent: str = Field(description="The agent's slug.", examples=["front-desk"])
    label: str = Field(examples=["v41"])
    number: int = Field(examples=[41])
    digest: str = Field(description="SHA-256 of the configuration, in hex.")
    served_from: str = Field(description="live, staging, pinned (its version) or split.", examples=["live"])
    connector: UUID | None
    caller: str
    started_at: datetime

    @classmethod
    def of(cls, slug: str, conversation: Conversation, **more: Any) -> Self:
        """A conversation as programs read it."""
        return cls(
            id=conversation.pk, agent=slug, label=f"v{conversation.number}", number=conversation.number,
            digest=conversation.digest, served_from=conversation.served_from,
            connector=conversation.connector_id, caller=conversation.caller,
            started_at=conversation.started_at, **more,
        )  # fmt: skip


class ConversationOut(ConversationLine):
    """A conversation with what it is served by for life."""

    content: dict[str, Any] = Field(description="The configuration, as `/v1` has it.")

    @classmethod
    def whole(cls, slug: str, conversation: Conversation, content: Content) -> Self:
        """With its content."""
        return cls.of(slug, conversation, **KINDS["agent"].delivered(content.body))
