"""The room of agents."""

from django.apps import AppConfig


class Agents(AppConfig):
    """Registers the kind, its tracked rows and how its histories come in; answers which name a prompt."""

    name = "agents"

    def ready(self) -> None:
        from agents.exporting import AgentExporter
        from agents.health import snapshots_missing
        from agents.importing import AgentImporter
        from agents.kind import AgentKind
        from agents.naming import agents_that_name
        from agents.told import snapshots_taken
        from agents.tracked import TRACKED
        from versioning.changes import notes, resources
        from versioning.changes.services.health import count_snapshots_by
        from versioning.versions import importing, kinds, uses
        from versioning.versions.exports import exporters

        kinds.register(AgentKind())
        resources.register(*TRACKED)
        notes.register(snapshots_taken)
        uses.register(agents_that_name)
        importing.register(AgentImporter())
        exporters.register(AgentExporter())
        count_snapshots_by(snapshots_missing)
