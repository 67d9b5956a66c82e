"""MCP tokens: made by members for their own assistants, shown once, revoked."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from versioning.lib.errors import DomainError, not_found
from versioning.workspaces import keys
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Member, MemberToken
from versioning.workspaces.policy import Act, may, require
from versioning.workspaces.querysets import MemberTokenQuerySet
from versioning.workspaces.services.record import record

DAYS, MOST_DAYS = 30, 90


def tokens_of(actor: Actor) -> MemberTokenQuerySet:
    """The tokens that the actor may see and revoke: their own, and everyone's for who manages."""
    require(actor, Act.CONNECT)
    return MemberToken.objects.all().seen_by(actor, everyones=may(actor, Act.MANAGE))


def make_token(actor: Actor, *, name: str, days: int = DAYS) -> tuple[MemberToken, str]:
    """Make a token of one's own; the second value is the token itself, which nobody can read again."""
    require(actor, Act.CONNECT)
    name = name.strip()
    if not name or len(name) > 100:
        raise DomainError("invalid", "A token needs a name of at most 100 characters.", field="name")
    if not 1 <= days <= MOST_DAYS:
        raise DomainError("invalid", f"An MCP token lasts 1 to {MOST_DAYS} days.", field="days")
    member = Member.objects.in_workspace(actor).filter(user_id=actor.person_id).first()
    if member is None:  # the operator, who is nobody's member
        raise DomainError("forbidden", "Only a member can make a token: it acts as that member.")
    secret = keys.generate("mcp")
    with transaction.atomic():
        token = MemberToken.objects.create(
            workspace=actor.workspace, member=member, name=name, prefix=secret[: keys.TOKEN_SHOWN],
            digest=keys.digest(secret), expires_at=timezone.now() + timedelta(days=days),
        )  # fmt: skip
        record(actor, EventName.TOKEN_CREATED, token=str(token.id), token_name=name, days=days)
    return token, secret


def revoke_token(actor: Actor, token_id: object) -> MemberToken:
    """End a token at once: one's own, or as an admin anybody's."""
    with transaction.atomic():
        token = tokens_of(actor).select_for_update(of=("self",)).filter(pk=token_id).first()
        if token is None:
            raise not_found()
        if token.revoked_at:
            raise DomainError("key_revoked", "This token is revoked already.")
        token.revoked_at = actor.now()
        token.save(update_fields=["revoked_at"])
        user = token.member.user
        record(
            actor, EventName.TOKEN_REVOKED, token=str(token.id), token_name=token.name,
            member=str(user.pk), member_name=str(user),
        )  # fmt: skip
    found: MemberToken = token
    return found
