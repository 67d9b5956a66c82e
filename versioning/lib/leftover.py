"""What a request still sends while its answer is known already.

A refusal is often known before the body has come. A server that answers then and leaves the rest unread ends
the connection, and whoever sends the next request on it loses that one, or even the refusal. So the rest is
read and dropped first; of what is too long for that, the answer says that the connection ends.
"""

import asyncio
import contextlib
from collections.abc import MutableMapping
from typing import Any

from versioning.lib.asgi import Receive, Scope, Send

MOST = 16 * 1024 * 1024  # bytes that are read to be dropped
PATIENCE = 5.0  # seconds for them to come
BODILESS = ("GET", "HEAD")


def dropping_the_rest(scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """The same two ways of a request, by which its body is read to its end before its answer goes out."""
    at_end = False

    async def take() -> MutableMapping[str, Any]:
        nonlocal at_end
        message = await receive()
        at_end = at_end or not message.get("more_body", False)
        return message

    async def drop() -> None:
        dropped = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not at_end and dropped <= MOST:
                    dropped += len((await take()).get("body", b""))

    async def give(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and not at_end:
            if not _waits_for_leave(scope):
                await drop()
            if not at_end:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return take, give


def _waits_for_leave(scope: Scope) -> bool:
    """Whether the body is sent only after a `100 Continue`, which the first reading of it would send."""
    return any(name == b"expect" for name, _ in scope["headers"])
