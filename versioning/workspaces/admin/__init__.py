"""Django admin of this room: people, workspaces with all in them, keys, Events. Secrets are shown nowhere."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

from versioning.workspaces.admin import people, tenancy

__all__ = ["people", "tenancy"]

# Groups give nobody anything here; addresses and second factors are the person's own pages.
for model in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
