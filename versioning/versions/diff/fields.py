"""Two configurations compared field by field: what was added, removed, changed or moved, and where.

A configuration is JSON: sections that are objects ("agent") or lists of items with an `id` ("triggers").
Nothing here recurses, and what a comparison costs grows with the size of its values alone.
"""

import json
import re
from collections import Counter
from typing import Any, Literal, NamedTuple

from .align import Budget
from .listed import Spot, Step, by_identity, is_identified, plan_list
from .values import Numbers, is_secret

LONG = 80  # characters from which on a text is compared as a text
STEPS = 1_000_000  # what aligning lists may cost in all (diff/align.py Budget)
LONGEST_KEY = 80  # characters of a key that a path shows

TOO_BIG = "This list is too large to align item by item."

type Kind = Literal["added", "removed", "changed", "moved"]
type Credential = Literal["", "set", "changed", "removed"]

_plain_key = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)


class _Absent:
    """Stands where a side has nothing, for null is something."""


_ABSENT = _Absent()


class Item(NamedTuple):
    """An item of a section: its id, what people call it, and what they called it before, if otherwise.

    `twin` says that another item of its section is called the same.
    """

    id: str
    label: str
    was: str = ""
    twin: bool = False


class Edit(NamedTuple):
    """One plain value of a list that came (`old` is None), went (`new` is None) or moved."""

    old: int | None
    new: int | None
    value: Any


class FieldChange(NamedTuple):
    """One change. `steps` lead to it inside its section, or inside its item: a key, or a Spot of a list.

    What was added has no `old` and what was removed no `new`: they are None then. A list of plain values
    is one field, and `edits` say what became of its values (none where `note` says that it was too large).
    Without steps, the change is of the whole item.
    """

    section: str
    item: Item | None
    steps: tuple[str | Spot, ...]
    kind: Kind
    old: Any = None
    new: Any = None
    edits: tuple[Edit, ...] = ()
    note: str = ""

    @property
    def path(self) -> str:
        """Where it is: `config.headers.Authorization`, `tools[read_file].timeout`, `branches[2]`."""
        return path_of(self.steps)

    @property
    def credential(self) -> Credential:
        """What became of a credential; '' where the change is of none."""
        if self.kind == "moved" or not (is_secret(self.old) or is_secret(self.new)):
            return ""
        if not is_secret(self.old):
            return "set"
        return "changed" if is_secret(self.new) else "removed"

    @property
    def text(self) -> bool:
        """Whether it is read line by line: texts alone, and one of them is long or has lines."""
        there = {"added": [self.new], "removed": [self.old], "moved": []}.get(self.kind, [self.old, self.new])
        return all(isinstance(each, str) for each in there) and any(map(is_long, there))


def compare_fields(old: dict[str, Any] | None, new: dict[str, Any]) -> list[FieldChange]:
    """What changes from one configuration to another, in order; all of it, where there is no other.

    The order of a section's items is not looked at: the canonical form sorts them by name, so that one
    which was renamed stands elsewhere without having been moved.
    """
    return _Comparison().run(_bare(new) if old is None else old, new)


def path_of(steps: tuple[str | Spot, ...]) -> str:
    """Steps as people read them."""
    pieces: list[str] = []
    for step in steps:
        if isinstance(step, Spot):
            at = step.old if step.new is None else step.new
            pieces.append(f"[{_cut(step.name) if step.name else at}]")
        elif _plain_key.fullmatch(step):
            pieces.append(f".{_cut(step)}" if pieces else _cut(step))
        else:
            pieces.append(f"[{json.dumps(_cut(step), ensure_ascii=False)}]")
    return "".join(pieces)


def is_long(value: Any) -> bool:
    """Whether a text has lines, or more characters than fit one."""
    return isinstance(value, str) and (len(value) > LONG or "\n" in value)


def is_plain(value: Any) -> bool:
    """Whether a value holds no others."""
    return not isinstance(value, dict | list)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_KEY else name[:LONGEST_KEY] + "…"


def _bare(new: dict[str, Any]) -> dict[str, Any]:
    """What a configuration is compared with where there is no other: its fields are told one by one."""
    return {
        section: {name: {} for name, each in value.items() if isinstance(each, dict) and not is_secret(each)}
        for section, value in new.items()
        if isinstance(value, dict)
    }


class _Pair(NamedTuple):
    """Two values that are still to be compared, and where they stand."""

    section: str
    item: Item | None
    steps: tuple[str | Spot, ...]
    old: Any
    new: Any


