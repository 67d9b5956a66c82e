"""Who reads an artifact, and whether a release has arrived: asked of the room that serves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from versioning.versions.models import Artifact
    from versioning.workspaces.actor import Actor

type Pointer = Literal["live", "staging"]


@dataclass(frozen=True)
class Client:
    """A program that read this of late: by which key, as which instance, and what it serves now.

    `number` is None where it was told that nothing is live. `behind` is for how long it has not had what
    the pointer stands on; None where it has.
    """

    key_id: UUID
    key: str
    instance: str
    generation: int
    number: int | None
    since: datetime
    seen_at: datetime
    behind: timedelta | None


@dataclass(frozen=True)
class Arrival:
    """How far what a pointer stands on has arrived: "5 of 6 clients serve it, the last is 40 s behind"."""

    pointer: Pointer
    number: int | None
    generation: int
    clients: Sequence[Client] = field(default_factory=list)

    @property
    def serving(self) -> int:
        """How many clients serve it."""
        return sum(client.behind is None for client in self.clients)

    @property
    def furthest_behind(self) -> timedelta | None:
        """How long the slowest of the others is behind; None where all serve it."""
        return max((client.behind for client in self.clients if client.behind is not None), default=None)


@dataclass(frozen=True)
class KeyUse:
    """A key that read this in the last day: how often, and when last."""

    key_id: UUID
    key: str
    prefix: str
    kind: str
    reads: int
    last_at: datetime


class Readers(Protocol):
    """Who knows who reads."""

    def arrival(self, actor: "Actor", artifact: "Artifact", pointer: Pointer) -> Arrival:
        """The clients seen in the last minutes, and which of them serve what the pointer stands on.

        The artifact comes with its pointers: see `with_pointers`.
        """

    def uses(self, actor: "Actor", artifact: "Artifact") -> list[KeyUse]:
        """The keys that read it in the last day, the busiest first."""


_known: list[Readers] = []


def register(known: Readers) -> None:
    """Called once by the room that serves."""
    _known[:] = [known]


def readers() -> Readers:
    """Who is asked."""
    return _known[0]
