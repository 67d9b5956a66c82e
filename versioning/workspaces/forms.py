"""What the pages of this room ask. A form reads and shapes; the services decide."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from versioning.lib.errors import DomainError
from versioning.workspaces.models import KeyKind, Role, Scope, Workspace
from versioning.workspaces.services.members import INVITE_DAYS
from versioning.workspaces.services.tokens import DAYS, MOST_DAYS

KINDS = {
    KeyKind.LIVE: "live: reads what is live",
    KeyKind.TEST: "test: reads what is staged, and live where nothing is",
}
SCOPES = {
    Scope.HISTORY: "history: read versions, diffs and the record of what happened",
    Scope.DRAFTS: "drafts: save drafts; it never changes what is served",
}
EXPIRIES = [
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "1 year"),
    ("none", "Never"),
    ("date", "On a date…"),
]


def attempt[T](form: forms.Form, verb: Callable[[], T]) -> T | None:
    """Do a verb if the form is sound; what it refuses about a field is said beside it, and None returned."""
    if not form.is_valid():
        return None
    try:
        return verb()
    except DomainError as error:
        if error.data.get("field") not in form.fields:
            raise
        form.add_error(error.data["field"], error.message)
        return None


class SettingsForm(forms.Form):
    """Settings → General."""

    name = forms.CharField(max_length=100)
    staging_enabled = forms.BooleanField(
        required=False,
        label="Enable staging",
        help_text="Test keys read what staging points at. Off hides every staging control and ignores the "
        "pointers; nothing is deleted, and switching it on brings them back.",
    )
    protect_live = forms.BooleanField(
        required=False,
        label="Protect live",
        help_text="Only admins and owners promote, roll back and unpublish; "
        "editors save drafts and stage them.",
    )

    @classmethod
    def of(cls, workspace: Workspace) -> "SettingsForm":
        """As the workspace is set now."""
        return cls(initial={field: getattr(workspace, field) for field in cls.base_fields})


class CloseForm(forms.Form):
    """The slug, typed again."""

    confirm = forms.CharField(
        label="Slug of the workspace",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class InviteForm(forms.Form):
    """Members → invite by link."""

    role = forms.ChoiceField()
    note = forms.CharField(
        max_length=100, required=False, label="For whom", help_text="A note for the list of open invites."
    )
    days = forms.IntegerField(min_value=1, max_value=30, initial=INVITE_DAYS, label="Days until it expires")

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any):
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(r.value, r.label) for r in Role]  # the service says who may give which
        role.widget.choices = [(r.value, r.label) for r in roles]
        role.initial = Role.EDITOR.value


class RoleForm(forms.Form):
    """The role that a member shall have; the service knows which there are."""

    role = forms.CharField(max_length=10)


class KeyForm(forms.Form):
    """API keys → new key."""

    name = forms.CharField(max_length=100, help_text="Where it is used: “checkout service”.")
    kind = forms.ChoiceField(choices=list(KINDS.items()), widget=forms.RadioSelect, initial=KeyKind.LIVE)
    scopes = forms.MultipleChoiceField(
        choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple, required=False,
        label="Beside reading what is served, it may",
    )  # fmt: skip
    expiry = forms.ChoiceField(choices=EXPIRIES, initial="90", label="Expires")
    date = forms.DateField(
        required=False, label="Last day", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Only where “On a date…” is chosen. Until the end of that day, UTC.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The expiry as a moment, None for never."""
        clean = super().clean() or {}
        chosen, date = clean.get("expiry"), clean.get("date")
        if chosen == "date" and date is None and "date" not in self.errors:
            self.add_error("date", "Choose the last day on which the key shall work.")
        clean["expires_at"] = _moment(chosen, date)
        if clean["expires_at"] and clean["expires_at"] <= timezone.now():
            self.add_error("date", "The expiry must be in the future.")
        return clean


class TokenForm(forms.Form):
    """Assistants → new token."""

    name = forms.CharField(max_length=100, help_text="Which assistant it is for: “Claude on my laptop”.")
    days = forms.IntegerField(
        min_value=1, max_value=MOST_DAYS, initial=DAYS, label="Days until it expires",
        help_text=f"At most {MOST_DAYS}.",
    )  # fmt: skip


def _moment(chosen: str | None, date: Any) -> datetime | None:
    if chosen == "date" and date:
        return datetime.combine(date, time(23, 59, 59), tzinfo=UTC)
    return timezone.now() + timedelta(days=int(chosen)) if chosen and chosen.isdigit() else None
