"""One place in memory, a request for it, and what passes between a read and the memory."""

import time
from concurrent.futures import Future
from dataclasses import dataclass

from previse.answers import Failed
from previse.disk import Kept
from previse.errors import PreviseError
from previse.things import Thing

NEVER, ALWAYS = float("-inf"), float("inf")
GRACE = 5.0  # seconds after its timeout at which a request that never ended is given up


class Flight:
    """A request on its way, and those who wait for it."""

    __slots__ = ("began", "dead_at", "landed")

    def __init__(self, timeout: float) -> None:
        self.landed: Future[None] = Future()
        self.began = time.monotonic()
        self.dead_at = self.began + timeout + GRACE

    def land(self) -> None:
        """Wake those who wait."""
        if not self.landed.done():
            self.landed.set_result(None)


class Entry:
    """What is known of a place. `vouched`: when the server last said so, on the monotonic clock."""

    __slots__ = (
        "error", "etag", "failures", "flight", "forsaken", "from_disk", "generation", "heard", "known",
        "looked", "next_try", "older_since", "stale_view", "thing", "told_at", "view", "vouched",
    )  # fmt: skip

    def __init__(self) -> None:
        self.known = self.from_disk = self.looked = self.forsaken = False
        self.thing: Thing | None = None  # None while known: nothing is published
        self.view: Thing | None = None  # what a fresh read is handed: made once, not per read
        self.stale_view: Thing | None = None
        self.generation: int | None = None
        self.etag = ""
        self.told_at = self.vouched = self.heard = NEVER  # heard: when the server last spoke
        self.next_try = NEVER
        self.failures = 0
        self.older_since = ALWAYS
        self.error: PreviseError | None = None
        self.flight: Flight | None = None


@dataclass
class Turn:
    """What a read does next. `answer` may be given now; else wait, and `settle`."""

    answer: Thing | PreviseError | None = None
    start: Flight | None = None
    wait: Flight | None = None
    patience: float = 0.0


@dataclass
class Landed:
    """What a landing did. `keep` is for the disk."""

    changed: bool = False
    number: int | None = None
    server_stale: bool = False
    failed: Failed | None = None
    failures: int = 0
    retry_in: float = 0.0
    keep: Kept | None = None
    forced: bool = False
    denied: bool = False


@dataclass
class Patience:
    """What a read bears: how old an answer may be, how long it waits, and whether it has a fallback."""

    timeout: float
    max_stale: float | None
    has_fallback: bool
