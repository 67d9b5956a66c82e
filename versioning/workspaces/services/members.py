"""Members and the invite links that make them."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from versioning.lib.errors import DomainError, not_found
from versioning.lib.transaction import told
from versioning.workspaces import keys
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Invite, Member, Role, User, Workspace
from versioning.workspaces.policy import RANK, Act, may, require
from versioning.workspaces.services.record import record

INVITE_DAYS = 7


def add_member(actor: Actor, user: User, role: str) -> Member:
    """Make a person a member. Members are else made by their own accepting of an invite."""
    _require_for_role(actor, role)
    with transaction.atomic():
        if Member.objects.in_workspace(actor).filter(user=user).exists():
            raise DomainError("already_member", f"{user} is a member already.")
        member = Member.objects.create(workspace=actor.workspace, user=user, role=role)
        record(actor, EventName.MEMBER_JOINED, member=str(user.id), member_name=str(user), role=role)
    return member


def change_role(actor: Actor, member_id: object, role: str) -> Member:
    """Give a member another role. The last owner stays owner."""
    with transaction.atomic():
        member = _locked(actor, member_id)
        _require_for_role(actor, role, member.role)
        if member.role != role:
            _keep_an_owner(actor, member)
            before, member.role = member.role, role
            member.save(update_fields=["role"])
            record(
                actor, EventName.MEMBER_CHANGED, member=str(member.user_id),
                member_name=str(member.user), changes={"role": {"from": before, "to": role}},
            )  # fmt: skip
    return member


def remove_member(actor: Actor, member_id: object) -> None:
    """Take a member out; anyone may leave by themselves, the last owner may not."""
    with transaction.atomic():
        member = _locked(actor, member_id)
        if member.user_id != actor.person_id:
            _require_for_role(actor, Role.VIEWER, member.role)
        _keep_an_owner(actor, member)
        record(
            actor, EventName.MEMBER_REMOVED, member=str(member.user_id), member_name=str(member.user),
            role=member.role,
        )  # fmt: skip
        member.delete()


def grantable(actor: Actor) -> list[Role]:
    """The roles that the actor may give and take, least first: only an owner makes owners."""
    return [role for role in Role if may(actor, _act_for(role))]


def invite(actor: Actor, *, role: str, note: str = "", days: int = INVITE_DAYS) -> tuple[Invite, str]:
    """Make an invite; the second value is the secret of its link, which is shown once."""
    _require_for_role(actor, role)
    if not 1 <= days <= 30:
        raise DomainError("invalid", "An invite lasts 1 to 30 days.", field="days")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Invite.objects.create(
            workspace=actor.workspace, role=role, note=note.strip()[:100], digest=keys.digest(secret),
            created_by=actor.user, expires_at=timezone.now() + timedelta(days=days),
        )  # fmt: skip
        record(actor, EventName.MEMBER_INVITED, invite=str(made.id), role=role, note=made.note)
    return made, secret


def revoke_invite(actor: Actor, invite_id: object) -> None:
    """Make an invite's link worthless."""
    require(actor, Act.MANAGE)
    with transaction.atomic():
        found = Invite.objects.in_workspace(actor).open().filter(pk=invite_id)
        made = found.select_for_update(of=("self",)).first()
        if made is None:
            raise not_found()
        made.revoked_at = actor.now()
        made.save(update_fields=["revoked_at"])
        record(actor, EventName.INVITE_REVOKED, invite=str(made.id), role=made.role, note=made.note)


def find_invite(secret: str) -> tuple[UUID, UUID] | None:
    """The workspace and the invite that a link's secret opens; None when it opens nothing (any more)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workspace_id, invite_id FROM open_invite(%s)", [keys.digest(secret)])
        found: tuple[UUID, UUID] | None = cursor.fetchone()
        return found


def opened_invite(secret: str) -> Invite | None:
    """The invite that a link opens, with its workspace, for who is about to accept it."""
    found = find_invite(secret)
    if found is None:
        return None
    workspace_id, invite_id = found
    with told(workspace_id):
        return Invite.objects.select_related("workspace", "created_by").filter(pk=invite_id).first()


def accept_invite(secret: str, user: User, *, request_id: str = "") -> Member:
    """Make a signed-in person a member by an invite's secret."""
    found = find_invite(secret)
    if found is None:
        raise DomainError("invite_used", "This invite was used, revoked or has expired. Ask for a new one.")
    workspace_id, invite_id = found
    with told(workspace_id, user.id, request_id):
        workspace = Workspace.objects.get(pk=workspace_id)
        opened = Invite.objects.filter(pk=invite_id).open()
        made = opened.select_for_update(of=("self",)).first()
        if made is None:
            raise DomainError("invite_used", "This invite was used a moment ago. Ask for a new one.")
        if Member.objects.filter(workspace=workspace, user=user).exists():
            raise DomainError("already_member", "You are a member of this workspace already.")
        member = Member.objects.create(workspace=workspace, user=user, role=made.role)
        made.accepted_by, made.accepted_at = user, timezone.now()
        made.save(update_fields=["accepted_by", "accepted_at"])
        actor = Actor.of_member(member, via="web", request_id=request_id)
        record(
            actor, EventName.MEMBER_JOINED, member=str(user.id), member_name=str(user), role=made.role,
            invite=str(made.id),
        )  # fmt: skip
    return member


def _require_for_role(actor: Actor, *roles: str) -> None:
    for role in roles:
        if role not in Role.values:
            known = ", ".join(Role.values)
            raise DomainError("invalid", f"Unknown role {role!r}; known: {known}.", field="role")
    highest = max(roles, key=lambda role: RANK[Role(role)])
    require(actor, _act_for(highest))


def _act_for(role: str) -> Act:
    return Act.OWN if role == Role.OWNER else Act.MANAGE


def _locked(actor: Actor, member_id: object) -> Member:
    """One member, with the workspace locked: two owners must not demote each other at once."""
    Workspace.objects.select_for_update().get(pk=actor.workspace.pk)
    members = Member.objects.in_workspace(actor).select_related("user")
    member: Member | None = members.filter(pk=member_id).first()
    if member is None:
        raise not_found()
    return member


def _keep_an_owner(actor: Actor, leaving: Member) -> None:
    others = Member.objects.in_workspace(actor).filter(role=Role.OWNER).exclude(pk=leaving.pk)
    if leaving.role == Role.OWNER and not others.exists():
        raise DomainError("last_owner", "A workspace keeps at least one owner. Make another owner first.")
