"""How a worker and its pool talk: a few lengths, then the bytes themselves."""

import struct
from typing import Protocol

REQUEST = struct.Struct("!dII")  # seconds it may take, bytes of the old text, of the new text
ANSWER = struct.Struct("!I")  # bytes of the plan


class Readable(Protocol):
    """A stream that gives up to so many bytes, and none at its end."""

    def read(self, size: int, /) -> bytes | None: ...


class Writable(Protocol):
    """A stream that takes some of the bytes and says how many."""

    def write(self, data: memoryview, /) -> int | None: ...


def receive(stream: Readable, size: int) -> bytes:
    """Exactly `size` bytes; EOFError where the other side has gone."""
    data = bytearray()
    while len(data) < size:
        part = stream.read(size - len(data))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def send(stream: Writable, data: bytes) -> None:
    """All of the bytes; BrokenPipeError where the other side has gone."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) or 0 :]


def encode(text: str) -> bytes:
    """A text in UTF-8; half a surrogate pair passes too, since Python's texts may hold one."""
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """The text that `encode` wrote."""
    return data.decode("utf-8", "surrogatepass")
