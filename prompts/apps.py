"""The room of prompts."""

from django.apps import AppConfig


class Prompts(AppConfig):
    """Registers the kind, and how its histories come in."""

    name = "prompts"

    def ready(self) -> None:
        from prompts.importing import PromptImporter
        from prompts.kind import PromptKind
        from versioning.versions import importing, kinds

        kinds.register(PromptKind())
        importing.register(PromptImporter())
