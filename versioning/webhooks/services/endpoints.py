"""Endpoints: made, changed, switched off and on, taken away; and the secrets that sign what they get."""

import base64
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from versioning.lib.addresses import check_url
from versioning.lib.crypto import seal, unseal
from versioning.lib.errors import DomainError, not_found
from versioning.webhooks.models import Delivery, Endpoint
from versioning.webhooks.waking import wake
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Workspace
from versioning.workspaces.policy import Act, require
from versioning.workspaces.services.record import record

MOST = 20  # endpoints of a workspace
DESCRIPTION_LIMIT = 200
FORMER_SIGNS = timedelta(hours=24)
PREFIX = "whsec_"


def create_endpoint(
    actor: Actor, *, url: str, description: str = "", events: Iterable[str] = ()
) -> tuple[Endpoint, str]:
    """Tell an address of Events from now on; the second value is its secret, shown this once.

    `events`: the names that it wants, none for every one. Its first delivery is its own creation.
    Errors: `invalid` with its field, `too_many`.
    """
    require(actor, Act.MANAGE)
    wanted = _clean(url, description, events)
    with transaction.atomic():
        Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
        if Endpoint.objects.in_workspace(actor).count() >= MOST:
            raise DomainError("too_many", f"A workspace has at most {MOST} webhooks. Remove one first.")
        endpoint = Endpoint(
            workspace=actor.workspace, created_by=actor.user, created_at=actor.now(), **wanted
        )
        secret = _put_fresh_secret(endpoint)
        endpoint.save()
        record(actor, EventName.WEBHOOK_CREATED, **_said_of(endpoint), events=endpoint.events)
    return endpoint, secret


def change_endpoint(
    actor: Actor, endpoint: Endpoint, *, url: str, description: str, events: Iterable[str]
) -> Endpoint:
    """Set where it is, what it is called and what it wants. What it is owed already stays owed.

    Errors: `invalid` with its field. Nothing changed leaves no Event.
    """
    require(actor, Act.MANAGE)
    wanted = _clean(url, description, events)
    with transaction.atomic():
        endpoint = _locked(actor, endpoint)
        changed = sorted(name for name, value in wanted.items() if value != getattr(endpoint, name))
        if changed:
            for name, value in wanted.items():
                setattr(endpoint, name, value)
            endpoint.save(update_fields=changed)
            # The names of what changed: an address can hold a password of its receiver.
            record(actor, EventName.WEBHOOK_CHANGED, **_said_of(endpoint), changed=changed)
    return endpoint


def remove_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """Take an endpoint away: what it is owed is given up, its secret is gone, its log stays."""
    require(actor, Act.MANAGE)
    with transaction.atomic():
        endpoint = _locked(actor, endpoint)
        endpoint.removed_at = actor.now()
        endpoint.sealed_secret, endpoint.sealed_former, endpoint.former_until = b"", None, None
        endpoint.save(update_fields=["removed_at", "sealed_secret", "sealed_former", "former_until"])
        Delivery.objects.of(endpoint).owed().update(given_up_at=actor.now(), due_at=None)
        Delivery.objects.of(endpoint).update(due_at=None)
        record(actor, EventName.WEBHOOK_REMOVED, **_said_of(endpoint))


def rotate_secret(actor: Actor, endpoint: Endpoint) -> str:
    """Give it a new secret, shown this once. The former one signs too for 24 hours, a third one no more."""
    require(actor, Act.MANAGE)
    with transaction.atomic():
        endpoint = _locked(actor, endpoint)
        endpoint.sealed_former, endpoint.former_until = endpoint.sealed_secret, actor.now() + FORMER_SIGNS
        secret = _put_fresh_secret(endpoint)
        endpoint.save(update_fields=["sealed_secret", "last4", "sealed_former", "former_until"])
        record(actor, EventName.WEBHOOK_ROTATED, **_said_of(endpoint))
    return secret


