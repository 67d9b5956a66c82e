"""The server that answers in a workspace: set, changed, taken away. Its key is never shown again."""

from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from versioning.lib.addresses import check_url
from versioning.lib.crypto import seal, unseal
from versioning.lib.errors import DomainError, not_found
from versioning.playground.models import Provider
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Workspace
from versioning.workspaces.policy import Act, require
from versioning.workspaces.services.record import record

KEY_LIMIT, NAME_LIMIT = 4_000, 200
SHOW_FROM = 12  # characters; of a shorter key, four would be too much


def provider_of(actor: Actor) -> Provider | None:
    """The server that answers in the actor's workspace, if one is set."""
    return Provider.objects.filter(workspace_id=actor.workspace.id).select_related("updated_by").first()


def change_provider(actor: Actor, *, base_url: str, model: str, key: str | None = None) -> Provider:
    """Set the server. `key`: None, or as it was shown, keeps what there is; '' is no key.

    A key goes to no other server than the one that it was entered for. Error: `invalid`, with its field.
    """
    require(actor, Act.MANAGE)
    base_url, model = check_url(base_url, field="base_url"), _clean_model(model)
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=actor.workspace.pk)
        provider = provider_of(actor)
        was = _said_of(provider)
        provider = provider or Provider(workspace=actor.workspace)
        replaced = key is not None and key.strip() != provider.shown_key
        if replaced:
            _put_key(provider, (key or "").strip())
        elif provider.sealed_key and _server(base_url) != _server(provider.base_url):
            raise DomainError(
                "invalid", "This is another server: enter its key, or nothing if it has none.", field="key"
            )
        provider.base_url, provider.model = base_url, model
        changes = {
            field: {"from": was.get(field), "to": value}
            for field, value in _said_of(provider).items()
            if value != was.get(field)
        }
        if changes or replaced:
            provider.updated_at, provider.updated_by = actor.now(), actor.user
            provider.save()
            record(actor, EventName.PROVIDER_CHANGED, changes=changes, key_changed=replaced)
    return provider


def remove_provider(actor: Actor) -> None:
    """Take the server away, its key with it. What it answered stays."""
    require(actor, Act.MANAGE)
    with transaction.atomic():
        provider = provider_of(actor)
        if provider is None:
            raise not_found()
        record(actor, EventName.PROVIDER_REMOVED, **_said_of(provider))
        provider.delete()


def key_of(provider: Provider) -> str | None:
    """The key itself, '' for none; None where another SECRET_KEY sealed it."""
    if provider.sealed_key is None:
        return ""
    plain = unseal(bytes(provider.sealed_key), label=_label(provider))
    return plain.decode() if plain is not None else None


def _put_key(provider: Provider, key: str) -> None:
    if len(key) > KEY_LIMIT or not (key.isascii() and (key.isprintable() or not key)) or " " in key:
        raise DomainError("invalid", "A key is one word of letters, digits and signs.", field="key")
    provider.sealed_key = seal(key.encode(), label=_label(provider)) if key else None
    provider.last4 = key[-4:] if len(key) >= SHOW_FROM else ""


def _label(provider: Provider) -> str:
    """A key that is copied to another workspace's row unseals nothing there."""
    return f"provider key {provider.workspace_id}"


def _server(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _clean_model(model: str) -> str:
    model = model.strip()
    if not model or len(model) > NAME_LIMIT or not model.isprintable():
        raise DomainError(
            "invalid", f"Name the model that answers, in at most {NAME_LIMIT} characters.", field="model"
        )
    return model


def _said_of(provider: Provider | None) -> dict[str, Any]:
    return {"base_url": provider.base_url, "model": provider.model} if provider else {}
