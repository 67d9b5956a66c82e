"""What the log's Events are about. Rooms above know the artifacts, and say here how to name them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from versioning.workspaces.actor import Actor


@dataclass(frozen=True)
class Subject:
    """An artifact as the log names it: its slug, its history, the start of its versions' addresses.

    `published` is its kind's word for going live.
    """

    label: str
    url: str
    versions_url: str
    published: str = "promoted"

    def version_url(self, number: int) -> str:
        """The page of one of its versions."""
        return f"{self.versions_url}{number}/"


class Subjects(Protocol):
    """Who knows artifacts."""

    def named(self, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Subject]:
        """Those of the actor's workspace, by id."""

    def like(self, actor: Actor, word: str) -> Iterable[UUID]:
        """The artifacts that a word of a search names."""

    def example(self, actor: Actor) -> str:
        """The path that a new key can read at once, '' where nothing is there yet."""


class Nobody:
    """Nothing is known above."""

    def named(self, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Subject]:
        """None."""
        return {}

    def like(self, actor: Actor, word: str) -> Iterable[UUID]:
        """None."""
        return ()

    def example(self, actor: Actor) -> str:
        """None."""
        return ""


_known: list[Subjects] = []


def register(subjects: Subjects) -> None:
    """Called once by the room that has the artifacts."""
    _known[:] = [subjects]


def subjects() -> Subjects:
    """Who is asked."""
    return _known[0] if _known else Nobody()
