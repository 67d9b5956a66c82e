"""A door in front of a server: it counts who comes, and can hang, talk nonsense, or play the server."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx

GARBAGE = b'<html>\xff<h1>It works!</h1>{"content": "no prompt"}'
KEPT = ("etag", "content-type", "retry-after", "previse-stale", "previse-generation", "cache-control")


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    status: int


@dataclass(frozen=True)
class Says:
    """An answer that a test has made up."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


class Door:
    """Listens on 127.0.0.1:`port` and passes on to `to`, unless `hang()` or `say(…)`."""

    def __init__(self, to: str = "") -> None:
        self.to = to
        self.asked: list[Asked] = []
        self._play: Callable[[str, dict[str, str]], Says] | None = None
        self._hanging = threading.Event()
        self._released = threading.Event()
        self._client = httpx.Client(timeout=30)

    def hang(self) -> None:
        """Who comes gets no word any more."""
        self._released.clear()
        self._hanging.set()

    def say(self, answer: Says | Callable[[str, dict[str, str]], Says]) -> None:
        """Answer so, whatever the server would say."""
        self._play = answer if callable(answer) else lambda path, headers: answer
        self.release()

    def talk_nonsense(self) -> None:
        """A 200 that is nothing."""
        self.say(Says(GARBAGE))

    def pass_on(self) -> None:
        """Be a door again."""
        self._play = None
        self.release()

    def release(self) -> None:
        """Let go of those who hang."""
        self._hanging.clear()
        self._released.set()

    def forget(self) -> None:
        """Count from nothing."""
        self.asked.clear()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                door._serve(self)

            do_POST = do_PATCH = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._client.close()

    def _serve(self, request: Any) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.rfile.read(int(headers.get("content-length", "0")))
        at, hung = time.monotonic(), self._hanging.is_set()
        if hung:
            self.asked.append(Asked(at, request.command, request.path, headers, 0))
            self._released.wait(60)
            request.close_connection = True
            return
        says = self._play(request.path, headers) if self._play else self._forward(request, headers, body)
        self.asked.append(Asked(at, request.command, request.path, headers, says.status))
        if says.status == 0:  # the server is not there: hang up, as a network would
            request.close_connection = True
            return
        request.send_response(says.status)
        for name, value in says.headers:
            request.send_header(name, value)
        if says.status != 304:
            request.send_header("content-length", str(len(says.body)))
        request.end_headers()
        request.wfile.write(says.body)

    def _forward(self, request: Any, headers: dict[str, str], body: bytes) -> Says:
        passed = {name: value for name, value in headers.items() if name not in ("host", "connection")}
        try:
            answer = self._client.request(
                request.command, self.to + request.path, headers=passed, content=body
            )
        except httpx.TransportError:
            return Says(status=0)
        kept = tuple((name, answer.headers[name]) for name in KEPT if name in answer.headers)
        return Says(answer.content, answer.status_code, kept)
