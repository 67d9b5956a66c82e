"""Idempotency: the same request sent twice acts once, and both get the same answer.

Programs send `Idempotency-Key`, pages send the hidden field `once`. The claim is a row of the same
transaction as the effect: a second request waits for the first, and finds its answer or its failure.
Kept answers are sealed, and with them what they queued to be said on the next page. A page that shows a
secret (a new key, an invite's link) is marked by `shown_once` and not kept at all: people reload pages, and
the second look must show nothing.
"""

import hashlib
import json
import uuid

from django.contrib.messages import add_message, get_messages
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.db import connection
from django.http import HttpRequest, HttpResponse

from versioning.lib.crypto import seal, unseal
from versioning.lib.errors import DomainError
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Once

KEPT_HEADERS = (
    "Content-Type", "Cache-Control", "Location", "ETag", "HX-Trigger", "HX-Redirect", "HX-Location",
)  # fmt: skip
SEALED, SAID = "kept answers", "kept messages"  # what the two are sealed for
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def fresh_key() -> str:
    """A key for a form that is being shown."""
    return uuid.uuid4().hex


def key_of(request: HttpRequest) -> str:
    """The key that a request carries, '' for none."""
    if request.method not in UNSAFE:
        return ""
    if request.path.startswith("/api/"):
        return request.headers.get("Idempotency-Key", "")
    return request.POST.get("once", "")


def claim(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    """Claim the request's key. The answer of the first request, if this is a repetition."""
    key = key_of(request)
    if not key:
        return None
    if len(key) > 255 or "\0" in key:
        raise DomainError("invalid", "An Idempotency-Key has at most 255 characters.")
    principal = actor.id or actor.workspace.id
    fingerprint = _fingerprint(request)
    if _insert(actor, principal, key, fingerprint):
        request.once_claim = (actor.workspace.id, principal, key)  # type: ignore[attr-defined]
        return None
    first = Once.objects.get(workspace=actor.workspace, principal=principal, key=key)
    if bytes(first.fingerprint) != fingerprint:
        raise DomainError("once_reused", "This Idempotency-Key was used for another request. Send a new one.")
    answer = HttpResponse(_kept_body(first), status=first.status or 200)
    for header, value in first.headers.items():
        answer[header] = value
    answer["Idempotency-Replayed"] = "true"
    _say_again(request, first)
    return answer


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Keep a successful answer for repetitions; a refused request may be sent again."""
    claimed = getattr(request, "once_claim", None)
    if claimed is None:
        return
    workspace_id, principal, key = claimed
    mine = Once.objects.filter(workspace_id=workspace_id, principal=principal, key=key)
    if response.status_code >= 400:
        mine.delete()
        return
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    # Sealed, for an answer may show a new key or invite, of which the database knows the digest alone.
    secret = getattr(response, "no_keep", False)
    body, said = (None, None) if secret else (seal(response.content, label=SEALED), _said(request))
    mine.update(status=response.status_code, headers=headers, body=body, said=said)


def _said(request: HttpRequest) -> bytes | None:
    """What this request queued to be said."""
    queued = getattr(get_messages(request), "_queued_messages", [])
    return seal(json.dumps(queued, cls=MessageEncoder).encode(), label=SAID) if queued else None


def _say_again(request: HttpRequest, first: Once) -> None:
    """Whoever pressed twice sees the second answer alone: it says what the first one did."""
    said = unseal(bytes(first.said), label=SAID) if first.said else None
    for message in json.loads(said, cls=MessageDecoder) if said else ():
        add_message(request, message.level, message.message, message.extra_tags)


def _kept_body(first: Once) -> bytes:
    if first.body is None:
        raise DomainError(
            "shown_once",
            "The key or link that this made was shown once, in the answer to the first request. "
            "If it is lost, revoke it and make a new one.",
        )
    body = unseal(bytes(first.body), label=SEALED)
    if body is None:
        raise DomainError("once_reused", "The answer to this key can no longer be read. Send a new key.")
    return body


def shown_once(response: HttpResponse) -> HttpResponse:
    """Mark a page that shows a secret: it is kept nowhere, neither here nor by the browser."""
    response.no_keep = True  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response


def _insert(actor: Actor, principal: uuid.UUID, key: str, fingerprint: bytes) -> bool:
    """Whether the key was free. Waits for another request that is using it just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM workspaces_once WHERE workspace_id = %s AND principal = %s"
            " AND created_at < now() - interval '1 day'",
            [actor.workspace.id, principal],
        )
        cursor.execute(
            "INSERT INTO workspaces_once (workspace_id, principal, key, fingerprint, headers)"
            " VALUES (%s, %s, %s, %s, '{}') ON CONFLICT DO NOTHING",
            [actor.workspace.id, principal, key, fingerprint],
        )
        return bool(cursor.rowcount == 1)


def _fingerprint(request: HttpRequest) -> bytes:
    """The method, the path and the body: what makes two requests the same."""
    if request.path.startswith("/api/"):
        body = request.body
    else:
        fields = sorted((name, request.POST.getlist(name)) for name in request.POST)
        body = repr([field for field in fields if field[0] != "csrfmiddlewaretoken"]).encode()
    start = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(start + body).digest()
