"""What programs send and read about people, workspaces and keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from ninja import Field, Schema

from versioning.lib.rest import Input
from versioning.workspaces.models import ApiKey, Invite, KeyKind, Member, MemberToken, Role, Scope, Workspace


class SignInIn(Input):
    """Who signs in, and to which workspace."""

    username: str = Field(max_length=254, description="The e-mail address.", examples=["owner@example.com"])
    password: str = Field(max_length=4096, examples=["correct horse battery staple"])
    workspace: str = Field("", max_length=50, description="Its slug; needed with several.", examples=["demo"])
    otp: str = Field("", max_length=50, description="With a second factor: its code, or a recovery code.")


class RefreshIn(Input):
    """A refresh token, as `POST /api/auth/token` gave it."""

    refresh: str = Field(max_length=4096)


class TokensOut(Schema):
    """Tokens for one workspace."""

    access: str = Field(description="Send it as `Authorization: Bearer …`.")
    refresh: str = Field(description="Renews the access token for 30 days.")
    token_type: str = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds that the access token lives.", examples=[3600])
    workspace: str = Field(examples=["demo"])
    role: Role


class WorkspaceOut(Schema):
    """A workspace and its settings."""

    slug: str = Field(examples=["demo"])
    name: str = Field(examples=["Demo"])
    staging_enabled: bool = Field(description="Off: staging pointers are kept, and ignored.")
    protect_live: bool = Field(description="On: moving live takes the role admin.")
    created: datetime
    closed: datetime | None
    url: str

    @classmethod
    def of(cls, workspace: Workspace) -> "WorkspaceOut":
        """A workspace as programs read it."""
        return cls(
            slug=workspace.slug, name=workspace.name, staging_enabled=workspace.staging_enabled,
            protect_live=workspace.protect_live, created=workspace.created_at,
            closed=workspace.closed_at, url=f"{settings.PUBLIC_URL}/w/{workspace.slug}/",
        )  # fmt: skip


class WorkspaceIn(Input):
    """Settings to change; what is not sent stays."""

    name: str | None = None
    staging_enabled: bool | None = None
    protect_live: bool | None = None


class CloseIn(Input):
    """The workspace's slug, typed once more."""

    confirm: str = Field(examples=["demo"])


class MemberOut(Schema):
    """A person in this workspace."""

    id: UUID
    name: str
    email: str
    role: Role
    joined: datetime

    @classmethod
    def of(cls, member: Member) -> "MemberOut":
        """A member as programs read it."""
        user = member.user
        return cls(
            id=member.id, name=user.display_name, email=user.email, role=Role(member.role),
            joined=member.created_at,
        )  # fmt: skip


class RoleIn(Input):
    """The role to give."""

    role: Role


class InviteIn(Input):
    """Whom to invite, as what."""

    role: Role
    note: str = Field("", max_length=100, description="For whom it is meant; shown to admins alone.")
    days: int = Field(7, ge=1, le=30, description="How long the link can be used.")


class InviteOut(Schema):
    """An invite that can still be accepted."""

    id: UUID
    role: Role
    note: str
    created: datetime
    created_by: str | None
    expires: datetime

    @classmethod
    def of(cls, made: Invite) -> "InviteOut":
        """An invite as programs read it."""
        return cls(**_of_invite(made))


class NewInviteOut(InviteOut):
    """A new invite with its link, which is shown this once."""

    url: str

    @classmethod
    def with_link(cls, made: Invite, secret: str) -> "NewInviteOut":
        """The invite and the address that its reader opens."""
        return cls(**_of_invite(made), url=f"{settings.PUBLIC_URL}/invite/{secret}/")


class KeyIn(Input):
    """What a new key is for."""

    name: str = Field(max_length=100, examples=["checkout service"])
    kind: KeyKind = Field(description="`live` reads what is live, `test` what is staged.")
    scopes: list[Scope] = Field([], max_length=10, description="What it may do beside delivery.")
    expires: datetime | None = Field(None, description="With an offset; null: never.")


class KeyOut(Schema):
    """An API key, known by how it begins."""

    id: UUID
    name: str
    kind: KeyKind
    scopes: list[Scope]
    prefix: str = Field(examples=["pv_live_4fTz"])
    created: datetime
    created_by: str | None
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None = Field(description="To the minute.")

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        """A key as programs read it."""
        return cls(**_of_key(key))


class NewKeyOut(KeyOut):
    """A new key, which is shown this once."""

    key: str = Field(examples=["pv_live_…"])

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str) -> "NewKeyOut":
        """The key's row and the key itself."""
        return cls(**_of_key(key), key=secret)


class TokenIn(Input):
    """Which assistant a token is for."""

    name: str = Field(max_length=100, examples=["Claude on my laptop"])
    days: int = Field(30, ge=1, le=90, description="How long it works.")


class TokenOut(Schema):
    """An MCP token, known by how it begins."""

    id: UUID
    name: str
    member: str = Field(description="As whom the assistant acts.")
    prefix: str = Field(examples=["pv_mcp_4fTz"])
    created: datetime
    expires: datetime
    revoked: datetime | None
    last_used: datetime | None = Field(description="To the minute.")

    @classmethod
    def of(cls, token: MemberToken) -> "TokenOut":
        """A token as programs read it."""
        return cls(**_of_token(token))


class NewTokenOut(TokenOut):
    """A new token, which is shown this once, and where its assistant connects."""

    token: str = Field(examples=["pv_mcp_…"])
    url: str = Field(examples=["https://previse.example/mcp"])

    @classmethod
    def with_secret(cls, token: MemberToken, secret: str) -> "NewTokenOut":
        """The token's row and the token itself."""
        return cls(**_of_token(token), token=secret, url=f"{settings.PUBLIC_URL}/mcp")


def _of_invite(made: Invite) -> dict[str, Any]:
    by = made.created_by
    return {
        "id": made.id, "role": made.role, "note": made.note, "created": made.created_at,
        "created_by": by.display_name if by else None, "expires": made.expires_at,
    }  # fmt: skip


def _of_key(key: ApiKey) -> dict[str, Any]:
    by = key.created_by
    return {
        "id": key.id, "name": key.name, "kind": key.kind, "scopes": key.scopes, "prefix": key.prefix,
        "created": key.created_at, "created_by": by.display_name if by else None,
        "expires": key.expires_at, "revoked": key.revoked_at, "last_used": key.last_used_at,
    }  # fmt: skip


def _of_token(token: MemberToken) -> dict[str, Any]:
    return {
        "id": token.id, "name": token.name, "member": token.member.user.display_name, "prefix": token.prefix,
        "created": token.created_at, "expires": token.expires_at, "revoked": token.revoked_at,
        "last_used": token.last_used_at,
    }  # fmt: skip
