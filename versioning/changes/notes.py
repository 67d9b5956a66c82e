"""What rooms above know of an Event: that a publish left a Snapshot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

type Teller = Callable[[Actor, Sequence[Event]], dict[UUID, "Note"]]


@dataclass(frozen=True)
class Note:
    """Words that follow an Event's line, and where they lead."""

    words: str
    url: str = ""

    def __str__(self) -> str:
        return self.words


_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Called once by the room that knows."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(actor: Actor, events: Sequence[Event]) -> dict[UUID, Note]:
    """The notes of some Events, by the Event's id."""
    found: dict[UUID, Note] = {}
    if events:
        for tell in _tellers:
            found |= tell(actor, events)
    return found
