"""Who a program is: by a member's token (a JWT for one workspace) or by an API key; over MCP also by an
MCP token of a member.

A token says who and where, never what one may: membership and role are read at every call. A JWT ends with
its hour, with the account, the membership, or a change of the password; an MCP token with its day, with the
account or the membership, or when it is revoked.
"""

import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from versioning.lib.crypto import derived
from versioning.lib.errors import DomainError
from versioning.lib.transaction import tell
from versioning.workspaces import keys
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import ApiKey, Member, MemberToken, User

ISSUER, AUDIENCE, ALGORITHM = "previse", "previse-api", "HS256"
LIFETIMES = {"access": timedelta(hours=1), "refresh": timedelta(days=30)}
CLAIMS = ("iss", "aud", "typ", "sub", "workspace", "seal", "iat", "exp", "jti")
LONGEST = 4096
USED_EVERY = timedelta(minutes=1)


def issue(user: User, workspace: str, typ: str = "access") -> str:
    """A token for a person in a workspace (its slug), to read (`access`) or to renew by (`refresh`)."""
    now = timezone.now()
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "typ": typ, "sub": str(user.pk), "workspace": workspace,
        "seal": _seal(user), "iat": now, "exp": now + LIFETIMES[typ], "jti": uuid.uuid4().hex,
    }  # fmt: skip
    return jwt.encode(claims, derived("tokens"), ALGORITHM)


def actor_of_request(request: HttpRequest) -> Actor | None:
    """Who sent this request, by its `Authorization: Bearer …`; None for nobody.

    Tells the transaction the workspace. Why a token was not taken stays in `request.refusal`.
    """
    request.refusal = None  # type: ignore[attr-defined]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    try:
        return actor_of_bearer(token, via="rest", request_id=request.id)  # type: ignore[attr-defined]
    except DomainError as error:
        request.refusal = error  # type: ignore[attr-defined]
        return None


def actor_of_bearer(token: str, *, via: str, request_id: str) -> Actor:
    """Who bears this token or key, the transaction told their workspace. Error: `unauthorized`."""
    if token.startswith(keys.TOKEN_START):
        return _of_token(token, via, request_id)
    if token.startswith("pv_"):
        return _of_key(token, via, request_id)
    member = member_of_token(token, "access", request_id)
    return Actor.of_member(member, via=via, request_id=request_id)


def member_of_token(token: str, typ: str, request_id: str) -> Member:
    """The member whom a token of that type names, as they are now. Error: `unauthorized`."""
    claims = _claims(token, typ)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT workspace_id, member_id FROM my_workspace(%s, %s)", [claims["sub"], claims["workspace"]]
        )
        found = cursor.fetchone()
    if found is None:
        raise _refused("You are no member of this token's workspace (any more).")
    workspace_id, member_id = found
    tell(workspace_id, UUID(claims["sub"]), request_id)
    member: Member = Member.objects.select_related("workspace", "user").get(pk=member_id)
    if not member.user.is_active or not hmac.compare_digest(_seal(member.user), claims["seal"]):
        tell(None, None, request_id)
        raise _refused("This token has ended with a change of the account. Sign in again.")
    return member


def _of_key(key: str, via: str, request_id: str) -> Actor:
    """The actor of an API key. A mistyped one is refused without asking the database."""
    if not keys.well_formed(key):
        raise _refused("This is no API key of Previse. Compare it with the one that was shown.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_id, workspace_id FROM key_owner(%s)", [keys.digest(key)])
        found = cursor.fetchone()
    if found is None:
        raise _refused("This API key is unknown, revoked or expired.")
    key_id, workspace_id = found
    tell(workspace_id, None, request_id)
    row = ApiKey.objects.select_related("workspace").get(pk=key_id)
    _note_use(ApiKey, key_id)
    return Actor.of_key(row, via=via, request_id=request_id)


def _of_token(token: str, via: str, request_id: str) -> Actor:
    """The member whose assistant bears an MCP token. It opens /mcp and nothing else."""
    if via != "mcp":
        raise _refused("An MCP token opens /mcp alone. For REST, sign in at POST /api/auth/token.")
    if not keys.well_formed_token(token):
        raise _refused("This is no MCP token of Previse. Compare it with the one that was shown.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT token_id, workspace_id, member_id, user_id FROM token_owner(%s)", [keys.digest(token)]
        )
        found = cursor.fetchone()
    if found is None:
        raise _refused("This MCP token is unknown, revoked or expired. Make a new one in Settings.")
    token_id, workspace_id, member_id, user_id = found
    tell(workspace_id, user_id, request_id)
    member = Member.objects.select_related("workspace", "user").get(pk=member_id)
    _note_use(MemberToken, token_id)
    return Actor.of_member(member, via=via, request_id=request_id)


def _note_use(model: type[ApiKey] | type[MemberToken], pk: UUID) -> None:
    """Keep when it was last used, to the minute; nobody waits for another request's note."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    free = model.objects.filter(stale, pk=pk).select_for_update(skip_locked=True)
    model.objects.filter(pk__in=free.values("pk")).update(last_used_at=now)


def _claims(token: str, typ: str) -> dict[str, Any]:
    if len(token) > LONGEST:
        raise _refused("This is no token of Previse.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token, derived("tokens"), algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER,
            options={"require": list(CLAIMS)},
        )  # fmt: skip
    except jwt.ExpiredSignatureError as error:
        way = "Renew it at POST /api/auth/refresh." if typ == "access" else "Sign in again."
        raise _refused(f"This token has expired. {way}") from error
    except (jwt.InvalidTokenError, ValueError) as error:
        raise _refused("This is no token of Previse. Sign in at POST /api/auth/token.") from error
    if claims["typ"] != typ:
        raise _refused(f"This is a token of the type '{claims['typ']}'; '{typ}' is needed here.")
    return claims


def _seal(user: User) -> str:
    """Changes with the password, and tells nothing of it."""
    return hashlib.sha256(user.get_session_auth_hash().encode()).hexdigest()[:32]


def _refused(message: str) -> DomainError:
    return DomainError("unauthorized", message)
