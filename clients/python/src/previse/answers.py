"""What the server's answers mean. Whatever is not certainly an answer of Previse is a failure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from previse.errors import NotFound, PreviseError, Unauthorized, Unreachable
from previse.things import Agent, Prompt, Thing
from previse.variables import variables_of

LONGEST_WAIT = 3600.0  # of a Retry-After, which a broken proxy may set to anything


class Place(NamedTuple):
    """What is read: a kind, a slug, and a number where a version is pinned."""

    kind: str
    slug: str
    version: int | None = None

    @property
    def path(self) -> str:
        """Its address on the server."""
        query = f"?version={self.version}" if self.version is not None else ""
        return f"/v1/{self.kind}s/{quote(self.slug, safe='')}{query}"

    def __str__(self) -> str:
        return f"{self.kind} '{self.slug}'" + (f" v{self.version}" if self.version is not None else "")


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class News:
    """What is served now; `thing` is None where nothing is published."""

    thing: Thing | None
    generation: int | None
    etag: str
    stale_for: float | None = None


@dataclass(frozen=True)
class Unchanged:
    """It is still what we know."""

    stale_for: float | None = None


@dataclass(frozen=True)
class Failed:
    """No word about it. `away`: nobody seems to be there at all, for any place."""

    error: PreviseError
    away: bool = False
    retry_after: float = 0.0


Told = News | Unchanged | Failed


class Garbage(ValueError):
    """Not what Previse says."""


def told_of(place: Place, reply: Reply, *, etag: str) -> Told:
    """What a reply says of a place. `etag` is what was sent as If-None-Match, '' for nothing."""
    try:
        if reply.status == 200:
            return news_of(place, read_json(reply.body), etag=reply.headers.get("etag", ""))
        if reply.status == 304 and etag:
            if reply.headers.get("etag", etag) != etag:
                raise Garbage("a 304 of another ETag")
            return Unchanged(_seconds(reply.headers.get("previse-stale")))
        if reply.status in (401, 404):
            return _refused(place, reply)
    except Garbage as error:
        return _failed(f"its answer makes no sense: {error}", reply)
    return _failed(f"it answered {reply.status}", reply)


def news_of(place: Place, body: Mapping[str, Any], *, etag: str = "") -> News:
    """A body as `/v1` delivers it; Garbage where it is none, or is that of another place."""
    kind, slug, version = place
    number, label, digest = body.get("number"), body.get("label"), body.get("digest")
    if (body.get("kind"), body.get("slug")) != (kind, slug):
        raise Garbage("it is about something else")
    if not _counts(number) or label != f"v{number}" or (version is not None and number != version):
        raise Garbage("it has no such number")
    served_from, generation = body.get("served_from"), body.get("generation")
    allowed = ("pinned",) if version is not None else ("live", "staging")
    if served_from not in allowed or (generation is None) != (version is not None):
        raise Garbage("it does not say what it was served from")
    if generation is not None and not _counts(generation, least=0):
        raise Garbage("it has no generation")
    if not isinstance(digest, str):
        raise Garbage("it has no digest")
    stale_for = None
    if body.get("stale"):
        stale_for = _seconds(body.get("stale_for")) or 0.0
    shared: dict[str, Any] = {
        "slug": slug, "number": number, "label": label, "served_from": served_from,
        "generation": generation, "since": _moment(body.get("since")), "digest": digest,
    }  # fmt: skip
    content = body.get("content")
    thing: Thing
    if kind == "prompt":
        if not isinstance(content, str) or hashlib.sha256(_utf8(content)).hexdigest() != digest:
            raise Garbage("its text is not what its digest says")
        thing = Prompt(**shared, content=content, variables=variables_of(content))
    else:
        if not isinstance(content, dict):
            raise Garbage("it has no configuration")
        thing = Agent(**shared, text=json.dumps(content, ensure_ascii=False))
    return News(thing, generation, etag, stale_for)


def body_of(thing: Thing) -> dict[str, Any]:
    """A thing as `/v1` delivers it: what `news_of` reads."""
    is_prompt = isinstance(thing, Prompt)
    return {
        "kind": "prompt" if is_prompt else "agent", "slug": thing.slug, "label": thing.label,
        "number": thing.number, "content": thing.content, "served_from": thing.served_from,
        "generation": thing.generation, "since": thing.since.isoformat() if thing.since else None,
        "digest": thing.digest,
    }  # fmt: skip


def bundle_of(reply: Reply) -> list[tuple[Place, News]]:
    """All that a bundle holds; PreviseError where it is none."""
    if reply.status == 401:
        refused = _refused(Place("bundle", ""), reply)
        assert isinstance(refused, Failed)
        raise refused.error
    try:
        if reply.status != 200:
            raise Garbage(f"it answered {reply.status}")
        body = read_json(reply.body)
        if body.get("kind") != "bundle":
            raise Garbage("it is no bundle")
        entries = [*_entries(body, "prompts"), *_entries(body, "agents")]
        places = [Place(str(entry.get("kind")), str(entry.get("slug"))) for entry in entries]
        mark = {"stale": bool(body.get("stale")), "stale_for": body.get("stale_for", 0)}
        found = [
            (place, news_of(place, {**entry, **mark})) for place, entry in zip(places, entries, strict=True)
        ]
    except Garbage as error:
        raise Unreachable(f"Previse gave no bundle: {error}.", str(error)) from None
    if any(place.kind not in ("prompt", "agent") for place in places):
        raise Unreachable("Previse gave a bundle of unknown things.")
    return found


def failed(error: Exception) -> Failed:
    """A request that got no answer at all."""
    why = f"{type(error).__name__}: {error}".rstrip(": ")
    return Failed(Unreachable(f"Previse does not answer ({why}).", why), away=True)


def read_json(body: bytes) -> dict[str, Any]:
    """A body as an object; Garbage where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Garbage("it is not JSON") from None
    if not isinstance(found, dict):
        raise Garbage("it is no object")
    return found


def _refused(place: Place, reply: Reply) -> Told:
    """A refusal counts where Previse itself says it; a proxy on the way knows nothing of prompts."""
    body = read_json(reply.body)
    code = body.get("code")
    if reply.status == 401 and code == "unauthorized":
        return Failed(Unauthorized())
    if reply.status == 404 and code == "not_found":
        return Failed(NotFound(place.kind, place.slug, place.version))
    if reply.status == 404 and code == "no_live_version" and place.version is None:
        generation = body.get("generation")
        stale_for = (_seconds(body.get("stale_for")) or 0.0) if body.get("stale") else None
        known = generation if _counts(generation, least=0) else None
        return News(None, known, "", stale_for)
    raise Garbage(f"a {reply.status} that Previse does not give")


def _failed(why: str, reply: Reply) -> Failed:
    busy = reply.status in (429, 503)
    waits = _retry_after(reply.headers.get("retry-after", "")) if busy or reply.status >= 500 else 0.0
    return Failed(Unreachable(f"Previse gives no answer: {why}.", why), away=busy, retry_after=waits)


def _retry_after(said: str) -> float:
    """Seconds, told as a number or as a date."""
    if said.strip().isascii() and said.strip().isdigit():
        return min(float(said.strip()[:12]), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return min(max(0.0, (at - datetime.now(timezone.utc)).total_seconds()), LONGEST_WAIT)


def _entries(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Garbage(f"it has no {name}")
    return found


def _counts(value: object, *, least: int = 1) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _seconds(value: object) -> float | None:
    """Seconds as a header or a body says them; None where it says none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return float(value[:12])
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12:
        return float(value)
    return None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise Garbage("it has no time") from None


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Garbage("its text cannot be UTF-8") from None
