"""The fields of the editor's forms: a form knows what each was before, and what somebody else saved."""

import re
from itertools import zip_longest
from typing import Any

from django import forms
from django.http import QueryDict

from agents.kind import shown
from agents.naming import LIVE
from agents.services.tags import tag_of
from agents.values import read_json
from versioning.lib.errors import DomainError
from versioning.lib.line_ends import as_written

VERSION = re.compile(r"v?\s*(\d{1,9})", re.IGNORECASE)
NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:e[-+]?\d{1,3})?", re.IGNORECASE)


def words_of(error: DomainError) -> tuple[str, str]:
    """Where a refusal points (`llm_config.temperature`), and what it says, apart from each other."""
    field = str(error.data.get("field") or "")
    path, colon, words = error.message.partition(": ")
    return (path, words) if colon and field and path.startswith(field) else (field, error.message)


def json_text(value: Any) -> str:
    """A JSON value as one edits it; nothing for an empty object."""
    return "" if value in ({}, None) else shown(value)


def number_of(text: str) -> int | float | str:
    """A number where a text is one; what is none is left to the services to refuse."""
    if not NUMBER.fullmatch(text):
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)


class Line(forms.CharField):
    """A text of one line."""

    def __init__(self, **options: Any):
        super().__init__(required=False, **options)


class Text(forms.CharField):
    """A text with lines, kept as it is typed."""

    def __init__(self, *, rows: int, mono: bool = False, **options: Any):
        look = {"class": "mono", "spellcheck": "false"} if mono else {}
        box = forms.Textarea({"rows": rows, **look})
        super().__init__(required=False, strip=False, widget=box, **options)


class Json(forms.CharField):
    """A JSON object, as text."""

    def __init__(self, *, rows: int, **options: Any):
        look = {"rows": rows, "class": "mono json", "spellcheck": "false", "autocapitalize": "off",
                "autocomplete": "off", "data-json": True}  # fmt: skip
        super().__init__(required=False, strip=False, widget=forms.Textarea(look), **options)

    def prepare_value(self, value: Any) -> Any:
        """What was typed as it was typed, what is stored as JSON."""
        return value if isinstance(value, str) else json_text(value)

    def clean(self, value: Any) -> Any:
        """The value. A refusal names the line and the column."""
        try:
            return read_json(super().clean(value), "value")
        except DomainError as error:
            raise forms.ValidationError(words_of(error)[1]) from error


class Rows(forms.Widget):
    """The rows of prompts: a slug, and `live` or a number beside it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        """The rows that were filled in."""
        rows = zip_longest(data.getlist("prompt"), data.getlist("at"), fillvalue="")
        return [(slug.strip(), at.strip()) for slug, at in rows if slug.strip()]


class Prompts(forms.Field):
    """The prompts that an agent names, each at `live` or at a number."""

    widget = Rows

    def __init__(self) -> None:
        super().__init__(required=False, label="Prompts")

    def prepare_value(self, value: Any) -> list[tuple[str, str]]:
        """Rows of what is stored; those that were typed as they are."""
        return (
            [(slug, str(at)) for slug, at in sorted(value.items())]
            if isinstance(value, dict)
            else value or []
        )

    def clean(self, value: list[tuple[str, str]]) -> dict[str, str | int]:
        """What `llm_config.prompts` holds."""
        found: dict[str, str | int] = {}
        for slug, at in value:
            number = VERSION.fullmatch(at)
            if slug in found:
                raise forms.ValidationError(f"'{slug[:100]}' is named twice.")
            if not number and at.lower() not in ("", LIVE):
                raise forms.ValidationError(f"For '{slug[:100]}' say live, or the number of a version.")
            found[slug] = int(number[1]) if number else LIVE
        return found


class Edited(forms.BoundField):
    """A field as the editor shows it. The form knows what it was before, and what somebody else saved."""

    @property
    def was(self) -> Any:
        """What the fork says instead (presenters/since.py Was); None where it says the same."""
        return self.form.was.get(self.name)  # type: ignore[attr-defined]

    @property
    def theirs(self) -> str | None:
        """What somebody else saved in the meantime, as it would be typed; None where nobody did."""
        return self.form.theirs.get(self.name)  # type: ignore[attr-defined,no-any-return]


class EditorForm(forms.Form):
    """A part of the editor that is saved by itself. `stored` are the fields that the draft has now."""

    bound_field_class = Edited
    use_required_attribute = False

    def __init__(self, stored: dict[str, Any], data: QueryDict | None = None, *, at: str = ""):
        self.stored, self.at = stored, at
        self.was: dict[str, Any] = {}
        self.theirs: dict[str, str] = {}
        super().__init__(data, initial=self.shown(stored), auto_id=f"{at}-%s")

    @classmethod
    def shown(cls, stored: dict[str, Any]) -> dict[str, Any]:
        """The stored fields as the form shows them."""
        return stored

    def kept(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        return {name: self.text(name) if isinstance(self.fields[name], Text) else value
                for name, value in self.cleaned_data.items()}  # fmt: skip

    def changed(self) -> dict[str, Any]:
        """What was typed and is not stored: a field that somebody left alone stays as it is."""
        return {
            name: value
            for name, value in self.kept().items()
            if name not in self.stored or tag_of({"": value}) != tag_of({"": self.stored[name]})
        }

    def text(self, name: str) -> str:
        """A typed text with the line ends of the stored one."""
        was = self.initial.get(name)
        return as_written(self.cleaned_data[name], was if isinstance(was, str) else None)

    def blame(self, error: DomainError) -> None:
        """Show a refusal at the field that it is about."""
        path, words = words_of(error)
        name, inside = self.place(path)
        self.add_error(name if name in self.fields else None, f"{inside}: {words}" if inside else words)

    def place(self, path: str) -> tuple[str, str]:
        """The field that a path leads to, and what is left of the path."""
        name, _, inside = path.partition(".")
        return name, inside
