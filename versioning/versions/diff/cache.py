"""The last plans, so that a page that is read again is not compared again."""

import threading
from collections import OrderedDict

from .plan import Plan

type Key = tuple[bytes, bytes]


class PlanCache:
    """The plans used last, at most `most` of them and about `most_bytes` in all.

    A plan holds numbers and no text, so that no workspace's words stay in memory; and it is the
    same for every width of context.
    """

    def __init__(self, most: int = 512, most_bytes: int = 16_000_000) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._plans: OrderedDict[Key, Plan] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._plans)

    def get(self, key: Key) -> Plan | None:
        """The plan of two digests, if it is still there."""
        with self._lock:
            if key in self._plans:
                self._plans.move_to_end(key)
            return self._plans.get(key)

    def put(self, key: Key, plan: Plan) -> None:
        """Keep a plan, and drop those that were not used for longest."""
        with self._lock:
            if (before := self._plans.pop(key, None)) is not None:
                self._bytes -= before.weight
            self._plans[key] = plan
            self._bytes += plan.weight
            while self._plans and (len(self._plans) > self._most or self._bytes > self._most_bytes):
                self._bytes -= self._plans.popitem(last=False)[1].weight

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._plans.clear()
            self._bytes = 0
