"""What differs between the kinds of artifact is asked of the Kind."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from versioning.versions.models import Artifact, Version
    from versioning.workspaces.actor import Actor


class Kind(Protocol):
    """One kind of artifact. The lifecycle knows nothing else of it."""

    name: str
    noun: str

    def validate(self, source: str) -> str:
        """The source as it shall be kept, or DomainError `invalid` with what to do."""

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