def disable_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """Switch it off. What it is owed waits; what happens meanwhile it will never be told of.

    Error: `webhook_disabled`.
    """
    require(actor, Act.MANAGE)
    with transaction.atomic():
        endpoint = _locked(actor, endpoint)
        if endpoint.disabled_at:
            raise DomainError("webhook_disabled", "This webhook is switched off already.")
        _switch_off(actor, endpoint, "")


def switch_off_gone(actor: Actor, endpoint_id: UUID) -> None:
    """Switch an endpoint off that says that it is gone (410), unless somebody was faster."""
    with transaction.atomic():
        on = Endpoint.objects.in_workspace(actor).filter(disabled_at=None)
        if endpoint := on.select_for_update(no_key=True).filter(pk=endpoint_id).first():
            _switch_off(actor, endpoint, "It answered that it is gone (410).")


def _switch_off(actor: Actor, endpoint: Endpoint, why: str) -> None:
    endpoint.disabled_at, endpoint.disabled_why = actor.now(), why
    endpoint.save(update_fields=["disabled_at", "disabled_why"])
    record(actor, EventName.WEBHOOK_DISABLED, **_said_of(endpoint), why=why)


def enable_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """Switch it on again: what waited goes out now, then what happens from now on.

    Error: `webhook_enabled`.
    """
    require(actor, Act.MANAGE)
    with transaction.atomic():
        endpoint = _locked(actor, endpoint)
        if not endpoint.disabled_at:
            raise DomainError("webhook_enabled", "This webhook is switched on already.")
        endpoint.disabled_at, endpoint.disabled_why = None, ""
        endpoint.save(update_fields=["disabled_at", "disabled_why"])
        record(actor, EventName.WEBHOOK_ENABLED, **_said_of(endpoint))
        wake([endpoint])


def secrets_of(endpoint: Endpoint, at: Any) -> list[str]:
    """What signs at a moment, the newest first. None at all where another SECRET_KEY sealed them."""
    sealed = [endpoint.sealed_secret]
    if endpoint.sealed_former and endpoint.former_until and at < endpoint.former_until:
        sealed.append(endpoint.sealed_former)
    plain = [unseal(bytes(one), label=_label(endpoint)) for one in sealed]
    return [one.decode() for one in plain if one is not None]


def _put_fresh_secret(endpoint: Endpoint) -> str:
    secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    endpoint.sealed_secret = seal(secret.encode(), label=_label(endpoint))
    endpoint.last4 = secret[-4:]
    return secret


def _label(endpoint: Endpoint) -> str:
    """A secret that is copied to another row unseals nothing there."""
    return f"webhook secret {endpoint.workspace_id} {endpoint.id}"


def _locked(actor: Actor, endpoint: Endpoint) -> Endpoint:
    """The row as it is now, held until the end; a stranger's, or one removed meanwhile, is not there."""
    found = Endpoint.objects.in_workspace(actor).select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if found is None:
        raise not_found()
    return found


def _clean(url: str, description: str, events: Iterable[str]) -> dict[str, Any]:
    description, named = " ".join(description.split()), set(events)
    if len(description) > DESCRIPTION_LIMIT or not description.isprintable():
        raise DomainError(
            "invalid", f"Describe it in at most {DESCRIPTION_LIMIT} characters.", field="description"
        )
    if unknown := named - set(EventName.values):
        raise DomainError("invalid", f"There is no event of the name {min(unknown)!r}.", field="events")
    return {
        "url": check_url(url, field="url", exact=True),
        "description": description,
        "events": [name for name in EventName.values if name in named],
    }


def _said_of(endpoint: Endpoint) -> dict[str, Any]:
    """What an Event says: of the address only the server, for paths and queries can hold passwords."""
    return {
        "webhook": str(endpoint.id),
        "server": urlsplit(endpoint.url).netloc,
        "description": endpoint.description,
    }
