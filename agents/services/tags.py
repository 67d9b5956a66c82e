"""What a form or program was shown of a row, as a short hash: it refuses a write over somebody else's."""

import hashlib
import json
from typing import Any

from agents.canonical import settled
from versioning.lib.errors import DomainError


def tag_of(fields: dict[str, Any]) -> str:
    """The tag of some fields: changes with every change of them."""
    text = json.dumps(settled(fields), ensure_ascii=False, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def expect(tag: str, expected: str | None, what: str) -> None:
    """Refuse when it changed since the caller read it. Error: `stale` with the tag of now."""
    if expected is not None and expected not in ("*", tag):
        words = f"Somebody saved this {what} meanwhile. Compare, then save again."
        raise DomainError("stale", words, tag=tag)
