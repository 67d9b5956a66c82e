"""The room of versions."""

from django.apps import AppConfig


class Versions(AppConfig):
    """The room of versions."""

    name = "versioning.versions"
    label = "versions"

    def ready(self) -> None:
        """Tell the log how artifacts are named."""
        from versioning.versions.subjects import Artifacts
        from versioning.workspaces.subjects import register

        register(Artifacts())
