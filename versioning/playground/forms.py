"""What the pages of this room ask. A form reads and shapes; the services decide."""

from typing import Self

from django import forms

from versioning.playground.models import Provider


class ProviderForm(forms.Form):
    """Settings → Playground."""

    base_url = forms.CharField(
        max_length=500, label="Address",
        help_text="Of any OpenAI-compatible server, as its documents give it: "
        "<code>https://api.openai.com/v1</code>.",
        widget=forms.URLInput(attrs={"spellcheck": "false", "placeholder": "https://api.openai.com/v1"}),
    )  # fmt: skip
    model = forms.CharField(
        max_length=200, help_text="What answers where a version names no model of its own.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    key = forms.CharField(
        required=False, max_length=4000, label="Key",
        help_text="Kept encrypted, and shown by its last four characters. Empty for a server without one.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip

    @classmethod
    def of(cls, provider: Provider | None) -> Self:
        """As it is set now; the key by its end, which keeps it when it is sent back."""
        if provider is None:
            return cls()
        shown = {"base_url": provider.base_url, "model": provider.model, "key": provider.shown_key}
        return cls(initial=shown)
