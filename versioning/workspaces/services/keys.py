"""API keys: made, shown once, revoked."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from versioning.lib.errors import DomainError, not_found
from versioning.workspaces import keys
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import ApiKey, KeyKind, Scope
from versioning.workspaces.policy import Act, require
from versioning.workspaces.services.record import record


def create_key(
    actor: Actor,
    *,
    name: str,
    kind: str,
    scopes: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the second value is the key itself, which nobody can read again."""
    require(actor, Act.MANAGE)
    name, scopes = name.strip(), sorted(set(scopes))
    if not name or len(name) > 100:
        raise DomainError("invalid", "A key needs a name of at most 100 characters.", field="name")
    if kind not in KeyKind.values:
        raise DomainError("invalid", "A key is of the kind 'live' or 'test'.", field="kind")
    if unknown := set(scopes) - set(Scope.values):
        known = ", ".join(Scope.values)
        raise DomainError("invalid", f"Unknown scope {unknown.pop()!r}; known: {known}.", field="scopes")
    if expires_at and expires_at <= timezone.now():
        raise DomainError("invalid", "The expiry must be in the future.", field="expires_at")
    secret = keys.generate(kind)
    with transaction.atomic():
        key = ApiKey.objects.create(
            workspace=actor.workspace, name=name, kind=kind, scopes=scopes, expires_at=expires_at,
            prefix=secret[: keys.SHOWN], digest=keys.digest(secret), created_by=actor.user,
        )  # fmt: skip
        record(actor, EventName.KEY_CREATED, key=str(key.id), key_name=name, kind=kind, scopes=scopes)
    return key, secret


def revoke_key(actor: Actor, key_id: object) -> ApiKey:
    """End a key at once, in every process; what it did stays recorded."""
    require(actor, Act.MANAGE)
    with transaction.atomic():
        keys_here = ApiKey.objects.in_workspace(actor)
        key: ApiKey | None = keys_here.select_for_update().filter(pk=key_id).first()
        if key is None:
            raise not_found()
        if key.revoked_at:
            raise DomainError("key_revoked", "This key is revoked already.")
        key.revoked_at = actor.now()
        key.save(update_fields=["revoked_at"])
        record(actor, EventName.KEY_REVOKED, key=str(key.id), key_name=key.name, kind=key.kind)
    return key
