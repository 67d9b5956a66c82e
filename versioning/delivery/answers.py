"""Rows and refusals as bytes: built once, sent many times."""

import hashlib
import json
from datetime import UTC, datetime

from versioning.delivery.memory import CONVERSATION, NEVER, Answer, Held, Key, Place
from versioning.delivery.source import Bundle, Row, Session
from versioning.lib.asgi import Headers
from versioning.lib.errors import DomainError, not_found
from versioning.lib.problems import body_of
from versioning.versions.kinds import KINDS

JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")
NO_STORE = (b"cache-control", b"no-store")
# A private cache may keep it and must ask each time; another key is another answer.
REVALIDATE: Headers = [(b"cache-control", b"private, no-cache"), (b"vary", b"Authorization")]
FOREVER: Headers = [
    (b"cache-control", b"private, max-age=31536000, immutable"),
    (b"vary", b"Authorization"),
]
FRESH = b'"stale":false}'
LARGE = 200_000  # characters: beyond it an answer takes so long to build that others would notice
AGENT = "agent"  # the kind that conversations are of


def key_of(row: Row | Session | Bundle, *, digest: bytes, header: bytes) -> Key:
    """A row's key as it is remembered."""
    return Key(
        id=str(row.key_id), digest=digest, workspace=str(row.workspace_id), kind=row.key_kind,
        dies_at=row.expires_at.timestamp() if row.expires_at else NEVER, header=header,
    )  # fmt: skip


def answer_of(row: Row | Session | Bundle, place: Place) -> Answer:
    """What a read of this place answers, as the row has it."""
    if isinstance(row, Session):
        return conversation_of(row, place)
    if isinstance(row, Bundle):
        return bundle_of(row, place)
    pinned = place[4] is not None
    if row.artifact_id is None or (pinned and row.number is None):
        return _refusal(not_found(), place, absent=True)
    held = _held(row, pinned=pinned)
    if row.number is None:
        return _refusal(no_live(place[2], row.generation), place, held)
    body = _served(place[2], place[3], row, held.generation)
    etag = _etag(body)
    told = [(b"etag", etag), *(FOREVER if pinned else REVALIDATE)]
    told.append((b"previse-served-from", row.served_from.encode()))
    if held.generation is not None:
        told.append((b"previse-generation", b"%d" % held.generation))
    return Answer(
        place=place, status=200, body=body, etag=etag, generation=row.generation or 0,
        headers=[JSON, _length(body), *told], not_modified=told, held=(held,),
    )  # fmt: skip


def bundle_of(bundle: Bundle, place: Place) -> Answer:
    """All that a key reads: of each artifact the very bytes of its own answer, but for `stale`."""
    lists: dict[str, list[bytes]] = {name: [] for name in KINDS}
    for kind, slug, row in bundle.rows:
        lists[kind].append(_served(kind, slug, row, row.generation)[: -len(b"," + FRESH)] + b"}")
    parts = [b'"%s":[%s]' % (KINDS[name].namespace.encode(), b",".join(each)) for name, each in lists.items()]
    opening = b'{"kind":"bundle","served_to":"%s"' % bundle.key_kind.encode()
    body = b",".join([opening, *parts, FRESH])
    etag = _etag(body)
    told = [(b"etag", etag), *REVALIDATE]
    return Answer(
        place=place, status=200, body=body, etag=etag, headers=[JSON, _length(body), *told],
        not_modified=told, held=tuple(_held(row, pinned=False) for _, _, row in bundle.rows),
    )  # fmt: skip


def is_large(row: Row | Session | Bundle) -> bool:
    """Whether its answer is better built in a thread."""
    return isinstance(row, Bundle) and row.size > LARGE


