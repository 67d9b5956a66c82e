"""The process: `/v1` from memory, `/mcp` for assistants, answers of the playground as they come, health,
Django for all the rest; and beside them the worker, which delivers webhooks.

Django runs as WSGI in threads: its middleware is synchronous, and this way a page costs a fifth of what
it costs under Django's own ASGI handler, and never holds up a read of `/v1`.
"""

import asyncio
import gc
import json
import os
from typing import Any
from urllib.parse import quote_from_bytes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "versioning.settings")

import psycopg
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from psycopg.conninfo import make_conninfo

from versioning.lib import postgres, roles

_wsgi = get_wsgi_application()  # loads the models, which the next line needs

from agents.upkeep import upkeep  # noqa: E402
from versioning.assistants import Assistants  # noqa: E402
from versioning.delivery.app import Delivery, Receive, Scope, Send  # noqa: E402
from versioning.lib.leftover import BODILESS, dropping_the_rest  # noqa: E402
from versioning.playground.runner import runner  # noqa: E402
from versioning.playground.stream import is_stream, stream  # noqa: E402
from versioning.webhooks.worker import LIVES, worker  # noqa: E402

THREADS = 8
QUERY_BYTES = "!$%&'()*+,-./:;=?@_~[]"


def _conninfo() -> str:
    """The address of the application's database, for connections that are not Django's."""
    told: dict[str, Any] = settings.DATABASES["default"]
    options = {name: value for name, value in told["OPTIONS"].items() if name != "pool"}
    parts = {name.lower(): told[name] for name in ("USER", "PASSWORD", "HOST", "PORT") if told[name]}
    return make_conninfo(**({"dbname": told["NAME"]} | parts | options))


_pages = WSGIMiddleware(_wsgi, workers=THREADS)  # type: ignore[arg-type]
delivery = Delivery(
    _conninfo(), cache_mb=settings.DELIVERY_CACHE_MB, touch_seconds=settings.DELIVERY_TOUCH_SECONDS
)

assistants = Assistants()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The whole of Previse, as an ASGI application."""
    if scope["type"] == "http":
        path = scope["path"]
        if scope["method"] not in BODILESS:
            receive, send = dropping_the_rest(scope, receive, send)
        if path.startswith("/v1/"):
            await delivery(scope, receive, send)
        elif path in ("/mcp", "/mcp/"):
            await assistants(scope, receive, send)
        elif path == "/healthz":
            await _say(send, scope, 200, {"status": "ok"})
        elif path == "/readyz":
            await _ready(scope, send)
        elif is_stream(path):
            await stream(scope, receive, send)
        else:
            await _serve_pages(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1000})


async def _serve_pages(scope: Scope, receive: Receive, send: Send) -> None:
    """Django, in a thread. The bridge wants coroutines, and the server's own calls are only awaitable."""

    async def take() -> Any:
        return await receive()

    async def give(message: Any) -> None:
        await send(message)

    await _pages(_for_wsgi(scope), take, give)  # type: ignore[arg-type]


async def _ready(scope: Scope, send: Send) -> None:
    """Whether it is wise to send requests here, and if not, what is missing."""
    found = {"database": await delivery.source.answers(), "listener": delivery.freshness.listening}
    if found["database"]:  # without it, nobody knows
        found["worker"] = await delivery.source.answers(LIVES)
    missing = [name for name, there in found.items() if not there]
    said = {"status": "not ready" if missing else "ready", "missing": missing}
    await _say(send, scope, 503 if missing else 200, said)


async def _say(send: Send, scope: Scope, status: int, said: dict[str, Any]) -> None:
    body = json.dumps(said).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _for_wsgi(scope: Scope) -> Scope:
    """A scope that WSGI can carry: a query in ASCII, and no header that passes for another.

    `X_Forwarded_Proto` and `X-Forwarded-Proto` are one name there; a proxy sets the second alone.
    """
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    query = quote_from_bytes(scope["query_string"], safe=QUERY_BYTES).encode()
    return {**scope, "headers": headers, "query_string": query}


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    if found := await asyncio.to_thread(_weaknesses):
        # The server prints the message, ends with an error, and is not started again by itself.
        await send({"type": "lifespan.startup.failed", "message": found})
        return
    await delivery.open()
    runner.open(asyncio.get_running_loop())
    upkeep.open()
    if not settings.WORKER_APART:
        worker.open()
    gc.collect()
    gc.freeze()  # what is loaded now stays for good: the collector need not walk through it again
    async with assistants.running():
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await worker.close()
    await upkeep.close()
    await runner.close()
    await delivery.close()
    await send({"type": "lifespan.shutdown.complete"})


def _weaknesses() -> str:
    """Why this must not serve, with the remedy; empty when it may."""
    try:
        postgres.ensure_running()
        with psycopg.connect(_conninfo(), connect_timeout=10) as connection, connection.cursor() as cursor:
            found = roles.weaknesses(cursor)
    except (psycopg.Error, OSError, RuntimeError) as error:
        return f"Previse does not start: the database cannot be reached.\n{error}"
    if not found:
        return ""
    reasons = "\n".join(f"- {reason}" for reason in found)
    database = settings.DATABASES["default"]["NAME"]
    return (
        f"Previse refuses to serve with this database login, because tenants would not be walled off:\n"
        f"{reasons}\n\nAs a superuser of the database, run once:\n{roles.remedy(database)}"
    )
