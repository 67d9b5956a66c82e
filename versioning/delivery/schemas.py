"""Who reads an artifact, as programs read it."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from versioning.versions.readers import Arrival, Client, KeyUse, Pointer
from versioning.workspaces.models import KeyKind


class ClientsQuery(Schema):
    """Which pointer is asked about."""

    pointer: Pointer = Field("live", description="`live`: clients with live keys; `staging`: with test keys.")


class ClientOut(Schema):
    """A program that read this in the last five minutes."""

    key: str = Field(description="The name of its API key.", examples=["Phone line"])
    key_id: UUID
    instance: str = Field(
        description="What it sends as `Previse-Instance`; empty where it sends nothing, `*` for all beyond "
        "200 of one key.",
        examples=["web-1"],
    )
    generation: int = Field(description="Of the pointers, when it was last answered.", examples=[12])
    number: int | None = Field(description="The version that it serves; null where it knows that nothing is.")
    since: datetime = Field(description="Since when it was seen to serve that.")
    seen_at: datetime
    behind_seconds: float | None = Field(
        description="For how long it has not had what the pointer stands on; null where it has.",
        examples=[40.0],
    )

    @classmethod
    def of(cls, client: Client) -> "ClientOut":
        """A client."""
        behind = None if client.behind is None else client.behind.total_seconds()
        return cls(
            key=client.key, key_id=client.key_id, instance=client.instance, generation=client.generation,
            number=client.number, since=client.since, seen_at=client.seen_at, behind_seconds=behind,
        )  # fmt: skip


class KeyUseOut(Schema):
    """A key that read this in the last day."""

    key: str = Field(examples=["Phone line"])
    key_id: UUID
    prefix: str = Field(description="How the key begins.", examples=["pv_live_4bQx"])
    kind: KeyKind
    reads: int = Field(
        description="How often in the last 24 hours, counted by the hour. A conversation begun is one.",
        examples=[1440],
    )
    last_at: datetime

    @classmethod
    def of(cls, use: KeyUse) -> "KeyUseOut":
        """A key's use."""
        return cls(
            key=use.key, key_id=use.key_id, prefix=use.prefix, kind=KeyKind(use.kind), reads=use.reads,
            last_at=use.last_at,
        )  # fmt: skip


class ClientsOut(Schema):
    """How far what a pointer stands on has arrived, and who reads."""

    pointer: Pointer
    number: int | None = Field(description="The version that the pointer stands on; null for none.")
    generation: int = Field(description="Of the pointers, now.", examples=[12])
    serving: int = Field(description="How many of the clients serve it.", examples=[5])
    total: int = Field(description="How many clients there are.", examples=[6])
    furthest_behind_seconds: float | None = Field(
        description="How long the slowest of the others is behind; null where all serve it.", examples=[40.0]
    )
    items: list[ClientOut] = Field(description="The clients; those that are behind come first.")
    keys: list[KeyUseOut] = Field(description="Every key that read it in the last day, the busiest first.")

    @classmethod
    def of(cls, arrival: Arrival, uses: list[KeyUse]) -> "ClientsOut":
        """The arrival of what a pointer stands on."""
        furthest = arrival.furthest_behind
        return cls(
            pointer=arrival.pointer, number=arrival.number, generation=arrival.generation,
            serving=arrival.serving, total=len(arrival.clients),
            furthest_behind_seconds=None if furthest is None else furthest.total_seconds(),
            items=[ClientOut.of(each) for each in arrival.clients],
            keys=[KeyUseOut.of(each) for each in uses],
        )  # fmt: skip
