"""JSON values for the diff by field: which are equal, which are secrets, how they read.

Nothing here recurses into a value: how deep it is nested costs time alone.
"""

import json
from typing import Any

MASK = "••••"
TOO_DEEP = "(nested too deep to be shown)"


class Numbers:
    """Gives equal values the same number and others another: True is not 1, and 1 is not 1.0.

    A value that was numbered must not change, and must be kept for as long as this is asked.
    """

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._others: dict[object, int] = {}
        self._containers: dict[int, int] = {}  # by id()
        self._next = 0

    def of(self, value: Any) -> int:
        """The number of a value; after the first time it costs nothing."""
        if not isinstance(value, dict | list):
            return self._plain(value)
        if id(value) not in self._containers:
            self._count(value)
        return self._containers[id(value)]

    def _count(self, value: Any) -> None:
        """Number a container after those that it holds."""
        known = self._containers
        todo = [value]
        while todo:
            now = todo[-1]
            if id(now) in known:
                todo.pop()
                continue
            held = now.values() if isinstance(now, dict) else now
            fresh = [each for each in held if isinstance(each, dict | list) and id(each) not in known]
            if fresh:
                todo += fresh
                continue
            todo.pop()
            known[id(now)] = self._numbered(self._others, self._shape(now))

    def _shape(self, value: dict[str, Any] | list[Any]) -> object:
        if isinstance(value, dict):
            return frozenset([(key, self.of(each)) for key, each in value.items()])
        return tuple(map(self.of, value))

    def _plain(self, value: Any) -> int:
        if isinstance(value, str):
            return self._numbered(self._texts, value)
        # By how it is written, for numbers can be chosen so that their hashes collide.
        return self._numbered(self._others, repr(value))

    def _numbered[K](self, table: dict[K, int], key: K) -> int:
        found = table.get(key)
        if found is None:
            found = table[key] = self._next
            self._next += 1
        return found


def is_secret(value: Any) -> bool:
    """Whether a value stands for a credential that is kept elsewhere."""
    return isinstance(value, dict) and "$secret" in value


def masked(value: Any) -> Any:
    """The value with a mask in the place of each secret, nested ones too; the value itself stays."""
    root = [value]
    todo: list[Any] = [root]
    while todo:
        box = todo.pop()
        for key, each in list(box.items() if isinstance(box, dict) else enumerate(box)):
            if is_secret(each):
                box[key] = MASK
            elif isinstance(each, dict | list):
                box[key] = each.copy()
                todo.append(box[key])
    return root[0]


def pretty(value: Any) -> str:
    """A value as JSON that people read, secrets masked."""
    try:
        return json.dumps(masked(value), ensure_ascii=False, indent=2)
    except RecursionError:
        return TOO_DEEP
