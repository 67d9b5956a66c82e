"""Signing in without a browser: password, second factor, and a brake on guessing."""

import contextlib
import hashlib
import time

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest

from versioning.lib.errors import DomainError
from versioning.workspaces.models import User

MOST_FAILURES, WINDOW = 10, 300  # attempts, seconds


def sign_in(request: HttpRequest, email: str, password: str, otp: str = "") -> User:
    """The person whose e-mail, password and (where set up) one-time or recovery code these are.

    Errors: `unauthorized`; `otp_required`; `rate_limited` after ten failures in five minutes from one
    address, counted in Django's cache: in each process by itself, unless the cache is a shared one.
    """
    brake = _brake(request, email)
    _refuse_guessing(brake)
    user = authenticate(request, email=email.strip().lower(), password=password)
    if not isinstance(user, User):
        _count(brake)
        raise DomainError("unauthorized", "The e-mail address or the password is wrong.")
    _check_second_factor(user, otp, brake)
    cache.delete(brake)
    return user


def workspace_for(user: User, wanted: str) -> tuple[str, str]:
    """The slug of the workspace to enter, and one's role there. It must be named where there are several."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug, role FROM my_workspaces(%s)", [user.pk])
        roles = dict(cursor.fetchall())
    if not roles:
        raise DomainError("forbidden", "You are a member of no workspace. Ask for an invite.")
    slug = wanted or (next(iter(roles)) if len(roles) == 1 else "")
    if slug not in roles:
        slugs = sorted(roles)
        raise DomainError(
            "invalid", f"Name one of your workspaces in 'workspace': {', '.join(slugs)}.",
            field="workspace", workspaces=slugs,
        )  # fmt: skip
    return slug, roles[slug]


def _check_second_factor(user: User, otp: str, brake: str) -> None:
    factors = list(Authenticator.objects.filter(user=user))
    if not factors:
        return
    if not otp:
        raise DomainError(
            "otp_required", "This account has a second factor: send its code, or a recovery code, as 'otp'."
        )
    for factor in factors:
        if factor.type != Authenticator.Type.WEBAUTHN and factor.wrap().validate_code(otp):
            factor.refresh_from_db()  # a recovery code has just marked itself as used
            factor.record_usage()
            return
    _count(brake)
    raise DomainError("unauthorized", "The one-time code is wrong, used or too old.")


def _brake(request: HttpRequest, email: str) -> str:
    """The cache key of one account from one address: nobody locks out the owner elsewhere."""
    address = get_adapter().get_client_ip(request)
    told = f"{address}\0{email.strip().lower()}".encode()
    return f"previse:sign-in:{hashlib.sha256(told).hexdigest()}"


def _refuse_guessing(brake: str) -> None:
    wait = int(cache.get(f"{brake}:until", 0) - time.time()) + 1
    if cache.get(brake, 0) >= MOST_FAILURES and wait > 0:
        raise DomainError(
            "rate_limited", f"Too many failed attempts. Try again in {wait} seconds.", retry_after=wait
        )


def _count(brake: str) -> None:
    if cache.add(brake, 0, WINDOW):
        cache.set(f"{brake}:until", time.time() + WINDOW, WINDOW)
    with contextlib.suppress(ValueError):  # it ended just now
        cache.incr(brake)
