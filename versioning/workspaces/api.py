"""REST: signing in, the workspace, its people and its keys."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from versioning.lib.paging import Page, PageQuery, paged
from versioning.lib.rest import MEMBERS
from versioning.workspaces.actor import actor_of
from versioning.workspaces.models import ApiKey, Invite, Member, Role, User
from versioning.workspaces.policy import Act, require
from versioning.workspaces.schemas import (
    CloseIn,
    InviteIn,
    InviteOut,
    KeyIn,
    KeyOut,
    MemberOut,
    NewInviteOut,
    NewKeyOut,
    NewTokenOut,
    RefreshIn,
    RoleIn,
    SignInIn,
    TokenIn,
    TokenOut,
    TokensOut,
    WorkspaceIn,
    WorkspaceOut,
)
from versioning.workspaces.services import keys, members, tokens, workspaces
from versioning.workspaces.sign_in import sign_in, workspace_for
from versioning.workspaces.tokens import LIFETIMES, issue, member_of_token

auth = Router(tags=["Signing in"], auth=None)
router = Router(tags=["Workspace"])
people = Router(tags=["People"])
programs = Router(tags=["Keys"])
NEWEST = ("created_at", "pk")


@auth.post("/token", response=TokensOut, summary="Sign in")
def sign_in_by_password(request: HttpRequest, payload: SignInIn) -> TokensOut:
    """Gives an access token for one hour and a refresh token for 30 days, both for one workspace.

    With several workspaces `workspace` must be sent: 422 lists their slugs. An account with a second
    factor answers 401 `otp_required` until `otp` is sent. Ten failures in five minutes: 429.
    """
    user = sign_in(request, payload.username, payload.password, payload.otp)
    slug, role = workspace_for(user, payload.workspace)
    return _tokens(user, slug, role, issue(user, slug, "refresh"))


@auth.post("/refresh", response=TokensOut, summary="Renew an access token")
def refresh_token(request: HttpRequest, payload: RefreshIn) -> TokensOut:
    """Gives a new access token. The refresh token stays, and ends after its 30 days."""
    member = member_of_token(payload.refresh, "refresh", request.id)  # type: ignore[attr-defined]
    return _tokens(member.user, member.workspace.slug, member.role, payload.refresh)


def _tokens(user: User, slug: str, role: str, renewing: str) -> TokensOut:
    return TokensOut(
        access=issue(user, slug), refresh=renewing, workspace=slug, role=Role(role),
        expires_in=int(LIFETIMES["access"].total_seconds()),
    )  # fmt: skip


@router.get("/workspace", response=WorkspaceOut, summary="Read the settings")
def read_workspace(request: HttpRequest) -> WorkspaceOut:
    """The workspace of the token or key. Viewers may; keys with the scope `history`."""
    actor = actor_of(request)
    require(actor, Act.READ)
    return WorkspaceOut.of(actor.workspace)


@router.patch("/workspace", auth=MEMBERS, response=WorkspaceOut, summary="Change settings")
def change_workspace(request: HttpRequest, payload: WorkspaceIn) -> WorkspaceOut:
    """What is not sent stays. Switching staging off ignores its pointers, and keeps them. Admins may."""
    given = payload.dict(exclude_none=True)
    return WorkspaceOut.of(workspaces.change_workspace(actor_of(request), **given))


@router.post("/workspace/close", auth=MEMBERS, response={204: None}, summary="Close the workspace")
def close_workspace(request: HttpRequest, payload: CloseIn) -> Status[None]:
    """Everything of it answers 404 from now on, and its keys are dead. Owners may."""
    workspaces.close_workspace(actor_of(request), confirm=payload.confirm)
    return Status(204, None)


@people.get("/members", auth=MEMBERS, response=Page[MemberOut], exclude_unset=True, summary="List members")
def list_members(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Who works here, with their roles, newest first. Viewers may; keys may not."""
    actor = actor_of(request)
    require(actor, Act.MEET)
    rows = Member.objects.in_workspace(actor).select_related("user")
    return paged(rows, page, NEWEST, MemberOut.of)


