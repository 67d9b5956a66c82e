"""The words of ASGI, as far as they are spoken here."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

type Headers = list[tuple[bytes, bytes]]
type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
