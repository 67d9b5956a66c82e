"""The last plans, so that a page that is read again is not compared again."""

import threading
from collections import OrderedDict
from typing import Protocol

from .plan import Plan

type Key = tuple[bytes, bytes]


class Weighed(Protocol):
    """What says roughly how many bytes it holds."""

    @property
    def weight(self) -> int: ...


class Cache[K, V: Weighed]:
    """The values used last, at most `most` of them and about `most_bytes` in all.

    They hold numbers and no text, so that no workspace's words stay in memory.
    """

    def __init__(self, most: int = 512, most_bytes: int = 16_000_000) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """The value of a key, if it is still there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value, and drop those that were not used for longest."""
        with self._lock:
            if (before := self._kept.pop(key, None)) is not None:
                self._bytes -= before.weight
            self._kept[key] = value
            self._bytes += value.weight
            while self._kept and (len(self._kept) > self._most or self._bytes > self._most_bytes):
                self._bytes -= self._kept.popitem(last=False)[1].weight

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


class PlanCache(Cache[Key, Plan]):
    """Plans by the digests of their two texts; one is the same for every width of context."""
