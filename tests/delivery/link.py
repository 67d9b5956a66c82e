"""A TCP link to the database that a test can make silent, as a broken network does."""

import contextlib
import selectors
import socket
import threading
from typing import Self


class Link:
    """Forwards 127.0.0.1:`port` to a database server, until told not to."""

    def __init__(self, host: str, port: str | int):
        self._to = f"{host}/.s.PGSQL.{port or 5432}" if host.startswith("/") else (host, int(port or 5432))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._dead: set[socket.socket] = set()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._silent = self._ended = False

    def silence_open_connections(self) -> None:
        """What is open brings nothing any more; new connections work."""
        self._dead |= set(self._pairs)

    def silence(self) -> None:
        """Nothing is brought, and new connections get no word either."""
        self._silent = True

    def speak(self) -> None:
        """New connections work again."""
        self.silence_open_connections()
        self._silent = False

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join(5)
        for one in (self._door, *self._pairs):
            one.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._door, selectors.EVENT_READ)
            while not self._ended:
                for found, _ in selector.select(0.05):
                    one = found.fileobj
                    assert isinstance(one, socket.socket)
                    if one is self._door:
                        self._connect(selector)
                    elif self._silent or one in self._dead:
                        selector.unregister(one)
                        self._dead.add(one)
                    elif one in self._pairs:  # else its other end was closed a moment ago
                        self._forward(selector, one)

    def _connect(self, selector: selectors.DefaultSelector) -> None:
        near, _ = self._door.accept()
        far = socket.socket(socket.AF_UNIX if isinstance(self._to, str) else socket.AF_INET)
        far.connect(self._to)
        self._pairs |= {near: far, far: near}
        for one in (near, far):
            selector.register(one, selectors.EVENT_READ)

    def _forward(self, selector: selectors.DefaultSelector, one: socket.socket) -> None:
        other = self._pairs[one]
        with contextlib.suppress(OSError):
            if data := one.recv(65536):
                other.sendall(data)
                return
        for end in (one, other):
            with contextlib.suppress(KeyError, ValueError):
                selector.unregister(end)
            self._pairs.pop(end, None)
            end.close()
