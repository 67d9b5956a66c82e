"""What is asked of a raw ASGI request before it is let in: where to, where from, by whom, its size."""

import asyncio
import re
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from versioning.lib.asgi import Headers, Receive, Send
from versioning.lib.errors import DomainError
from versioning.lib.problems import body_of

HOME = ("127.0.0.1", "localhost", "[::1]")
ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?")
PORTS = {"http": 80, "https": 443}
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
PATIENCE = 30.0  # seconds for a body to arrive


def one(headers: Headers, name: bytes) -> str | None:
    """A header's value; None where it is not there, '' where nobody can say which one is meant."""
    values = [value for key, value in headers if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ("" if values else None)


def request_id_of(headers: Headers) -> str:
    """The caller's id for this request, if it is a sound one, else ours."""
    given = one(headers, b"x-request-id") or ""
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def check_way(headers: Headers) -> None:
    """Sent to a host that is served here, from a page that may: a name that is rebound leads nowhere.

    Errors: `bad_request` (421), `forbidden`.
    """
    host, _ = split_domain_port(one(headers, b"host") or "")
    if not host or not validate_host(host, settings.ALLOWED_HOSTS):
        raise DomainError("bad_request", "This host is not served here.", status=421)
    origin = one(headers, b"origin")
    if origin is not None and not from_here(origin):
        raise DomainError("forbidden", "Pages of other sites may not call this.")


def from_here(origin: str) -> bool:
    """Whether a page of this origin may call: one of our own, or one of the reader's own machine."""
    found = ORIGIN.fullmatch(origin.lower())
    if found is None:
        return False
    scheme, host, port = found[1], found[2], int(found[3] or PORTS[found[1]])
    ours = urlsplit(settings.PUBLIC_URL)
    own = (ours.scheme, ours.hostname, ours.port or PORTS.get(ours.scheme))
    return 0 < port < 65536 and (host in HOME or (scheme, host.strip("[]"), port) == own)


def bearer_of(headers: Headers, words: str) -> str:
    """The one credential that was sent; else `unauthorized` with these words."""
    scheme, _, token = (one(headers, b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise DomainError("unauthorized", words)
    return token.strip()


async def body_within(limit: int, headers: Headers, receive: Receive) -> bytes:
    """The whole body. Errors: `too_large`, `bad_request`."""
    length = one(headers, b"content-length") or ""
    if length.isdecimal() and (len(length) > 15 or int(length) > limit):
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise DomainError("bad_request", "The connection ended before the body did.")
                body += message.get("body", b"")
                if len(body) > limit:
                    raise _too_large(limit)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise DomainError("bad_request", "The body did not arrive in time.") from None


async def refuse(send: Send, error: DomainError, request_id: str) -> None:
    """Say a refusal as REST says it."""
    told = []
    if error.status == 401:
        told.append((b"www-authenticate", b'Bearer realm="previse"'))
    for name, header in (("allow", b"allow"), ("retry_after", b"retry-after")):
        if name in error.data:
            told.append((header, str(error.data[name]).encode()))
    await say(send, error.status, body_of(error), request_id, kind=b"application/problem+json", told=told)


async def say(
    send: Send, status: int, body: bytes, request_id: str, *, kind: bytes = b"application/json",
    told: Headers | None = None,
) -> None:  # fmt: skip
    """Send an answer that no cache keeps."""
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id.encode()),
        *(told or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _too_large(limit: int) -> DomainError:
    return DomainError("too_large", f"The body is larger than {limit:,} bytes.")
