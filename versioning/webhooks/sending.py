"""One request to an endpoint: signed, bounded in time and size, and what came back in words."""

import asyncio
import base64
import hashlib
import hmac
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import httpx2
from django.conf import settings
from django.utils import timezone

from versioning.lib import outbound

VERSION = 1
KEPT = 2_000  # bytes of an answer that the log shows
MOST = 65_536  # bytes of an answer that are read at all
GONE = 410
WORDS = 300  # characters


@dataclass(frozen=True)
class Parcel:
    """What is sent: the body to the letter, under one id for all attempts."""

    id: str
    url: str
    body: str | None  # None where it cannot be made
    secrets: list[str]


@dataclass(frozen=True)
class Outcome:
    """What came of it: a status, or why there is none. `error` also says why a status is a failure."""

    started_at: datetime
    milliseconds: int
    status: int | None = None
    error: str = ""
    answer: str = ""
    retry_after: str = ""

    @property
    def delivered(self) -> bool:
        """Whether it was taken: 2xx alone, and nothing wrong with the answer."""
        return self.status is not None and 200 <= self.status < 300 and not self.error


def client() -> httpx2.AsyncClient:
    """A client for endpoints. The first one loads certificates: make it in a thread."""
    return outbound.client(
        allow_private=settings.WEBHOOK_ALLOW_PRIVATE, most=MOST,
        timeout=httpx2.Timeout(settings.WEBHOOK_TIMEOUT),
    )  # fmt: skip


async def send(client: httpx2.AsyncClient, parcel: Parcel) -> Outcome:
    """Send it once. Never raises: what goes wrong is an outcome. WEBHOOK_TIMEOUT is for all of it."""
    started, clock = timezone.now(), time.monotonic()
    status, error, answer, retry_after = None, "", b"", ""
    try:
        if not parcel.secrets:
            raise Unsealed
        if parcel.body is None:
            raise Unmade
        async with asyncio.timeout(settings.WEBHOOK_TIMEOUT):
            body = parcel.body.encode()
            headers = headers_of(parcel, body, int(started.timestamp()))
            async with client.stream("POST", parcel.url, content=body, headers=headers) as response:
                status, retry_after = response.status_code, response.headers.get("retry-after", "")
                async for chunk in response.aiter_raw():
                    answer += chunk[: KEPT - len(answer)]
    except Exception as caught:
        error = words_for(caught)
    return Outcome(
        started_at=started, milliseconds=round((time.monotonic() - clock) * 1000), status=status,
        error=(error or _refused(status))[:WORDS], answer=_text(answer), retry_after=retry_after[:100],
    )  # fmt: skip


def headers_of(parcel: Parcel, body: bytes, timestamp: int) -> dict[str, str]:
    """The headers of Standard Webhooks; every secret that is in force signs."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"Previse-Webhooks/{VERSION}",
        "webhook-id": parcel.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signatures(parcel, body, timestamp)),
    }


def _signatures(parcel: Parcel, body: bytes, timestamp: int) -> Iterable[str]:
    signed = f"{parcel.id}.{timestamp}.".encode() + body
    for secret in parcel.secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        yield "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Unsealed(Exception):
    """The secret does not open."""


class Unmade(Exception):
    """There is no body."""


def words_for(error: Exception) -> str:
    """Why there is no answer, for people; no word of it is the address or the secret."""
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case outbound.AddressRefused():
                return f"{cause} The operator can allow it with WEBHOOK_ALLOW_PRIVATE=1."
            case outbound.TooLarge():
                return str(cause)
            case ssl.SSLCertVerificationError():
                return f"Its certificate is not accepted: {cause.verify_message}"
            case ssl.SSLError():
                return f"No encrypted connection: {cause.reason or cause}"
            case Unmade():
                return "What it would be told cannot be put into words. The log of the worker says why."
            case Unsealed():
                return "Its secret does not open any more, for SECRET_KEY was changed. Give it a new one."
    if any(isinstance(cause, TimeoutError | httpx2.TimeoutException) for cause in causes):
        return f"No complete answer within {settings.WEBHOOK_TIMEOUT} seconds."
    if any(isinstance(cause, httpx2.ConnectError) for cause in causes):
        return f"No connection: {_reason(causes)}"
    if any(isinstance(cause, httpx2.RemoteProtocolError | httpx2.DecodingError) for cause in causes):
        return f"What came back is not an HTTP answer: {_reason(causes)}"
    if any(isinstance(cause, httpx2.NetworkError) for cause in causes):
        return "The connection broke off."
    return f"The address cannot be called: {type(error).__name__}"


def _reason(causes: list[BaseException]) -> str:
    """The words of the innermost cause that has any, on one line."""
    found = [" ".join(str(cause).split()) for cause in causes]
    return next((words for words in reversed(found) if words), "it says no more")


def _causes(error: BaseException | None) -> Iterable[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _refused(status: int | None) -> str:
    """Why a status is a failure, where it does not say so by itself."""
    if status == GONE:
        return "It says that it is gone: the webhook was switched off."
    if status is not None and 300 <= status < 400:
        return "Redirects are not followed. Enter the address that this one leads to."
    return ""


def _text(answer: bytes) -> str:
    """The beginning of an answer as text that can be kept and shown."""
    return answer.decode(errors="replace").replace("\0", "\ufffd")
