"""Rows and refusals as bytes: built once, sent many times."""

import hashlib
import json
from datetime import UTC, datetime

from versioning.delivery.memory import NEVER, Answer, Headers, Key, Place
from versioning.delivery.source import Row
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


def key_of(row: Row, *, digest: bytes, header: bytes) -> Key:
    """A row's key as it is remembered."""
    return Key(
        id=str(row.key_id), digest=digest, workspace=str(row.workspace_id), kind=row.key_kind,
        dies_at=row.expires_at.timestamp() if row.expires_at else NEVER, header=header,
    )  # fmt: skip


def answer_of(row: Row, place: Place) -> Answer:
    """What a read of this place answers, as the row has it."""
    pinned = place[4] is not None
    if row.artifact_id is None or (pinned and row.number is None):
        return _refusal(not_found(), place, absent=True)
    if row.number is None:
        nothing = DomainError(
            "no_live_version", "Nothing is live here. Promote a version first.", generation=row.generation
        )
        return _refusal(nothing, place, generation=row.generation or 0)
    assert row.source is not None
    generation = None if pinned else row.generation
    body = _json(
        kind=place[2], slug=place[3], label=f"v{row.number}", number=row.number,
        **KINDS[place[2]].delivered(row.source), served_from=row.served_from,
        generation=generation, since=_iso(row.since), digest=row.digest, stale=False,
    )  # fmt: skip
    etag = b'"' + hashlib.sha256(body).hexdigest()[:40].encode() + b'"'
    told = [(b"etag", etag), *(FOREVER if pinned else REVALIDATE)]
    told.append((b"previse-served-from", row.served_from.encode()))
    if generation is not None:
        told.append((b"previse-generation", b"%d" % generation))
    return Answer(
        place=place, status=200, body=body, etag=etag, generation=row.generation or 0,
        headers=[JSON, _length(body), *told], not_modified=told,
    )  # fmt: skip


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
        headers.append((b"allow", b"GET, HEAD"))
    if error.status == 503:
        headers.append((b"retry-after", b"1"))
    return error.status, body, headers


def _refusal(error: DomainError, place: Place, *, generation: int = -1, absent: bool = False) -> Answer:
    status, body, headers = refusal(error)
    return Answer(
        place=place, status=status, body=body, headers=headers, generation=generation, absent=absent
    )


def _json(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % len(body))


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
