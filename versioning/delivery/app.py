"""`/v1` as a raw ASGI application: what is warm is answered from memory, without one query."""

import asyncio
import contextlib
import os
import re
from itertools import count
from time import time
from urllib.parse import parse_qsl

from versioning.delivery.answers import refusal, stale
from versioning.delivery.conversations import SUFFIX, Conversations, Way, id_of, way_of
from versioning.delivery.freshness import Freshness
from versioning.delivery.listener import Listener
from versioning.delivery.memory import BUNDLE, CONVERSATION, Answer, Memory
from versioning.delivery.reader import Reader
from versioning.delivery.sightings import PAUSE, Sightings
from versioning.delivery.source import Source
from versioning.delivery.touches import Touches
from versioning.lib.asgi import Headers, Receive, Scope, Send
from versioning.lib.errors import DomainError, not_found
from versioning.versions.services.artifacts import SLUG, SLUG_LIMIT

__all__ = ["Delivery", "Receive", "Scope", "Send"]

KINDS_BY_PATH = {"prompts": "prompt", "agents": "agent", "conversations": CONVERSATION, "bundle": BUNDLE}
NOT_BY_SLUG = {CONVERSATION, BUNDLE}
NO_SLUG = ""  # what stands for every slug that cannot be: the key still is checked first
LARGEST_NUMBER = 2_147_483_647
REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{1,64}")
ETAGS = re.compile(rb'(?:W/)?("[^"]*")')