@people.patch("/members/{uuid:member_id}", auth=MEMBERS, response=MemberOut, summary="Change a role")
def change_role(request: HttpRequest, member_id: UUID, payload: RoleIn) -> MemberOut:
    """Admins may; making or unmaking an owner takes an owner. The last owner stays owner."""
    return MemberOut.of(members.change_role(actor_of(request), member_id, payload.role.value))


@people.delete("/members/{uuid:member_id}", auth=MEMBERS, response={204: None}, summary="Remove a member")
def remove_member(request: HttpRequest, member_id: UUID) -> Status[None]:
    """Admins may; anyone may leave. The last owner cannot."""
    members.remove_member(actor_of(request), member_id)
    return Status(204, None)


@people.get("/invites", auth=MEMBERS, response=Page[InviteOut], exclude_unset=True, summary="List invites")
def list_invites(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """The invites that can still be accepted, newest first. Admins may."""
    actor = actor_of(request)
    require(actor, Act.MANAGE)
    return paged(Invite.objects.in_workspace(actor).open(), page, NEWEST, InviteOut.of)


@people.post("/invites", auth=MEMBERS, response={201: NewInviteOut}, summary="Invite")
def invite(request: HttpRequest, payload: InviteIn) -> Status[NewInviteOut]:
    """Answers the link, which is shown this once. Admins may; an owner is invited by an owner."""
    made, secret = members.invite(
        actor_of(request), role=payload.role.value, note=payload.note, days=payload.days
    )
    return Status(201, NewInviteOut.with_link(made, secret))


@people.delete("/invites/{uuid:invite_id}", auth=MEMBERS, response={204: None}, summary="Revoke an invite")
def revoke_invite(request: HttpRequest, invite_id: UUID) -> Status[None]:
    """Makes the link worthless. Admins may."""
    members.revoke_invite(actor_of(request), invite_id)
    return Status(204, None)


@programs.get("/keys", auth=MEMBERS, response=Page[KeyOut], exclude_unset=True, summary="List API keys")
def list_keys(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Newest first, revoked ones among them. Admins may."""
    actor = actor_of(request)
    require(actor, Act.MANAGE)
    return paged(ApiKey.objects.in_workspace(actor).select_related("created_by"), page, NEWEST, KeyOut.of)


@programs.post("/keys", auth=MEMBERS, response={201: NewKeyOut}, summary="Create an API key")
def create_key(request: HttpRequest, payload: KeyIn) -> Status[NewKeyOut]:
    """Answers the key, which is shown this once. Admins may."""
    key, secret = keys.create_key(
        actor_of(request), name=payload.name, kind=payload.kind.value,
        scopes=[scope.value for scope in payload.scopes], expires_at=payload.expires,
    )  # fmt: skip
    return Status(201, NewKeyOut.with_secret(key, secret))


@programs.delete("/keys/{uuid:key_id}", auth=MEMBERS, response=KeyOut, summary="Revoke an API key")
def revoke_key(request: HttpRequest, key_id: UUID) -> KeyOut:
    """Ends it at once and for good; what it did stays recorded. Admins may."""
    return KeyOut.of(keys.revoke_key(actor_of(request), key_id))


@programs.get("/tokens", auth=MEMBERS, response=Page[TokenOut], exclude_unset=True, summary="List MCP tokens")
def list_tokens(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """One's own, newest first, revoked ones among them; admins see everyone's. Keys may not."""
    return paged(tokens.tokens_of(actor_of(request)), page, NEWEST, TokenOut.of)


@programs.post("/tokens", auth=MEMBERS, response={201: NewTokenOut}, summary="Make an MCP token")
def make_token(request: HttpRequest, payload: TokenIn) -> Status[NewTokenOut]:
    """For an assistant of one's own: at `/mcp` it can what its member can. Shown this once. Viewers may."""
    token, secret = tokens.make_token(actor_of(request), name=payload.name, days=payload.days)
    return Status(201, NewTokenOut.with_secret(token, secret))


@programs.delete("/tokens/{uuid:token_id}", auth=MEMBERS, response=TokenOut, summary="Revoke an MCP token")
def revoke_token(request: HttpRequest, token_id: UUID) -> TokenOut:
    """Ends it at once and for good. One's own; admins may end everyone's."""
    return TokenOut.of(tokens.revoke_token(actor_of(request), token_id))
