"""Prompts as files: each version a text, byte for byte."""

from typing import Any

from prompts.models import Prompt
from prompts.services import create_prompt
from versioning.lib.errors import DomainError
from versioning.versions.exports.exporters import Sealed, Turn
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor


class PromptExporter:
    """What is said of a prompt stands in `prompt.json`, its texts in `v1.txt`, `v2.txt`, …"""

    kind = "prompt"
    folder = "prompts"
    ending = ".txt"

    def about(self, artifact: Artifact) -> dict[str, Any]:
        """Name, description and tags."""
        prompt = artifact if isinstance(artifact, Prompt) else Prompt.objects.get(pk=artifact.pk)
        return {"name": prompt.name, "description": prompt.description, "tags": prompt.tags}

    def portable(self, artifact: Artifact) -> Turn:
        """The text as it is."""
        return str

    def make(self, actor: Actor, slug: str, about: dict[str, Any]) -> Artifact:
        """The prompt without versions."""
        name, description, tags = (about.get(field) for field in ("name", "description", "tags"))
        texts = isinstance(name, str) and isinstance(description, str)
        if not texts or not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise DomainError("invalid", f"prompts/{slug}/prompt.json holds a name, a description and tags.")
        return create_prompt(actor, slug=slug, name=str(name), description=str(description), tags=tags)

    def reader(self, actor: Actor, artifact: Artifact) -> Sealed:
        """Nothing is sealed in a text."""
        return _Texts()


class _Texts:
    def source(self, text: str, *, frozen: bool) -> str:
        """The text as it is."""
        return text

    def keep(self, actor: Actor) -> None:
        """Nothing more."""

    def notes(self) -> list[str]:
        """Nothing: a prompt names no credential."""
        return []
