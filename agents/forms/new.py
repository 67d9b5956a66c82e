"""A new agent: written, or copied from a version of another one."""

from collections.abc import Iterable
from typing import Any

from django import forms

from agents.forms.fields import words_of
from agents.services.cleaning import BIO_LIMIT, NAME_LIMIT
from versioning.lib.errors import DomainError
from versioning.lib.line_ends import as_written
from versioning.versions.services.artifacts import SLUG_LIMIT

SLUG = (
    "Programs reach the agent by it, so it is fixed from now on. Lower-case letters and digits, joined by "
    "single - _ or . such as front-desk."
)


class _Named(forms.Form):
    """What every new agent is called."""

    slug = forms.CharField(
        max_length=SLUG_LIMIT, help_text=SLUG,
        widget=forms.TextInput({"autofocus": True, "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    name = forms.CharField(
        required=False, max_length=NAME_LIMIT,
        help_text="How people call it; its slug, where you give none. It can change.",
    )  # fmt: skip

    def blame(self, error: DomainError) -> None:
        """Show a refusal at the field that it is about."""
        path, words = words_of(error)
        field = path.rpartition(".")[2]
        self.add_error(field, words) if field in self.fields else self.add_error(None, error.message)


class NewAgent(_Named):
    """An agent that is to be made. All else is written in its editor."""

    bio = forms.CharField(
        required=False, max_length=BIO_LIMIT, widget=forms.Textarea({"rows": 3}),
        help_text="What it is for, as members and callers read it.",
    )  # fmt: skip
    model = forms.CharField(
        required=False, max_length=NAME_LIMIT, help_text="As its model server calls it.",
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    instructions = forms.CharField(
        required=False, strip=False, widget=forms.Textarea({"rows": 10, "class": "mono"}),
        help_text="What the model is told before anybody speaks.",
    )  # fmt: skip

    def fields_of_agent(self) -> dict[str, Any]:
        """What was written, as the services take it."""
        typed = self.cleaned_data
        instructions = as_written(typed["instructions"], None)
        config = {"model": typed["model"], "instructions": instructions}
        return {
            "slug": typed["slug"], "name": typed["name"], "bio": as_written(typed["bio"], None),
            "llm_config": {name: value for name, value in config.items() if value},
        }  # fmt: skip


class CopyOf(_Named):
    """An agent that is to be made of a version of another one."""

    version = forms.TypedChoiceField(coerce=int, help_text="Which of its versions the copy begins with.")
    field_order = ("version", "slug", "name")

    def __init__(self, versions: Iterable[tuple[int, str]], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = list(versions)  # type: ignore[attr-defined]
        self.fields["name"].help_text = "How people call it; that of the original, where you give none."
