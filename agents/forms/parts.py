"""The parts of an agent: a schema, a trigger, an MCP server."""

from typing import Any

from django import forms
from django.http import QueryDict

from agents.forms.fields import EditorForm, Json, Line, Text
from agents.models import AuthMethod, SchemaType, State, Transport, TriggerType
from agents.secrets import DOTS

# Under which name of its config a server's credential is kept, by how the server knows the agent.
CREDENTIALS = dict.fromkeys(("bearer", "basic", "oauth2"), "authorization") | {"api_key": "api_key"}


class Schema(EditorForm):
    """A JSON Schema. Its name is the schema's `title`."""

    name = Line(help_text="The <code>title</code> of the schema.")
    schema_type = forms.ChoiceField(choices=SchemaType.choices, label="Type")
    is_active = forms.BooleanField(required=False, label="Active: programs get it")
    schema_data = Json(rows=12, label="Schema", help_text="A JSON Schema (2020-12).")
    validation_rules = Json(
        rows=3, label="Validation rules", help_text="A JSON Schema too, by which programs check."
    )
    metadata = Json(rows=2, label="Metadata")

    @classmethod
    def shown(cls, stored: dict[str, Any]) -> dict[str, Any]:
        """The title as the name."""
        return {**stored, "name": str(stored["schema_data"].get("title", ""))}

    def clean(self) -> dict[str, Any]:
        """The name and the title are one: whichever was changed counts."""
        data, name = self.cleaned_data.get("schema_data"), self.cleaned_data.get("name", "")
        if not isinstance(data, dict) or name == data.get("title", ""):
            return self.cleaned_data
        was = self.initial["name"]
        if name == was:
            return self.cleaned_data  # the title was changed
        if data.get("title", was) != was and data.get("title"):
            self.add_error("name", "The title in the schema was changed too: make them the same.")
        self.cleaned_data["schema_data"] = {**data, "title": name}
        return self.cleaned_data

    def kept(self) -> dict[str, Any]:
        """Without the name, which is in the schema."""
        return {name: value for name, value in super().kept().items() if name != "name"}


class Trigger(EditorForm):
    """Something that starts an agent."""

    name = Line()
    trigger_type = forms.ChoiceField(choices=TriggerType.choices, label="Type")
    enabled = forms.BooleanField(required=False, label="On")
    description = Text(rows=2)
    trigger_config = Json(rows=5, label="Config")


class Server(EditorForm):
    """A server of tools. Its credential is written and never read; the config shows masks."""

    name = Line()
    endpoint = Line(help_text="An address such as https://tools.example/mcp; for stdio, a command.")
    transport = forms.ChoiceField(choices=Transport.choices)
    auth_method = forms.ChoiceField(choices=AuthMethod.choices, label="Authentication")
    status = forms.ChoiceField(choices=State.choices)
    credential = Line(widget=forms.PasswordInput({"autocomplete": "off", "data-secret": True}))
    config = Json(rows=5, label="Config")

    def __init__(self, stored: dict[str, Any], data: QueryDict | None = None, *, at: str = ""):
        super().__init__(stored, data, at=at)
        there = stored["config"].get(CREDENTIALS.get(stored["auth_method"], ""), "")
        field = self.fields["credential"]
        field.help_text = "Sealed, and never shown again."
        if isinstance(there, str) and there:
            field.widget.attrs["placeholder"] = there
        if isinstance(there, str) and there.startswith(DOTS):
            field.help_text += " Leave it empty to keep the one that is there."

    def clean(self) -> dict[str, Any]:
        """A credential needs a way to be used."""
        if self.cleaned_data.get("credential") and self.cleaned_data.get("auth_method") not in CREDENTIALS:
            self.add_error("auth_method", "Choose how the server takes the credential.")
        return self.cleaned_data

    def kept(self) -> dict[str, Any]:
        """The credential in its place in the config."""
        found = super().kept()
        credential, config = found.pop("credential"), found["config"]
        if credential and isinstance(config, dict):
            found["config"] = {**config, CREDENTIALS[found["auth_method"]]: credential}
        return found
