"""Prompts that come with the history they had elsewhere: `{"prompt": slug, …, "source": "…"}`."""

import json
from collections.abc import Sequence

from prompts.kind import PromptKind
from prompts.models import Prompt
from prompts.services import create_prompt
from versioning.versions.importing import BadLine, Line
from versioning.versions.models import Artifact
from versioning.versions.services.artifacts import Imported
from versioning.workspaces.actor import Actor


class PromptImporter:
    """A line holds a text, which comes in byte for byte."""

    kind = "prompt"
    content = "source"
    example = json.dumps(
        {
            "prompt": "support-triage", "version": 1, "message": "First text", "author": "Ana",
            "created": "2025-04-17T17:19:55Z", "source": "You sort tickets…",
        },
        ensure_ascii=False,
    )  # fmt: skip

    def check(self, content: object) -> str:
        """A text that a version can hold."""
        if not isinstance(content, str):
            raise BadLine('"source" must be a text')
        return PromptKind().validate(content)

    def artifact(self, actor: Actor, slug: str) -> Artifact:
        """The prompt of that slug, made where it is missing."""
        found = Prompt.objects.in_workspace(actor).filter(slug=slug).first()
        return found or create_prompt(actor, slug=slug)

    def history(
        self, actor: Actor, artifact: Artifact, lines: Sequence[Line]
    ) -> tuple[list[Imported], list[str]]:
        """The texts as they are; nothing is set aside."""
        return [line.as_version(line.content) for line in lines], []
