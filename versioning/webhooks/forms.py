"""What the pages of webhooks ask. A form reads and shapes; the services decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.conf import settings

from versioning.lib.addresses import check_url
from versioning.lib.errors import DomainError
from versioning.webhooks.models import Endpoint
from versioning.workspaces.events import EventName

# The Events as one chooses them, by the noun of their names; what stands in none is of the workspace.
GROUPS = {
    "Prompts and agents": ("artifact", "resource", "snapshot"),
    "Versions": ("version",),
    "Staging": ("staging",),
    "Connectors": ("connector",),
    "People and keys": ("member", "invite", "key", "token"),
}
REST = "Workspace"
EVERY, SOME = "every", "some"


@dataclass(frozen=True)
class Group:
    """Events that one finds together; `offered` is the name, what it says, and whether it is chosen."""

    title: str
    offered: list[tuple[str, str, bool]]


def grouped(chosen: Sequence[str] = ()) -> list[Group]:
    """Every Event in its group."""
    titles = {noun: title for title, nouns in GROUPS.items() for noun in nouns}
    found: dict[str, list[tuple[str, str, bool]]] = {title: [] for title in (*GROUPS, REST)}
    for name in EventName:
        title = titles.get(name.value.partition(".")[0], REST)
        found[title].append((name.value, str(name.label), name.value in chosen))
    return [Group(title, offered) for title, offered in found.items()]


class EndpointForm(forms.Form):
    """A webhook: where it is, what it is for, what it wants."""

    url = forms.CharField(
        max_length=500, label="Address",
        widget=forms.URLInput(
            attrs={"spellcheck": "false", "autocomplete": "off", "placeholder": "https://example.com/previse"}
        ),
    )  # fmt: skip
    description = forms.CharField(
        max_length=200, required=False, help_text="What it is for: “posts releases to the team's channel”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    which = forms.ChoiceField(
        choices=[(EVERY, "Every Event"), (SOME, "Only these")], widget=forms.RadioSelect, initial=EVERY
    )
    events = forms.MultipleChoiceField(
        choices=EventName.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        within = f"Answer with 2xx within {settings.WEBHOOK_TIMEOUT} seconds."
        self.fields["url"].help_text = f"Each Event is sent here as a POST with a JSON body. {within}"

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        """As it is set now."""
        which = SOME if endpoint.events else EVERY
        return cls(initial={
            "url": endpoint.url, "description": endpoint.description, "which": which,
            "events": endpoint.events,
        })  # fmt: skip

    def clean_url(self) -> str:
        """By the rule of the services, so that it is said together with what else is wrong."""
        try:
            return check_url(self.cleaned_data["url"], field="url", exact=True)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        """Who wants only some names them: to the services none at all means every one."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("which") == SOME and not given.get("events") and "events" not in self.errors:
            self.add_error("events", "Choose at least one, or take every Event.")
        return given

    def given(self) -> dict[str, Any]:
        """What the services take."""
        asked = self.cleaned_data
        events = asked["events"] if asked["which"] == SOME else []
        return {"url": asked["url"], "description": asked["description"], "events": events}

    @property
    def groups(self) -> list[Group]:
        """The Events to choose from, those that are chosen marked."""
        return grouped(self["events"].value() or [])
