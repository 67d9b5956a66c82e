"""Answers as `/v1` gives them, made up: for what a real server does too rarely."""

import hashlib
import json
from typing import Any

from tests.client.door import Says

KEY = "pv_live_" + "k" * 42


def prompt(text: str = "Hello {{ name }}.", *, slug: str = "greeting", generation: int = 1, number: int = 1,
           stale_for: int | None = None, **other: Any) -> Says:  # fmt: skip
    """A prompt that is live."""
    body = entry(text, slug=slug, generation=generation, number=number) | other
    mark = {"stale": False} if stale_for is None else {"stale": True, "stale_for": stale_for}
    etag = (("etag", f'"{generation}-{number}"'),) if stale_for is None else ()
    return Says(json.dumps(body | mark).encode(), 200, (("content-type", "application/json"), *etag))


def entry(
    text: str = "Hello {{ name }}.", *, slug: str = "greeting", generation: int = 1, number: int = 1
) -> dict[str, Any]:
    """What a bundle has of a prompt."""
    return {
        "kind": "prompt", "slug": slug, "label": f"v{number}", "number": number, "content": text,
        "variables": [], "served_from": "live", "generation": generation, "since": "2026-11-21T20:00:00Z",
        "digest": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip


def problem(status: int, code: str, *, headers: tuple[tuple[str, str], ...] = (), **data: Any) -> Says:
    """A refusal."""
    body = json.dumps({"title": code, "status": status, "code": code, **data}).encode()
    return Says(body, status, (("content-type", "application/problem+json"), *headers))


def unpublished(generation: int = 2, **data: Any) -> Says:
    """Nothing is live."""
    return problem(404, "no_live_version", generation=generation, **data)
