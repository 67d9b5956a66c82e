"""The room of prompts."""

from django.apps import AppConfig


class Prompts(AppConfig):
    """Registers the kind."""

    name = "prompts"

    def ready(self) -> None:
        from prompts.kind import PromptKind
        from versioning.versions.kinds import register

        register(PromptKind())
