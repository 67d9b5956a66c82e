"""What a client tells its `on_event`, for metrics and logs."""

from dataclasses import dataclass

from previse.errors import PreviseError
from previse.things import ReadFrom


@dataclass(frozen=True)
class Read:
    """A read was answered. `age` is in seconds; None for a fallback."""

    kind: str
    slug: str
    number: int | None
    read_from: ReadFrom
    stale: bool
    age: float | None


@dataclass(frozen=True)
class ReadFailed:
    """A read was answered with an error."""

    kind: str
    slug: str
    error: PreviseError


@dataclass(frozen=True)
class FallbackUsed:
    """A read was answered with its fallback, because of `error`."""

    kind: str
    slug: str
    error: PreviseError


@dataclass(frozen=True)
class Refreshed:
    """The server was asked and answered. `number` is None where nothing is published."""

    kind: str
    slug: str
    number: int | None
    changed: bool
    seconds: float
    server_stale: bool
    """The server itself could not ask its database: what it said is the last that it knew."""


@dataclass(frozen=True)
class RefreshFailed:
    """The server was asked in vain. It is asked again in `retry_in` seconds at the earliest."""

    kind: str
    slug: str
    error: PreviseError
    failures: int
    retry_in: float


@dataclass(frozen=True)
class Preloaded:
    """What `preload()` brought, and from where."""

    prompts: int
    agents: int
    read_from: ReadFrom


@dataclass(frozen=True)
class DiskFailed:
    """The last known could not be kept on disk. Reads go on without."""

    path: str
    error: Exception


Event = Read | ReadFailed | FallbackUsed | Refreshed | RefreshFailed | Preloaded | DiskFailed
