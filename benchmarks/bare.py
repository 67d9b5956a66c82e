"""The least that an ASGI application can do: what `/v1` is measured against.

It answers every request with BARE_BYTES bytes of JSON, and knows neither keys nor paths.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

_BODY = b'"' + b"x" * (int(os.environ.get("BARE_BYTES", "1000")) - 2) + b'"'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BODY))]


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    """The same bytes for everybody."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _BODY})
        return
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
