"""The room of agents."""

from django.apps import AppConfig


class Agents(AppConfig):
    """Registers the kind and how its histories come in, and answers which agents name a prompt."""

    name = "agents"

    def ready(self) -> None:
        from agents.importing import AgentImporter
        from agents.kind import AgentKind
        from agents.naming import agents_that_name
        from versioning.versions import importing, kinds, uses

        kinds.register(AgentKind())
        uses.register(agents_that_name)
        importing.register(AgentImporter())