def _served(kind: str, slug: str, row: Row, generation: int | None) -> bytes:
    """The body of what is served of one artifact."""
    assert row.source is not None
    return _json(
        kind=kind, slug=slug, label=f"v{row.number}", number=row.number,
        **KINDS[kind].delivered(row.source), served_from=row.served_from,
        generation=generation, since=_iso(row.since), digest=row.digest, stale=False,
    )  # fmt: skip


def _held(row: Row, *, pinned: bool) -> Held:
    """What a program holds that was answered with this row."""
    generation = None if pinned else row.generation or 0
    return Held(str(row.artifact_id), generation, row.number, row.digest or "", row.served_from)


def conversation_place(workspace: str, id: str) -> Place:
    """Where a conversation lies in memory: the same for every key of its workspace, and for good."""
    return (workspace, "pinned", CONVERSATION, id, 0)


def conversation_of(row: Session, place: Place) -> Answer:
    """A conversation, in the very bytes that its start was answered with."""
    if row.id is None or row.source is None:
        return _refusal(not_found(), place, absent=True)
    body = _json(
        id=str(row.id), agent=row.agent, label=f"v{row.number}", number=row.number, digest=row.digest,
        served_from=row.served_from, connector=str(row.connector) if row.connector else None,
        started_at=_iso(row.started_at), content=KINDS[AGENT].delivered(row.source)["content"],
    )  # fmt: skip
    etag, served_from = _etag(body), (row.served_from or "").encode()
    told = [(b"etag", etag), *FOREVER, (b"previse-served-from", served_from)]
    return Answer(
        place=place, status=200, body=body, etag=etag, headers=[JSON, _length(body), *told],
        not_modified=told,
    )  # fmt: skip


def started(answer: Answer, *, again: bool) -> tuple[int, bytes, Headers]:
    """The answer to the request that starts a conversation, or to the same request `again`."""
    location = b"/v1/conversations/" + answer.place[3].encode()
    told = [(name, value) for name, value in answer.headers if name not in (b"cache-control", b"vary")]
    replayed = [(b"idempotency-replayed", b"true")] if again else []
    return 201, answer.body, [*told, NO_STORE, (b"location", location), *replayed]


def no_live(kind: str, generation: int | None, *, status: int | None = None) -> DomainError:
    """Nothing is served: which act would change that."""
    words = f"Nothing is live here. {KINDS[kind].words.publish} a version first."
    return DomainError("no_live_version", words, status=status, generation=generation)


def stale(answer: Answer, seconds: int) -> tuple[bytes, Headers]:
    """The last known answer, marked with its age. It has no ETag: its bytes change with every second."""
    mark = b'"stale":true,"stale_for":%d}' % seconds
    opened = answer.body[: -len(FRESH)] if answer.status == 200 else answer.body[:-1] + b","
    body = opened + mark
    kept = [(name, value) for name, value in answer.headers if name.startswith(b"previse-")]
    kind = JSON if answer.status == 200 else PROBLEM
    return body, [kind, _length(body), NO_STORE, *kept, (b"previse-stale", b"%d" % seconds)]


def refusal(error: DomainError) -> tuple[int, bytes, Headers]:
    """A refusal as status, body and headers."""
    body = body_of(error)
    headers = [PROBLEM, _length(body), NO_STORE]
    if error.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="previse"'))
    if error.status == 405:
        headers.append((b"allow", str(error.data.get("allow", "GET, HEAD")).encode()))
    if error.status == 503:
        headers.append((b"retry-after", b"1"))
    return error.status, body, headers


def _refusal(error: DomainError, place: Place, held: Held | None = None, *, absent: bool = False) -> Answer:
    status, body, headers = refusal(error)
    generation = -1 if held is None else held.generation or 0
    return Answer(
        place=place, status=status, body=body, headers=headers, generation=generation, absent=absent,
        held=(held,) if held else (),
    )  # fmt: skip


def _json(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _etag(body: bytes) -> bytes:
    return b'"' + hashlib.sha256(body).hexdigest()[:40].encode() + b'"'


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % len(body))


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