class _Comparison:
    """One comparison. What is to be done lies on a stack, the next on top."""

    def __init__(self) -> None:
        self._numbers = Numbers()
        self._budget = Budget(STEPS)
        self._todo: list[_Pair | FieldChange] = []

    def run(self, old: dict[str, Any], new: dict[str, Any]) -> list[FieldChange]:
        """Compare section by section."""
        for section in reversed([*old, *(name for name in new if name not in old)]):
            was, now = _as_sections(old.get(section, _ABSENT), new.get(section, _ABSENT))
            self._todo.append(_Pair(section, None, (), was, now))
        found: list[FieldChange] = []
        while self._todo:
            top = self._todo.pop()
            if isinstance(top, FieldChange):
                found.append(top)
            else:
                self._compare(top)
        return found

    def _compare(self, pair: _Pair) -> None:
        old, new = pair.old, pair.new
        if old is _ABSENT or new is _ABSENT:
            self._found(pair, "added" if old is _ABSENT else "removed")
        elif self._numbers.of(old) == self._numbers.of(new):
            return
        elif type(old) is not type(new) or is_plain(old) or is_secret(old) or is_secret(new):
            self._found(pair, "changed")
        elif isinstance(old, dict):
            self._object(pair)
        elif not pair.steps and not pair.item and is_identified("id", old, new):
            self._next(self._items(pair.section, old, new))
        elif all(map(is_plain, old)) and all(map(is_plain, new)):
            self._plain_list(pair)
        else:
            self._list(pair)

    def _object(self, pair: _Pair) -> None:
        """An object, field by field; equal ones are passed over here, for most of them are."""
        section, item, steps, old, new = pair
        number = self._numbers.of
        for name, now in reversed([(name, now) for name, now in new.items() if name not in old]):
            self._todo.append(FieldChange(section, item, (*steps, name), "added", None, now))
        for name, was in reversed(old.items()):
            if name not in new:
                self._todo.append(FieldChange(section, item, (*steps, name), "removed", was))
            elif number(was) != number(now := new[name]):
                inside = (section, item, (*steps, name))
                plain = is_plain(was) and is_plain(now)
                changed = FieldChange(*inside, "changed", was, now) if plain else _Pair(*inside, was, now)
                self._todo.append(changed)

    def _next(self, todo: list[_Pair | FieldChange]) -> None:
        self._todo += reversed(todo)

    def _found(self, pair: _Pair, kind: Kind, edits: tuple[Edit, ...] = (), note: str = "") -> None:
        self._todo.append(_change(pair, kind, edits, note))

    def _within(self, pair: _Pair, step: str | Spot, old: Any, new: Any) -> _Pair:
        return pair._replace(steps=(*pair.steps, step), old=old, new=new)

    def _items(self, section: str, old: list[Any], new: list[Any]) -> list[_Pair | FieldChange]:
        """The items of a section, each with what it is called."""
        labels = {(str(each["id"]), label_of(each)) for side in (old, new) for each in side}
        called = Counter(label for _, label in labels)
        found: list[_Pair | FieldChange] = []
        for (i, j, name), _ in by_identity(old, new, "id"):
            was, now = (_ABSENT if i is None else old[i]), (_ABSENT if j is None else new[j])
            before, after = (label_of(each) if each is not _ABSENT else "" for each in (was, now))
            label = after or before
            item = Item(name, label, before if before != label else "", called[label] > 1)
            found.append(_Pair(section, item, (), was, now))
        return found

    def _plain_list(self, pair: _Pair) -> None:
        """A list of plain values: one field, and what became of each value."""
        steps = plan_list(pair.old, pair.new, self._numbers, self._budget)
        if steps is None:
            self._found(pair, "changed", note=TOO_BIG)
            return
        edits = tuple(
            Edit(s.old, s.new, pair.new[s.new] if s.old is None else pair.old[s.old]) for s, _ in steps
        )
        moved = all(step.moved for step in steps)
        self._found(pair, "moved" if moved else "changed", edits)

    def _list(self, pair: _Pair) -> None:
        """Any other list, item by item."""
        steps = plan_list(pair.old, pair.new, self._numbers, self._budget)
        if steps is None:
            self._found(pair, "changed", note=TOO_BIG)
            return
        self._next([each for step in steps for each in self._steps(pair, step)])

    def _steps(self, pair: _Pair, step: Step) -> list[_Pair | FieldChange]:
        spot = step.spot
        old = _ABSENT if spot.old is None else pair.old[spot.old]
        new = _ABSENT if spot.new is None else pair.new[spot.new]
        inside = self._within(pair, spot, old, new)
        return [_change(inside, "moved"), inside] if step.moved else [inside]


def label_of(item: Any) -> str:
    """What people call an item: its name, or its schema's title or type; else how its id begins."""
    schema = item.get("schema_data")
    title = schema.get("title") if isinstance(schema, dict) else None
    for name in (item.get("name"), title, item.get("schema_type"), item.get("title")):
        if isinstance(name, str) and name.strip():
            return name
    return str(item.get("id", ""))[:8]


def _as_sections(old: Any, new: Any) -> tuple[Any, Any]:
    """Two sections; one that is not there is as an empty one of the other's type."""
    if old is _ABSENT and isinstance(new, dict | list):
        return type(new)(), new
    if new is _ABSENT and isinstance(old, dict | list):
        return old, type(old)()
    return old, new


def _change(pair: _Pair, kind: Kind, edits: tuple[Edit, ...] = (), note: str = "") -> FieldChange:
    old, new = (None if each is _ABSENT else each for each in (pair.old, pair.new))
    return FieldChange(pair.section, pair.item, pair.steps, kind, old, new, edits, note)
