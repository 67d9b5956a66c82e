"""Settings → Members: who is here, who is invited."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from versioning.lib.errors import not_found
from versioning.lib.htmx import done
from versioning.workspaces import once
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.forms import InviteForm, RoleForm, attempt
from versioning.workspaces.models import Invite, Member
from versioning.workspaces.policy import Act, require
from versioning.workspaces.services import members as services
from versioning.workspaces.views.frame import framed, url


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The members, and the invites that are open."""
    actor = actor_of(request)
    return _page(request, actor, InviteForm(roles=services.grantable(actor)))


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invite's link, and show it this once."""
    actor = actor_of(request)
    form = InviteForm(request.POST, roles=services.grantable(actor))
    made = attempt(form, lambda: services.invite(actor, **form.cleaned_data))
    if made is None:
        require(actor, Act.MANAGE)
        return _page(request, actor, form, status=422)
    row, secret = made
    link = settings.PUBLIC_URL + reverse("workspaces:invite", args=[secret])
    page = framed(actor, "members", invite=row, link=link, back_url=url(actor, "members"))
    return once.shown_once(render(request, "workspaces/invited.html", page))


@require_POST
def revoke_invite(request: HttpRequest, invite_id: UUID) -> HttpResponse:
    """Make an open invite's link worthless."""
    actor = actor_of(request)
    services.revoke_invite(actor, invite_id)
    return done(request, url(actor, "members"), said="The invite is revoked")


@require_POST
def change_role(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Give a member another role."""
    actor = actor_of(request)
    form = RoleForm(request.POST)
    role = form.cleaned_data["role"] if form.is_valid() else ""
    member = services.change_role(actor, member_id, role)
    return done(request, url(actor, "members"), said=f"{member.user} is {member.role} now")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Ask, then take a member out; of oneself it is leaving."""
    actor = actor_of(request)
    member = Member.objects.in_workspace(actor).by_name().filter(pk=member_id).first()
    if member is None:
        raise not_found()
    leaving = member.user_id == actor.person_id
    if not leaving:
        require(actor, Act.MANAGE)
    if request.method == "POST":
        services.remove_member(actor, member_id)
        said = f"You left {actor.workspace.name}" if leaving else f"{member.user} is removed"
        return done(request, "/" if leaving else url(actor, "members"), said=said)
    page = {"leaving": leaving, "member_row": member, "cancel_url": url(actor, "members")}
    return render(request, "workspaces/remove.html", page)


def _page(request: HttpRequest, actor: Actor, form: InviteForm, status: int = 200) -> HttpResponse:
    rows = [_row(actor, member) for member in Member.objects.in_workspace(actor).by_name()]
    invites = Invite.objects.in_workspace(actor).open()
    page = framed(actor, "members", rows=rows, invites=invites, form=form, roles=services.grantable(actor))
    return render(request, "workspaces/members.html", page, status=status)


def _row(actor: Actor, member: Member) -> dict[str, Any]:
    """A member with what the actor may do to them."""
    mine = member.user_id == actor.person_id
    may = member.role in services.grantable(actor)
    return {"member": member, "mine": mine, "may_change": may, "may_remove": may or mine}
