"""Which version each field of a configuration came with, found by walking back through its forerunners.

The fields are told apart as the diff tells them: objects by key, lists of items by identity. Long texts, and
JSON that has no identity to go by, are followed line by line. Costs are counted (`trace.py`).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .align import Budget
from .fields import Item, is_long, is_plain, label_of, path_of
from .listed import IDENTITIES, Spot, is_identified
from .trace import Lines, Origin, Run
from .values import TOO_DEEP, is_secret

MOST_FIELDS = 2_000  # followed one by one; what has more is followed as JSON, line by line
DEEPEST = 10


class _Absent:
    """Stands where an older version has nothing, for null is something."""


_ABSENT = _Absent()


@dataclass
class Field:
    """One field, and where it came from. A text has `lines`: then each of them came from somewhere.

    `as_json` says that the lines are those of the value written as JSON.
    """

    section: str
    item: Item | None
    steps: tuple[str | Spot, ...]
    value: Any
    lines: Lines | None = None
    as_json: bool = False
    origin: Origin | None = None

    @property
    def path(self) -> str:
        """Where it is inside its section or item: `llm_config.temperature`."""
        return path_of(self.steps)

    @property
    def text(self) -> str:
        """What its lines are the lines of."""
        return written(self.value) if self.as_json else str(self.value)

    @property
    def open(self) -> bool:
        """Whether where it came from is still to be found out."""
        return self.lines.left > 0 if self.lines else self.origin is None

    @property
    def runs(self) -> list[Run]:
        """Its lines by where they came from; of a field without lines, itself."""
        if self.lines:
            return list(self.lines.runs())
        return [Run(0, 1, self.origin)] if self.origin else []

    def settle(self, origin: Origin) -> None:
        """All of it that is still open came with this."""
        if self.lines:
            self.lines.end(origin)
        elif self.origin is None:
            self.origin = origin


@dataclass
class _Node:
    """A value of the newest version: a field, or what holds other values. Found in older ones by its key."""

    key: str = ""
    identity: str = ""  # of the items of a list
    leaf: Field | None = None
    held: list["_Node"] = field(default_factory=list)

    def fields(self) -> Iterator[Field]:
        """All fields inside."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if node.leaf:
                yield node.leaf
            waiting += reversed(node.held)


class Fields:
    """The fields of one configuration. `only` leaves out those that nobody asks for."""

    def __init__(self, configuration: dict[str, Any], only: Callable[[Field], bool] | None = None) -> None:
        self._count = 0
        self._root = _Node(held=[self._section(name, value) for name, value in configuration.items()])
        self.fields = list(self._root.fields())
        for each in self.fields:
            if only and not only(each):
                each.settle(Origin(0))
        self._prune(self._root)

    @property
    def open(self) -> bool:
        """Whether anything is still to be found out."""
        return bool(self._root.held)

    def back(self, older: dict[str, Any], number: int, budget: Budget) -> None:
        """One step back. `number` is the version that was made of the configuration `older`."""
        self._follow(self._root, older, Origin(number), budget)
        self._prune(self._root)

    def end(self, origin: Origin) -> None:
        """There is nothing before, or nothing that will be looked at: all that is left came with `origin`."""
        for each in self._root.fields():
            each.settle(origin)
        self._root.held = []

    def _section(self, name: str, value: Any) -> _Node:
        if isinstance(value, list) and is_identified("id", value):
            node = _Node(name, "id")
            labels = [label_of(each) for each in value]
            for each, label in zip(value, labels, strict=True):
                item = Item(str(each["id"]), label, twin=labels.count(label) > 1)
                held = [
                    self._node(key, inner, name, item, (key,)) for key, inner in each.items() if key != "id"
                ]
                node.held.append(_Node(repr(each["id"]), held=held))
            return node
        if isinstance(value, dict) and not is_secret(value):
            return _Node(
                name, held=[self._node(key, each, name, None, (key,)) for key, each in value.items()]
            )
        return self._node(name, value, name, None, ())

    def _node(
        self, key: str, value: Any, section: str, item: Item | None, steps: tuple[str | Spot, ...]
    ) -> _Node:
        node = _Node(key)
        holds = isinstance(value, dict | list) and len(value) > 0 and not is_secret(value)
        room = len(steps) < DEEPEST and holds and self._count + len(value) <= MOST_FIELDS
        if room and isinstance(value, dict):
            node.held = [self._node(k, v, section, item, (*steps, k)) for k, v in value.items()]
        elif room and (identity := _identity(value)):
            node.identity = identity
            for at, each in enumerate(value):
                name = str(each[identity])
                inside = (*steps, Spot(at, at, name))
                node.held.append(self._node(repr(each[identity]), each, section, item, inside))
        else:
            self._count += 1
            node.leaf = _field(section, item, steps, value)
        return node

    def _follow(self, node: _Node, older: Any, came: Origin, budget: Budget) -> None:
        if node.leaf:
            _compare(node.leaf, older, came, budget)
        elif node.identity:
            there = _by_identity(older, node.identity)
            for each in node.held:
                self._follow(each, there.get(each.key, _ABSENT), came, budget)
        else:
            there = older if isinstance(older, dict) and not is_secret(older) else {}
            for each in node.held:
                self._follow(each, there.get(each.key, _ABSENT), came, budget)

    def _prune(self, node: _Node) -> bool:
        """Leave out what is settled; whether anything is left."""
        node.held = [each for each in node.held if self._prune(each)]
        return bool(node.held) or (node.leaf is not None and node.leaf.open)


def written(value: Any) -> str:
    """A value as the JSON whose lines are followed."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)
    except RecursionError:
        return TOO_DEEP


def _field(section: str, item: Item | None, steps: tuple[str | Spot, ...], value: Any) -> Field:
    found = Field(section, item, steps, value)
    if isinstance(value, str):
        found.lines = Lines(value) if is_long(value) else None
    elif isinstance(value, dict | list) and value and not is_secret(value) and not _is_short_list(value):
        text = written(value)
        # What a secret stands for is masked where it is read, so that its lines are none to follow.
        found.as_json = '"$secret"' not in text
        found.lines = Lines(text) if found.as_json else None
    return found


def _is_short_list(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_plain, value)) and not any(map(is_long, value))


def _identity(value: Any) -> str:
    """The field that tells the items of a list apart, '' where none does."""
    if not isinstance(value, list):
        return ""
    return next((each for each in IDENTITIES if is_identified(each, value)), "")


def _by_identity(value: Any, identity: str) -> dict[str, Any]:
    """The items of an older list by what tells them apart."""
    if not isinstance(value, list):
        return {}
    return {
        repr(each[identity]): each
        for each in value
        if isinstance(each, dict) and isinstance(each.get(identity), str | int)
    }


def _compare(field: Field, older: Any, came: Origin, budget: Budget) -> None:
    """Whether a field was there before, and the same; of a text, which of its lines were."""
    if older is _ABSENT:
        field.settle(came)
    elif field.lines and field.as_json:
        if isinstance(older, dict | list):
            field.lines.back(written(older), came.number, budget)
        else:
            field.settle(came)
    elif field.lines:
        if isinstance(older, str):
            field.lines.back(older, came.number, budget)
        else:
            field.settle(came)
    elif not _alike(field.value, older):
        field.settle(came)


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are one in JSON: true is not 1."""
    if is_plain(one) or is_plain(other):
        return type(one) is type(other) and bool(one == other)
    return written(one) == written(other)
