"""How people sign in: by allauth, without open sign-up."""

import base64
import logging
import secrets
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import AddEmailForm, SignupForm
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest

from versioning.lib.crypto import seal, unseal
from versioning.workspaces.models import Member, User
from versioning.workspaces.services.members import accept_invite

log = logging.getLogger("previse.accounts")
FACTORS = "second factors"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An account comes from an invite or from the operator, never from a public form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: forms.BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """A new account, with the name that its form asked for."""
        assert isinstance(user, User)
        user.name = form.cleaned_data.get("name", "")
        super().save_user(request, user, form, commit)
        return user

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The address that one joins by is taken for one's own: whoever invited knows whom."""
        return True

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **signed_in: Any) -> Any:
        """As ever; an account that was made without its row of addresses gets it."""
        assert isinstance(user, User)
        if not EmailAddress.objects.filter(user=user, verified=True).exists():
            user.vouch()
        return super().post_login(request, user, **signed_in)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send; a mail server that is away breaks no page, and tells nobody which addresses are known."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            log.exception("mail %s could not be sent", template_prefix)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """What a second step rests on is kept encrypted: a copy of the database alone signs nobody in."""

    def encrypt(self, text: str) -> str:
        """As it is kept."""
        return base64.b64encode(seal(text.encode(), label=FACTORS)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it is used; for what another SECRET_KEY wrote, a secret that nobody knows and no code fits."""
        plain = unseal(base64.b64decode(encrypted_text), label=FACTORS)
        if plain is None:
            log.error("a second factor was kept under another SECRET_KEY")
            return base64.b32encode(secrets.token_bytes(20)).decode()
        return plain.decode()


class AddressForm(AddEmailForm):  # type: ignore[misc]
    """Another address for one's account. What another account has is refused, and its owner gets no mail."""

    def clean_email(self) -> str:
        """An address that nobody has."""
        email = str(super().clean_email())
        if filter_users_by_email(email):
            raise forms.ValidationError("This address has an account.", code="known")
        return email


class InvitedForm(SignupForm):  # type: ignore[misc]
    """The account of who follows an invite and has none yet."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ["name", "email", "password1"]

    def validate_unique_email(self, value: str) -> str:
        """An address that has an account already is asked to sign in."""
        self.account_already_exists = bool(filter_users_by_email(value))
        if self.account_already_exists:
            raise forms.ValidationError("This address has an account.", code="known")
        return value

    def open_account(self, request: HttpRequest, secret: str) -> tuple[User, Member]:
        """The account and the membership, both or neither. Errors: `invite_used`."""
        with transaction.atomic():
            user = self.save(request)
            assert isinstance(user, User)
            member = accept_invite(secret, user, request_id=request.id)  # type: ignore[attr-defined]
        return user, member
