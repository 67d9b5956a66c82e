"""Previse over HTTP, as pull and push need it."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from previse.answers import Garbage, Reply, bundle_of, read_json
from previse.errors import PreviseError
from previse.things import Prompt

PATIENCE = 30.0
TRIES = 3


class Away(Exception):
    """Previse gave no answer."""


class Refused(Exception):
    """Previse said no: a stable `code`, and `data` for programs."""

    def __init__(self, code: str, title: str, data: dict[str, Any]) -> None:
        super().__init__(title)
        self.code, self.data = code, data


@dataclass(frozen=True)
class Text:
    """A version's number and text."""

    slug: str
    number: int
    content: bytes
    tag: str = ""
    state: str = field(default="live", compare=False)


class Remote:
    """A workspace, by a key."""

    def __init__(self, key: str, url: str, agent: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "User-Agent": agent}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=PATIENCE)
        self.url = url

    def served(self) -> list[Text]:
        """What is served to this key, by slug."""
        answer = self._send("GET", "/v1/bundle")
        try:
            bundle = bundle_of(Reply(answer.status_code, answer.headers, answer.content))
        except PreviseError as error:
            raise Away(str(error)) from None
        things = [news.thing for _, news in bundle if isinstance(news.thing, Prompt)]
        return [
            Text(one.slug, one.number or 0, one.content.encode(), state=one.served_from) for one in things
        ]

    def newest(self) -> Iterator[Text]:
        """The newest version of each prompt in use, drafts too. Needs the scope `history`."""
        cursor = ""
        while True:
            page = self._json("GET", "/api/prompts", params={"limit": 200, "cursor": cursor})
            for item in page["items"]:
                if found := self.newest_of(item["slug"]):
                    yield found
            cursor = page["next_cursor"]
            if not cursor:
                return

    def newest_of(self, slug: str) -> Text | None:
        """The newest version of a prompt; None where it has none. Needs the scope `history`."""
        path = f"/api/prompts/{slug}/versions"
        items = self._json("GET", path, params={"limit": 1, "include": "source"})["items"]
        return _text(slug, items[0]) if items else None

    def save(self, slug: str, content: bytes, *, message: str, base: int, newest: int) -> Text:
        """Save a draft, if `newest` is the newest. Refused: `stale`, `unchanged`, `not_found`, …"""
        said: dict[str, Any] = {"source": content.decode(), "message": message, "newest": newest}
        path = f"/api/prompts/{slug}/versions"
        try:
            lineage = {"base": base} if base else {}
            return _text(slug, self._json("POST", path, json={**said, **lineage}))
        except Refused as refusal:
            if refusal.code != "not_found" or not base:
                raise
        return _text(slug, self._json("POST", path, json=said))  # its base was a draft that is deleted now

    def rewrite(self, slug: str, number: int, content: bytes, *, message: str, tag: str) -> Text:
        """Rewrite a draft, if it is as `tag` says. Refused: `stale`, `frozen`, `forbidden` (served), …"""
        said = {"source": content.decode(), **({"message": message} if message else {})}
        path = f"/api/prompts/{slug}/versions/{number}"
        return _text(slug, self._json("PATCH", path, json=said, headers={"If-Match": tag}))

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            return read_json(self._send(method, path, **options).content)
        except Garbage as error:
            raise Away(f"{self.url} gives no answer of Previse's: {error}.") from None

    def _send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Ask, a few times where nobody answers: the same Idempotency-Key makes it act once."""
        once = {} if method == "GET" else {"Idempotency-Key": f"push-{uuid.uuid4().hex}"}
        why = ""
        for turn in range(TRIES):
            if turn:
                time.sleep(turn * 0.5)
            try:
                answer = self._client.request(method, path, headers={**(headers or {}), **once}, **options)
            except httpx.TransportError as error:
                why = f"{type(error).__name__}: {error}".rstrip(": ")
                continue
            if answer.is_success:
                return answer
            if answer.status_code not in (429, 502, 503, 504):
                raise _refused(answer)
            why = f"it answers {answer.status_code}"
        raise Away(f"{self.url} does not answer ({why}). Try again later; nothing is half done.")


def _text(slug: str, said: dict[str, Any]) -> Text:
    return Text(slug, said["number"], said["source"].encode(), said["tag"], said["status"])


def _refused(answer: httpx.Response) -> Refused | Away:
    try:
        said = read_json(answer.content)
        return Refused(str(said["code"]), str(said["title"]), said)
    except (Garbage, KeyError):
        return Away(
            f"{answer.request.url} answers {answer.status_code}, which is not Previse. Check the address."
        )
