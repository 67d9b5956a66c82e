"""People: made without a password that anyone knows, never taken from a workspace that needs them."""

from typing import TYPE_CHECKING, Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from versioning.lib.errors import DomainError
from versioning.workspaces.admin_site import ThroughServices, acting, verb
from versioning.workspaces.models import Member, User
from versioning.workspaces.services.members import remove_member

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[User]
else:
    _ModelForm = forms.ModelForm


class PersonForm(_ModelForm):
    """An account."""

    class Meta:
        model = User
        fields = ["email", "name", "is_active", "is_superuser"]
        help_texts = {
            "is_active": "Without it they can sign in nowhere.",
            "is_superuser": "The operator: Django admin, and an owner's rights in every workspace.",
        }

    def clean_email(self) -> str:
        """Addresses are kept in lower case, and belong to one account."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.exclude(pk=self.instance.pk).filter(email=email).exists():
            raise forms.ValidationError("There is an account with this address.")
        return email

    def clean(self) -> dict[str, Any]:
        """Somebody must be able to come back in here."""
        clean = super().clean() or {}
        stays = clean.get("is_active") and clean.get("is_superuser")
        if self.instance.is_superuser and not stays and _last_operator(self.instance):
            raise forms.ValidationError("This is the last operator. Make another one first.")
        return clean


@admin.register(User)
class PeopleAdmin(ThroughServices):
    """Accounts."""

    form = PersonForm
    list_display = ("email", "name", "is_active", "is_superuser", "second_step", "last_login", "date_joined")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined", "second_step", "workspaces")
    actions = ("send_reset", "drop_second_steps")

    @admin.display(description="second step", boolean=True)
    def second_step(self, user: User) -> bool:
        """Whether signing in takes more than the password."""
        return bool(Authenticator.objects.filter(user=user).exists())

    @admin.display(description="workspaces")
    def workspaces(self, user: User) -> str:
        """Where they are members."""
        of = Member.objects.filter(user=user).select_related("workspace").order_by("workspace__slug")
        return ", ".join(f"{member.workspace.slug} ({member.role})" for member in of) or "none"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new person gets a link to set a password: nobody else ever knows one."""
        obj.is_staff = obj.is_superuser
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        obj.vouch()
        if not change:
            self.send_reset(request, User.objects.filter(pk=obj.pk))

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Out of each workspace first, by the verb that keeps the last owner; what they did stays."""
        if obj.is_superuser and _last_operator(obj):
            raise DomainError("last_owner", "This is the last operator. Make another one first.")
        for member in Member.objects.filter(user=obj).select_related("workspace"):
            with acting(request, member.workspace) as actor:
                remove_member(actor, member.pk)
        super().delete_model(request, obj)

    @verb("Send a link to set a new password")
    def send_reset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """As if they had asked for it themselves."""
        for user in queryset.filter(is_active=True):
            form = ResetPasswordForm({"email": user.email})
            if form.is_valid():
                form.save(request)
                messages.success(request, f"A link to set a password was sent to {user.email}.")

    @verb("Remove the second steps (a lost phone)")
    def drop_second_steps(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Their password alone signs them in until they set up another."""
        for user in queryset:
            Authenticator.objects.filter(user=user).delete()
            self.log_change(request, user, "Removed the second steps")
            messages.success(request, f"{user.email} signs in by password alone now.")


def _last_operator(user: User) -> bool:
    others = User.objects.exclude(pk=user.pk).filter(is_superuser=True, is_active=True)
    return user.is_active and not others.exists()
