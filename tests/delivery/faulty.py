"""The whole application with one fault, for tests that must turn red: PREVISE_FAULT says which.

`unwritten`: a process that writes down nobody whom it saw. `old`: one that hears of changes, and goes on
serving what it has.
"""

import os
from typing import Any

from versioning.asgi import application, delivery

__all__ = ["application"]


async def _write_nobody() -> None:
    """The fault of `unwritten`."""


def _hear_nothing(_: Any) -> None:
    """The fault of `old`."""


match os.environ.get("PREVISE_FAULT"):
    case "unwritten":
        delivery._sightings.flush = _write_nobody  # type: ignore[method-assign]
    case "old":
        delivery.memory.hear = _hear_nothing  # type: ignore[method-assign]
    case other:
        raise RuntimeError(f"there is no fault {other!r}")
