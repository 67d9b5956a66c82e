"""Conversations: how one starts. It is the one request of `/v1` that writes, and it waits for no editor."""

import asyncio
from time import time
from uuid import UUID, uuid4

from versioning.delivery.answers import AGENT, conversation_of, conversation_place, no_live, started
from versioning.delivery.freshness import Freshness
from versioning.delivery.memory import Key, Memory
from versioning.delivery.reader import LAST_PATIENCE, Reader, busy, secret_of, unauthorized
from versioning.delivery.sightings import Sightings
from versioning.delivery.source import Busy, Session, Source, Start, Unreachable
from versioning.lib import strict_json
from versioning.lib.asgi import Headers, Receive, Scope
from versioning.lib.errors import DomainError, not_found
from versioning.lib.guard import body_within
from versioning.versions.services.artifacts import SLUG, SLUG_LIMIT
from versioning.workspaces import keys

BODY_LIMIT = 16_384
CALLER_LIMIT = 200
ONCE_LIMIT = 255
SUFFIX = "/conversations"
type Way = tuple[str, str]  # agents and a slug, or connectors and an id


def way_of(path: str) -> Way | None:
    """What a conversation is started at by this path, below `/v1/`; None for any other path."""
    collection, _, name = path.removesuffix(SUFFIX).partition("/")
    return (collection, name) if collection in ("agents", "connectors") and name else None


class Conversations:
    """Starts conversations, each in one statement, and remembers them for those who read them."""

    def __init__(
        self, memory: Memory, freshness: Freshness, source: Source, reader: Reader, sightings: Sightings
    ) -> None:
        self._memory, self._freshness = memory, freshness
        self._source, self._reader, self._sightings = source, reader, sightings

    async def start(
        self, way: Way, authorization: bytes, scope: Scope, receive: Receive
    ) -> tuple[Key, int, bytes, Headers]:
        """The key, and the answer as status, body and headers.

        Raises `unauthorized`, `not_found`, `no_live_version` (409), `once_reused`, `too_large`, `bad_json`,
        `invalid`; `busy` where the database does not answer: whether it began can then not be told.
        """
        secret = secret_of(authorization)
        digest = keys.digest(secret)
        known = self._memory.keys.get(digest)
        dead = known is not None and self._freshness.is_fresh(known) and time() >= known.dies_at
        if dead or self._memory.is_bogus(digest):
            raise unauthorized()
        once, caller = once_of(scope), caller_of(await body_within(BODY_LIMIT, scope["headers"], receive))
        wanted = Start(uuid4(), digest, *_named(way), caller, once)
        at = self._reader.moment()
        row = await self._made(wanted, known=known is not None)
        key = self._reader.keep_key(row, secret, digest, at)
        if row is None or key is None:
            raise unauthorized()
        _refuse(row)
        answer = conversation_of(row, conversation_place(key.workspace, str(row.id)))
        self._reader.keep(answer, at)
        if row.outcome == "made" and row.agent:
            self._sightings.begun(key, row.agent, time())
        return (key, *started(answer, again=row.outcome == "again"))

    async def _made(self, wanted: Start, *, known: bool) -> Session | None:
        """Let the statement go on where it takes too long: who cancels it waits for the server, too."""
        task = asyncio.create_task(self._source.start(wanted, known=known))
        await asyncio.wait([task], timeout=LAST_PATIENCE)
        if not task.done():
            task.add_done_callback(lambda late: late.cancelled() or late.exception())
            raise busy()
        try:
            return task.result()
        except (Unreachable, Busy):
            raise busy() from None


def _named(way: Way) -> tuple[str, UUID | None]:
    """The slug or the id; where it can be none, one that is nobody's: the key still is checked first."""
    collection, name = way
    if collection == "agents":
        return (name if len(name) <= SLUG_LIMIT and SLUG.fullmatch(name) else ""), None
    return "", UUID(id_of(name) or str(UUID(int=0)))


def id_of(text: str) -> str:
    """An id as it is written in addresses; '' for what is none."""
    try:
        return str(UUID(text)) if len(text) == 36 else ""
    except ValueError:
        return ""


def _refuse(row: Session) -> None:
    if row.outcome == "unknown":
        raise not_found()
    if row.outcome == "nothing":
        raise no_live(AGENT, row.generation, status=409)
    if row.outcome == "caller":
        words = 'This connector splits its callers: say who calls, such as {"caller": "+41791234567"}.'
        raise DomainError("invalid", words, field="caller")
    if row.outcome == "reused":
        words = "This Idempotency-Key was used for another request. Send a new one."
        raise DomainError("once_reused", words)


def caller_of(body: bytes) -> str:
    """Whom a body names as the caller, '' for nobody. Errors: `bad_json`, `invalid`."""
    said = strict_json.read(body) if body.strip() else {}
    if not isinstance(said, dict):
        raise DomainError("invalid", 'The body is a JSON object such as {"caller": "+41791234567"}.')
    unknown = next((name for name in said if name != "caller"), None)
    if unknown is not None:
        words = f"There is no field {unknown[:100]!r}: the body has none but 'caller'."
        raise DomainError("invalid", words, field=unknown[:100])
    caller = said.get("caller")
    caller = "" if caller is None else caller
    if not isinstance(caller, str) or len(caller) > CALLER_LIMIT:
        words = f"'caller' is a text of at most {CALLER_LIMIT} characters."
        raise DomainError("invalid", words, field="caller")
    return caller


def once_of(scope: Scope) -> str | None:
    """The Idempotency-Key of a request; None for none. Error: `invalid`."""
    given = [value for name, value in scope["headers"] if name == b"idempotency-key" and value.strip()]
    if not given:
        return None
    if len(given) > 1 or len(given[0]) > ONCE_LIMIT or not given[0].isascii() or b"\0" in given[0]:
        words = f"An Idempotency-Key is one ASCII text of at most {ONCE_LIMIT} characters."
        raise DomainError("invalid", words)
    return str(given[0], "ascii")
