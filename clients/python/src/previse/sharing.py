"""One memory for all clients of a key in a process; and what happens when the process forks."""

import os
import re
import secrets
import socket
import threading
import weakref
from collections.abc import Callable
from typing import Protocol

from previse.memory import Memory


class Forks(Protocol):
    """What wants to know that it finds itself in a child process."""

    def after_fork(self) -> None:
        """Begin anew: threads and connections stayed with the parent."""


_shared: dict[tuple[object, ...], Memory] = {}
_sharing = threading.Lock()
_listeners: "weakref.WeakSet[Forks]" = weakref.WeakSet()
_registered = False
_name = ""
STRANGE = re.compile(r"[^A-Za-z0-9._:-]")


def shared(key: tuple[object, ...], make: Callable[[], Memory]) -> Memory:
    """The memory of this key in this process. It lasts until all who use it have closed."""
    with _sharing:
        if key not in _shared:
            _shared[key] = make()
        memory = _shared[key]
        memory.users += 1
        return memory


def leave(key: tuple[object, ...], memory: Memory) -> None:
    """One user less; the last one takes the memory along."""
    with _sharing:
        memory.users -= 1
        if memory.users <= 0 and _shared.get(key) is memory:
            del _shared[key]


def on_fork(client: Forks) -> None:
    """Tell a client (`after_fork()`) when it finds itself in a child process."""
    global _registered
    _listeners.add(client)
    if not _registered and hasattr(os, "register_at_fork"):
        _registered = True
        os.register_at_fork(after_in_child=_forked)


def process_name() -> str:
    """What this process is called by default: one name for all its clients, another in each child."""
    global _name
    with _sharing:
        if not _name:
            host = STRANGE.sub("-", socket.gethostname())[:40]
            _name = f"{host}-{os.getpid()}-{secrets.token_hex(3)}"
        return _name


def _forked() -> None:
    global _sharing, _name
    _sharing, _name = threading.Lock(), ""
    for memory in _shared.values():
        memory.after_fork()
    for client in list(_listeners):
        client.after_fork()
