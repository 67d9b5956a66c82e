"""The room of versions."""

from django.apps import AppConfig


class Versions(AppConfig):
    """The room of versions."""

    name = "versioning.versions"
    label = "versions"

    def ready(self) -> None:
        """Tell the log how artifacts are named, and Settings of the export."""
        from versioning.versions.subjects import Artifacts
        from versioning.workspaces.policy import Act
        from versioning.workspaces.subjects import register
        from versioning.workspaces.views import frame

        register(Artifacts())
        frame.register("versions:export", "Export", act=Act.EDIT)