class Delivery:
    """The reads of programs, all that keeps them fresh, and who was seen to read; and conversations."""

    def __init__(
        self, conninfo: str, *, cache_mb: int, touch_seconds: float, note_seconds: float = PAUSE
    ) -> None:
        self.memory = Memory(cache_mb * 1_000_000)
        self.freshness = Freshness(self.memory)
        self.source = Source(conninfo)
        self._reader = Reader(self.memory, self.freshness, self.source)
        self._sightings = Sightings(self.source, pause=note_seconds)
        self._conversations = Conversations(
            self.memory, self.freshness, self.source, self._reader, self._sightings
        )
        self._listener = Listener(conninfo, self.freshness, self.source)
        self._touches = Touches(self.source, pause=touch_seconds)
        self._noting: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._prefix = os.urandom(8).hex().encode()  # request ids: by process, then counted
        self._ids = count(1)

    async def open(self) -> None:
        """Start to listen, and to note who reads."""
        self._noting = asyncio.create_task(self._sightings.run())
        self._tasks = [asyncio.create_task(self._listener.run()), asyncio.create_task(self._touches.run())]

    async def close(self) -> None:
        """Stop, and write what is not written yet."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._touches.flush()
        if self._noting:
            self._sightings.end()
            await self._noting
        await self.source.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        authorization = asked = request_id = instance = b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                # Two of them are no credential: nobody can say which one was meant.
                authorization = b" " if authorization else value
            elif name == b"if-none-match":
                asked = asked + b"," + value if asked else value
            elif name == b"x-request-id":
                request_id = value
            elif name == b"previse-instance":
                instance = b" " if instance else value  # two of them are none either
        if not request_id or not REQUEST_ID.fullmatch(request_id):
            request_id = b"%s-%x" % (self._prefix, next(self._ids))
        told = (b"x-request-id", request_id)

        stale_for = 0
        try:
            if scope["path"].endswith(SUFFIX) and (way := way_of(scope["path"][4:])):
                await self._start(way, authorization, told, scope, receive, send)
                return
            kind, slug, number = _place(scope)
            now = time()
            key = self.memory.by_header.get(authorization)
            epoch = self.freshness.epoch
            answer: Answer | None = None
            if key is not None and key.epoch == epoch and now < key.dies_at:
                place = (key.workspace, key.kind if number is None else "pinned", kind, slug, number)
                answer = self.memory.served.answers.get(place)
                if answer is not None and answer.epoch == epoch:
                    self.memory.served.used(place)
                else:
                    answer = None
            if answer is None or key is None:
                key, answer, stale_for = await self._reader.read(
                    authorization, kind, _sound(kind, slug), number
                )
            seen = answer.seen.get((authorization, instance))
            if seen is None:
                seen = self._sightings.meet(key, instance, answer, now)
                if now >= key.touch_due:
                    self._touches.note(key, now)
            seen.count += 1
            seen.at = now
        except DomainError as error:
            status, body, headers = refusal(error)
            await _send(send, scope, status, body, [*headers, told])
            return
        if asked and answer.status == 200 and _matches(asked, answer.etag):
            marks: Headers = [(b"previse-stale", b"%d" % stale_for)] if stale_for else []
            await send({"type": "http.response.start", "status": 304,
                        "headers": [*answer.not_modified, *marks, told]})  # fmt: skip
            await send({"type": "http.response.body", "body": b""})
            return
        if stale_for:
            body, headers = stale(answer, stale_for)
        else:
            body, headers = answer.body, answer.headers
        await _send(send, scope, answer.status, body, [*headers, told])

    async def _start(
        self, way: Way, authorization: bytes, told: tuple[bytes, bytes],
        scope: Scope, receive: Receive, send: Send,
    ) -> None:  # fmt: skip
        """Answer a request that starts a conversation, or raise DomainError."""
        if scope["method"] != "POST":
            raise DomainError("method_not_allowed", "A conversation is started with POST.", allow="POST")
        key, status, body, headers = await self._conversations.start(way, authorization, scope, receive)
        now = time()
        if now >= key.touch_due:
            self._touches.note(key, now)
        await _send(send, scope, status, body, [*headers, told])


async def _send(send: Send, scope: Scope, status: int, body: bytes, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _place(scope: Scope) -> tuple[str, str, int | None]:
    """The kind, slug and number that a request names; DomainError where it can name nothing."""
    collection, _, slug = scope["path"][4:].partition("/")  # after "/v1/"
    kind = KINDS_BY_PATH.get(collection)
    if kind is None:
        raise not_found()
    if scope["method"] not in ("GET", "HEAD"):
        raise DomainError("method_not_allowed", "This is read with GET or HEAD.")
    if kind in NOT_BY_SLUG:
        return _otherwise(kind, scope["path"][4:], slug)
    number = _number(scope["query_string"]) if scope["query_string"] else None
    return kind, slug, number


def _otherwise(kind: str, path: str, slug: str) -> tuple[str, str, int | None]:
    """A conversation, pinned to what never changes; or the bundle, which has one address."""
    if kind == CONVERSATION:
        return kind, slug, 0
    if path != BUNDLE:
        raise not_found()
    return BUNDLE, NO_SLUG, None


def _sound(kind: str, slug: str) -> str:
    """The slug or id as it can be in the database, or NO_SLUG."""
    if kind == CONVERSATION:
        return id_of(slug) or NO_SLUG
    return slug if len(slug) <= SLUG_LIMIT and SLUG.fullmatch(slug) else NO_SLUG


def _number(query: bytes) -> int | None:
    """`version` of a query string: a version's number."""
    given = [value for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
             if name == "version"]  # fmt: skip
    if not given:
        return None
    digits = given[0]
    if len(given) > 1 or not (digits.isascii() and digits.isdigit()) or int(digits[:20]) < 1:
        raise DomainError("invalid", "'version' is the number of one version, such as 8.", field="version")
    if len(digits) > 20 or int(digits) > LARGEST_NUMBER:
        raise not_found()
    return int(digits)


def _matches(asked: bytes, etag: bytes) -> bool:
    """Whether an If-None-Match names this ETag: compared weakly, as the standard wants."""
    if asked == etag:
        return True
    return asked.strip() == b"*" or etag in ETAGS.findall(asked)
