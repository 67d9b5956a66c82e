"""What differs between the kinds of artifact is asked of the Kind."""

from dataclasses import dataclass
from re import Pattern
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from versioning.versions.models import Artifact, Version
    from versioning.workspaces.actor import Actor


@dataclass(frozen=True)
class Change:
    """What a step from one source to another asks of its callers: a name that came or went."""

    sign: Literal["+", "-"]
    name: str
    uses: int


class Kind(Protocol):
    """One kind of artifact. The lifecycle knows nothing else of it.

    `namespace` is that of its pages' URLs. `marks` finds what a diff shows in bold.
    """

    name: str
    noun: str
    namespace: str
    marks: Pattern[str]

    def find(self, actor: "Actor", slug: str) -> "Artifact | None":
        """The artifact of that slug with its pointers, its name and when it was archived."""

    def changes(self, old: str, new: str) -> list[Change]:
        """The names that callers must pass from then on, and those that are read no longer."""

    def validate(self, source: str) -> str:
        """The source as it shall be kept, or DomainError `invalid` with what to do."""

    def delivered(self, source: str) -> dict[str, object]:
        """What a program gets of a source: `content`, and what it needs to use it."""

    def after_rollback(self, actor: "Actor", artifact: "Artifact", version: "Version") -> None:
        """What rolling back does to the editor, in the same transaction."""

    def archived_at(self, artifact: "Artifact") -> object:
        """When it was archived; None while it is in use."""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called once by each kind's app."""
    KINDS[kind.name] = kind


def kind_of(artifact: "Artifact") -> Kind:
    """The Kind of an artifact."""
    return KINDS[artifact.kind]
