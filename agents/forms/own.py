"""The sections of an agent's own row: who it is, its model, its metadata."""

from typing import Any, ClassVar

from django import forms

from agents.forms.fields import EditorForm, Json, Line, Prompts, Text, number_of
from agents.models import AgentType, State, Visibility

NOTHING: tuple[Any, ...] = ("", {})


class Identity(EditorForm):
    """What an agent is called and what it is for."""

    name = Line()
    commercial_name = Line()
    bio = Text(rows=3)
    type = forms.ChoiceField(choices=AgentType.choices)
    visibility = forms.ChoiceField(choices=Visibility.choices)
    tags = Line(widget=forms.TextInput({"placeholder": "with commas between them"}))
    status = forms.ChoiceField(choices=State.choices)

    @classmethod
    def shown(cls, stored: dict[str, Any]) -> dict[str, Any]:
        """Tags in one line."""
        return {**stored, "tags": ", ".join(stored["tags"])}

    def clean_tags(self) -> list[str]:
        """The tags one by one."""
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]


class Model(EditorForm):
    """`llm_config`: what has a field of its own, and the rest as JSON."""

    model = Line()
    temperature = Line(widget=forms.TextInput({"placeholder": "from 0 to 2", "inputmode": "decimal"}))
    time_limit = Line(widget=forms.TextInput({"placeholder": "such as 10 min"}))
    instructions = Text(rows=8, mono=True)
    prompts = Prompts()
    other = Json(rows=3, label="Other settings")

    OWN: ClassVar[dict[str, tuple[type, ...]]] = {
        "model": (str,), "temperature": (int, float), "time_limit": (str, int, float),
        "instructions": (str,), "prompts": (dict,),
    }  # fmt: skip

    @classmethod
    def shown(cls, stored: dict[str, Any]) -> dict[str, Any]:
        """Each setting in its field; of another type than the field's, it stays among the others."""
        config = stored["llm_config"]
        own = {name: config[name] for name, types in cls.OWN.items() if type(config.get(name)) in types}
        return {**own, "other": {name: value for name, value in config.items() if name not in own}}

    def clean_temperature(self) -> int | float | str:
        """A number; what is none is left to the service to refuse."""
        return number_of(self.cleaned_data["temperature"].replace(",", "."))

    def clean_time_limit(self) -> int | float | str:
        """A number where it is one, else words."""
        return number_of(self.cleaned_data["time_limit"])

    def clean(self) -> dict[str, Any]:
        """Refuse a setting that is there twice."""
        other = self.cleaned_data.get("other")
        if isinstance(other, dict):
            for name in self.OWN:
                if name in other and self.cleaned_data.get(name) not in NOTHING:
                    self.add_error("other", f"{name} has a field of its own: say it there alone.")
        return self.cleaned_data

    def kept(self) -> dict[str, Any]:
        """The whole of `llm_config`; a field that is empty is not in it, unless it was."""
        other, was = self.cleaned_data["other"], self.stored["llm_config"]
        if not isinstance(other, dict):
            return {"llm_config": other}
        typed = {**self.cleaned_data, "instructions": self.text("instructions")}
        own = {
            name: typed[name] for name in self.OWN if typed[name] not in NOTHING or was.get(name) in NOTHING
        }
        return {"llm_config": other | own}

    def place(self, path: str) -> tuple[str, str]:
        """A setting that has no field of its own is among the others."""
        name, inside = super().place(path.removeprefix("llm_config").removeprefix("."))
        return (name, inside) if name in self.OWN else ("other", f"{name}.{inside}".strip("."))


class Metadata(EditorForm):
    """What programs and people note beside an agent."""

    metadata = Json(rows=4, label="As JSON")
