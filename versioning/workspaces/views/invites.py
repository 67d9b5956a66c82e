"""An invite's link: what it offers, to whoever holds it, and the joining itself."""

from typing import Any

from allauth.account.utils import complete_signup
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from versioning.lib.errors import DomainError
from versioning.lib.htmx import done
from versioning.workspaces.accounts import InvitedForm
from versioning.workspaces.models import Invite, Member, User
from versioning.workspaces.services.members import accept_invite, opened_invite


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Join as who one is, or with a new account. A link that opens nothing any more says so, 410."""
    invite = opened_invite(secret)
    if invite is None:
        return _private(render(request, "workspaces/invite_gone.html", status=410))
    try:
        answer = _join if request.user.is_authenticated else _open_account
        return _private(answer(request, secret, invite))
    except DomainError as error:
        if error.code != "invite_used":
            raise
        return _private(render(request, "workspaces/invite_gone.html", status=410))


def _join(request: HttpRequest, secret: str, invite: Invite) -> HttpResponse:
    assert isinstance(request.user, User)
    if request.method != "POST":
        return render(request, "workspaces/invite.html", {"invite": invite})
    try:
        accept_invite(secret, request.user, request_id=request.id)  # type: ignore[attr-defined]
    except DomainError as error:
        if error.code != "already_member":
            raise
        return done(request, _home(invite), said=error.message)
    return done(request, _home(invite), said=f"You are {invite.role} of {invite.workspace.name} now")


def _open_account(request: HttpRequest, secret: str, invite: Invite) -> HttpResponse:
    form = InvitedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user, member = form.open_account(request, secret)
        return _signed_in(request, user, member)
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    known: Any = form.has_error("email", "known")
    page = {"invite": invite, "form": form, "sign_in_url": sign_in, "known": known}
    return render(request, "workspaces/invite_account.html", page, status=422 if form.errors else 200)


def _signed_in(request: HttpRequest, user: User, member: Member) -> HttpResponse:
    """The new person, signed in as after any sign-up, in their workspace."""
    where = reverse("workspaces:workspace", args=[member.workspace.slug])
    response: HttpResponse = complete_signup(request, user, "none", where)
    return response


def _home(invite: Invite) -> str:
    return reverse("workspaces:workspace", args=[invite.workspace.slug])


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the secret: kept by no cache, told to no other site.

    `same-origin` and not `no-referrer`: under that, browsers send `Origin: null` with a form, which is no
    proof of where it comes from.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
