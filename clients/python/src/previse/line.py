"""The way to the server: one request, one answer, within its time and size. httpx is loaded by the first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from previse.answers import Reply

if TYPE_CHECKING:
    import httpx

LARGEST = 256_000_000  # bytes of an answer; a bundle may be long


class TooMuch(Exception):
    """The answer is longer than any of Previse's, or took too long to come."""


class Line:
    """For threads."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        import httpx

        self._client = httpx.Client(base_url=url, headers=headers, limits=_limits(), follow_redirects=False)

    def get(self, path: str, headers: dict[str, str], *, seconds: float) -> Reply:
        """Ask; raises whatever goes wrong on the way."""
        until = time.monotonic() + seconds
        with self._client.stream("GET", path, headers=headers, timeout=seconds) as answer:
            return Reply(answer.status_code, answer.headers, _joined(answer.iter_bytes(), until))

    def close(self) -> None:
        """Hang up."""
        self._client.close()


class AsyncLine:
    """For one event loop."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        import httpx

        self._client = httpx.AsyncClient(
            base_url=url, headers=headers, limits=_limits(), follow_redirects=False
        )

    async def get(self, path: str, headers: dict[str, str], *, seconds: float) -> Reply:
        """Ask; raises whatever goes wrong on the way."""
        return await asyncio.wait_for(self._get(path, headers, seconds), seconds)

    async def _get(self, path: str, headers: dict[str, str], seconds: float) -> Reply:
        async with self._client.stream("GET", path, headers=headers, timeout=seconds) as answer:
            return Reply(answer.status_code, answer.headers, await _gathered(answer.aiter_bytes()))

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()


def _limits() -> httpx.Limits:
    import httpx

    return httpx.Limits(max_connections=10, max_keepalive_connections=2, keepalive_expiry=10)


def _joined(chunks: Iterator[bytes], until: float) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > LARGEST:
            raise TooMuch("the answer is too long")
        if time.monotonic() > until:
            raise TooMuch("the answer took too long")
    return bytes(found)


async def _gathered(chunks: AsyncIterator[bytes]) -> bytes:
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > LARGEST:
            raise TooMuch("the answer is too long")
    return bytes(found)
