"""Receivers of webhooks: real HTTP servers on this machine, well behaved or not."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        """What stays the same over all attempts."""
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """The body, as the official library hands it over once it found the signature right."""
        return Webhook(secret).verify(self.body, self.headers)


type Answer = Callable[[socket.socket, Received], None]


def says(answer: bytes) -> Answer:
    """Answers this, whatever is asked."""
    return lambda connection, _: connection.sendall(answer)


def status(code: int, **headers: str) -> bytes:
    """An answer of that status, with an empty body."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {code} Said\r\n{lines}Content-Length: 0\r\n\r\n".encode()


class Receiver:
    """Takes what comes, notes it, and answers by `answer`, which may be exchanged at any time."""

    def __init__(self, answer: Answer | None = None, *, tls: ssl.SSLContext | None = None):
        self.answer, self.came = answer or says(OK), []
        self._tls, self.connections = tls, 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._accept, daemon=True).start()

    came: list[Received]

    def close(self) -> None:
        """Take no more."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def wait_for(self, count: int, *, within: float = 10) -> list[Received]:
        """What came, once it is so many."""
        deadline = time.monotonic() + within
        while len(self.came) < count:
            assert time.monotonic() < deadline, f"{len(self.came)} of {count} came"
            time.sleep(0.01)
        return self.came

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            while received := _read(connection):
                self.came.append(received)
                self.answer(connection, received)
        except OSError:
            pass
        finally:
            connection.close()


def _read(connection: socket.socket) -> Received | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = connection.recv(65_536)
        if not piece:
            return None
        raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")[1:]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65_536)
    return Received(headers, body, time.monotonic())
