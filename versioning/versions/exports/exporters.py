"""What differs between the kinds when they are written as files, and read back, is asked of an Exporter."""

from collections.abc import Callable
from typing import Any, Protocol

from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor

# Turns sources into texts of files, or back; called for the versions in the order of their numbers.
Turn = Callable[[str], str]


class Sealed(Protocol):
    """A reader of one artifact's files: texts back to sources, and what people must type anew."""

    def source(self, text: str, *, frozen: bool) -> str:
        """The source that a file's text is, of a version that is `frozen` or served; or DomainError."""

    def keep(self, actor: Actor) -> None:
        """Called once the artifact is there with all its versions."""

    def notes(self) -> list[str]:
        """What an export does not hold, and must be entered again."""


class Exporter(Protocol):
    """What a kind does with its artifacts' files, in its `folder`; those of texts have an `ending`."""

    kind: str
    folder: str
    ending: str

    def about(self, artifact: Artifact) -> dict[str, Any]:
        """What is said of an artifact beside its versions."""

    def portable(self, artifact: Artifact) -> Turn:
        """Sources as texts that are the same in every workspace, without ids of rows and of secrets."""

    def make(self, actor: Actor, slug: str, about: dict[str, Any]) -> Artifact:
        """The artifact, made anew without versions."""

    def reader(self, actor: Actor, artifact: Artifact) -> Sealed:
        """Reads the texts of an artifact's files."""


_exporters: dict[str, Exporter] = {}


def register(exporter: Exporter) -> None:
    """Called once by each kind's app."""
    _exporters[exporter.kind] = exporter


def exporter_of(kind: str) -> Exporter:
    """What writes and reads the files of a kind."""
    return _exporters[kind]


def by_folder() -> list[Exporter]:
    """All of them, in the order of their folders: agents are read before the prompts that they name."""
    return sorted(_exporters.values(), key=lambda exporter: exporter.folder)
