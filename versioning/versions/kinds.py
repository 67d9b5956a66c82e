"""What differs between the kinds of artifact is asked of the Kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from re import Pattern
from typing import TYPE_CHECKING, Any, Literal, Protocol

from versioning.versions.words import Words

if TYPE_CHECKING:
    from versioning.versions.models import Artifact, Version
    from versioning.versions.querysets import KindQuerySet
    from versioning.workspaces.actor import Actor
    from versioning.workspaces.models import Event


@dataclass(frozen=True)
class Change:
    """What a step from one source to another asks of its callers: a name that came or went."""

    sign: Literal["+", "-"]
    name: str
    uses: int


@dataclass(frozen=True)
class Ask:
    """What a version asks of a model: the messages as OpenAI-compatible servers take them."""

    messages: list[dict[str, str]]
    model: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pinned:
    """What serving or locking the one draft fixes: a sentence for each thing that it names by `live`.

    `problem` says what would be refused, and what to do about it.
    """

    words: list[str] = field(default_factory=list)
    problem: str = ""


class Kind(Protocol):
    """One kind of artifact. The lifecycle knows nothing else of it.

    `namespace` is that of its pages' URLs. `one_draft` says that exactly one draft exists at any time,
    whose rows are elsewhere (`snapshot` reads them, `put_back` writes them). `marks` finds what a diff
    shows in bold.
    """

    name: str
    noun: str
    namespace: str
    one_draft: bool
    words: Words
    marks: Pattern[str] | None

    def artifacts(self, actor: "Actor") -> "KindQuerySet":
        """Those of the actor's workspace, archived ones too."""

    def find(self, actor: "Actor", slug: str) -> "Artifact | None":
        """The artifact of that slug with its pointers, its name and when it was archived."""

    def changes(self, old: str, new: str) -> list[Change]:
        """The names that callers must pass from then on, and those that are read no longer."""

    def fields(self, source: str) -> dict[str, Any] | None:
        """The source as values that are compared field by field; None where it is compared as text."""

    def validate(self, source: str) -> str:
        """The source as it shall be kept, or DomainError `invalid` with what to do."""

    def snapshot(self, artifact: "Artifact", *, served: bool) -> str:
        """The source of the one draft, from its rows; as it would be `served`, or DomainError."""

    def literal(self, artifact: "Artifact") -> str:
        """The rows of the one draft as they are written, nothing resolved: whether a save changes any."""

    def pinned(self, artifact: "Artifact") -> Pinned:
        """What locking or serving the one draft would fix, or why it would be refused."""

    def put_back(self, artifact: "Artifact", source: str) -> None:
        """Make the rows of the one draft those of a source."""

    def delivered(self, source: str) -> dict[str, object]:
        """What a program gets of a source: `content`, and what it needs to use it."""

    def inputs(self, source: str) -> list[str]:
        """The names that must be filled in before a model can be asked."""

    def ask(self, actor: "Actor", source: str, values: Mapping[str, str], said: str) -> Ask:
        """What a model is asked when somebody says `said` to this version; DomainError `invalid`."""

    def published(self, artifact: "Artifact", event: "Event") -> None:
        """What a publish leaves behind, in its transaction; nothing that fails here may stop it."""

    def after_rollback(self, actor: "Actor", artifact: "Artifact", version: "Version") -> None:
        """What rolling back does to the editor, in the same transaction."""

    def counts(self, artifact: "Artifact") -> dict[str, int]:
        """What the tabs of the kind's own pages count, by URL name."""

    def archived_at(self, artifact: "Artifact") -> object:
        """When it was archived; None while it is in use."""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called once by each kind's app."""
    KINDS[kind.name] = kind


def kind_of(artifact: "Artifact") -> Kind:
    """The Kind of an artifact."""
    return KINDS[artifact.kind]
