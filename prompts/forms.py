"""What people write into pages: parsed here, judged by the services."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from prompts.models import Prompt
from prompts.services.words import DESCRIPTION_LIMIT, NAME_LIMIT
from versioning.lib.errors import DomainError
from versioning.lib.line_ends import as_written
from versioning.versions.models import Version
from versioning.versions.services.artifacts import SLUG_LIMIT
from versioning.versions.services.steps import MESSAGE_LIMIT
from versioning.versions.views.entry import number_in


class PromptWords(forms.Form):
    """What a prompt is called and tagged; its slug is not among it."""

    name = forms.CharField(max_length=NAME_LIMIT, help_text="How people call it. It can change.")
    description = forms.CharField(
        required=False, max_length=DESCRIPTION_LIMIT, widget=forms.Textarea({"rows": 3}),
        help_text="What it is for, and who to ask.",
    )  # fmt: skip
    tags = forms.CharField(
        required=False, max_length=2_000, help_text="Words to find it by, with commas between them."
    )

    def clean_tags(self) -> list[str]:
        """The tags one by one."""
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def blame(self, error: DomainError) -> None:
        """Show a refusal at the field that it is about."""
        field = error.data.get("field")
        self.add_error(field if field in self.fields else None, error.message)


class NewPrompt(PromptWords):
    """A prompt that is to be made, with its first text."""

    slug = forms.CharField(
        max_length=SLUG_LIMIT,
        help_text="Programs read the prompt by it, so it is fixed from now on. Lower-case letters and "
        "digits, joined by single - _ or . such as support-triage.",
        widget=forms.TextInput({"autofocus": True, "autocapitalize": "none", "spellcheck": "false"}),
    )
    source = forms.CharField(
        label="First text", strip=False, widget=forms.Textarea({"rows": 12, "class": "mono"}),
        help_text="It becomes the draft v1. A variable is written {{ name }}.",
    )  # fmt: skip
    message = forms.CharField(
        required=False, max_length=MESSAGE_LIMIT, help_text="A short note on this version, for its history."
    )
    field_order = ("slug", "name", "description", "tags", "source", "message")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["name"].help_text = "How people call it; its slug, where you give none. It can change."

    def clean_source(self) -> str:
        """The text with the line ends that it was typed with: browsers send others."""
        return str(self.cleaned_data["source"]).replace("\r\n", "\n")


@dataclass(frozen=True)
class Typed:
    """What the editor's form carries: the text, what it was written from, the messages, the revision."""

    source: str
    base: int | None
    base_tag: str
    revision: int | None
    message: str
    draft_message: str
    updates: bool

    @classmethod
    def of(cls, prompt: Prompt, data: QueryDict) -> "Typed":
        """Read the form; the text gets the line ends of the version that it was written from."""
        base = number_in(data, "base")
        return cls(
            source=as_written(data.get("source", ""), _source_of(prompt, base)),
            base=base,
            base_tag=data.get("base_tag", "")[:40],
            revision=_whole(data.get("revision", "")),
            message=data.get("message", ""),
            draft_message=data.get("draft_message", data.get("message", "")),
            updates=data.get("act") == "update" and base is not None,
        )


def _whole(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _source_of(prompt: Prompt, number: int | None) -> str | None:
    if number is None:
        return None
    return Version.objects.of(prompt).filter(number=number).values_list("source", flat=True).first()
