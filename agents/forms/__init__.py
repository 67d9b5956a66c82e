"""What people write into an agent's editor: parsed here, judged by the services."""

from agents.forms.fields import EditorForm
from agents.forms.own import Identity, Metadata, Model
from agents.forms.parts import Schema, Server, Trigger

OWN: dict[str, type[EditorForm]] = {"identity": Identity, "model": Model, "metadata": Metadata}
PARTS: dict[str, type[EditorForm]] = {"schemas": Schema, "triggers": Trigger, "mcp_servers": Server}

__all__ = ["OWN", "PARTS", "EditorForm"]
