"""The room of prompts."""

from django.apps import AppConfig


class Prompts(AppConfig):
    """Registers the kind, its tracked row, and how its histories come in."""

    name = "prompts"

    def ready(self) -> None:
        from prompts.exporting import PromptExporter
        from prompts.importing import PromptImporter
        from prompts.kind import PromptKind
        from prompts.models import Prompt
        from prompts.services.words import check_restored
        from versioning.changes import resources
        from versioning.versions import importing, kinds
        from versioning.versions.exports import exporters

        kinds.register(PromptKind())
        resources.register(
            resources.Resource(
                name="prompt", noun="prompt", plural="prompts", icon="prompt", model=Prompt, kind="prompt",
                tracked=("name", "description", "tags", "archived_at"), untracked=(),
                switched=("archived_at",), label=lambda data: str(data.get("name", "")), check=check_restored,
            )
        )  # fmt: skip
        importing.register(PromptImporter())
        exporters.register(PromptExporter())
