"""The room of agents."""

from django.apps import AppConfig


class Agents(AppConfig):
    """Registers the kind, its tracked rows and how its histories come in; answers which name a prompt."""

    name = "agents"

    def ready(self) -> None:
        from agents.importing import AgentImporter
        from agents.kind import AgentKind
        from agents.naming import agents_that_name
        from agents.tracked import TRACKED
        from versioning.changes import resources
        from versioning.versions import importing, kinds, uses

        kinds.register(AgentKind())
        resources.register(*TRACKED)
        uses.register(agents_that_name)
        importing.register(AgentImporter())
