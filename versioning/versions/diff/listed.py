"""How two lists of a configuration align: by identity where the items have one, else by what is equal.

An item that stands elsewhere was moved; it is never removed here and added there.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .align import Budget, Region, align
from .pairs import uncrossed
from .values import Numbers, is_secret
from .words import ALIKE

IDENTITIES = ("id", "name", "slug", "key")


class Spot(NamedTuple):
    """Where an item stands in each list, counted from 0; None where it is not. `name` is its identity."""

    old: int | None
    new: int | None
    name: str = ""


class Step(NamedTuple):
    """What became of one item: it came, it went, it moved, or it may have changed in its place."""

    spot: Spot
    moved: bool = False


def plan_list(old: list[Any], new: list[Any], numbers: Numbers, budget: Budget) -> list[Step] | None:
    """What became of the items of a list, in order; None where telling costs more than the budget."""
    identity = _identity(old, new)
    if identity:
        return by_identity(old, new, identity)
    left, right = [str(numbers.of(each)) for each in old], [str(numbers.of(each)) for each in new]
    alignment = align(left, right, budget)
    if alignment.lost:
        return None
    moved = _moved(left, right, alignment.gaps)
    steps = [Step(Spot(i, j), moved=True) for i, j in moved.items()]
    came = set(moved.values())
    for gap in alignment.gaps:
        olds = [i for i in range(gap.old, gap.old_end) if i not in moved]
        news = [j for j in range(gap.new, gap.new_end) if j not in came]
        pairs = _pairs(old, new, olds, news, numbers, budget)
        steps += [Step(Spot(i, j)) for i, j in pairs]
        paired_old, paired_new = {i for i, _ in pairs}, {j for _, j in pairs}
        steps += [Step(Spot(i, None)) for i in olds if i not in paired_old]
        steps += [Step(Spot(None, j)) for j in news if j not in paired_new]
    return in_order(steps)


def by_identity(old: list[Any], new: list[Any], identity: str) -> list[Step]:
    """What became of items that are told apart by one of their fields."""
    left, right = ([_written(each[identity]) for each in side] for side in (old, new))
    at_old, at_new = ({key: at for at, key in enumerate(side)} for side in (left, right))
    # Each key is there once: this much is always enough.
    alignment = align(left, right, Budget(50 * (len(left) + len(right)) + 1_000))
    stayed = {match.old + step for match in alignment.matches for step in range(match.size)}
    steps = []
    for key, i in at_old.items():
        j = at_new.get(key)
        name = str(old[i][identity])
        steps.append(Step(Spot(i, j, name), moved=j is not None and i not in stayed))
    for key, j in at_new.items():
        if key not in at_old:
            steps.append(Step(Spot(None, j, str(new[j][identity]))))
    return in_order(steps)


def is_identified(identity: str, *lists: list[Any]) -> bool:
    """Whether all items of each list are objects that one field of theirs tells apart."""
    for each in lists:
        keys = [
            _written(item[identity])
            for item in each
            if isinstance(item, dict) and not is_secret(item) and _names(item.get(identity))
        ]
        if len(keys) < len(each) or len(set(keys)) < len(keys):
            return False
    return True


def in_order(steps: Iterable[Step]) -> list[Step]:
    """As the new list has them; what went stands where it was."""
    return sorted(steps, key=_place)


def _place(step: Step) -> tuple[int, bool]:
    old, new, _ = step.spot
    return (old or 0, False) if new is None else (new, True)


def _identity(old: list[Any], new: list[Any]) -> str:
    """The field that tells the items of both lists apart, '' where none does."""
    if not (old or new):
        return ""
    found = [identity for identity in IDENTITIES if is_identified(identity, old, new)]
    for identity in found:
        # Ids that were all given anew say less than names that stayed.
        if {_written(each[identity]) for each in old} & {_written(each[identity]) for each in new}:
            return identity
    return found[0] if found else ""


def _names(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _written(value: str | int) -> str:
    """An identity as a text: 1 and "1" are two."""
    return repr(value)


def _moved(old: Sequence[str], new: Sequence[str], gaps: Iterable[Region]) -> dict[int, int]:
    """Equal items that are left over on both sides: from where to where."""
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    gaps = list(gaps)
    for gap in gaps:
        for i in range(gap.old, gap.old_end):
            places[old[i]].append(i)
    found: dict[int, int] = {}
    for gap in gaps:
        for j in range(gap.new, gap.new_end):
            if places[new[j]]:
                found[places[new[j]].popleft()] = j
    return found


def _pairs(
    old: list[Any], new: list[Any], olds: list[int], news: list[int], numbers: Numbers, budget: Budget
) -> list[tuple[int, int]]:
    """Which old container became which new one, in order; those not half alike stay alone."""
    olds = [i for i in olds if isinstance(old[i], dict | list)]
    news = [j for j in news if isinstance(new[j], dict | list)]
    if len(olds) == len(news) == 1 and _alone(old[olds[0]], new[news[0]]):
        return [(olds[0], news[0])]
    sizes = sum(len(old[i]) + 1 for i in olds), sum(len(new[j]) + 1 for j in news)
    found: list[tuple[float, int, int, int]] = []
    # All against all only where that is cheap; else each against the one that stands in its place.
    if budget.spend(sizes[0] * len(news) + sizes[1] * len(olds)):
        asked = [(at, to) for at in range(len(olds)) for to in range(len(news))]
    else:
        asked = [(at, at) for at in range(min(len(olds), len(news)))] if budget.spend(sum(sizes)) else []
    for at, to in asked:
        i, j = olds[at], news[to]
        likeness = _likeness(old[i], new[j], numbers)
        if likeness >= ALIKE:
            found.append((-likeness, abs(at - to), i, j))
    return uncrossed(found)


def _alone(old: Any, new: Any) -> bool:
    """Whether two containers that nothing else stands beside became one another."""
    if isinstance(old, list) or isinstance(new, list):
        return isinstance(old, list) and isinstance(new, list)
    return any(key in new for key in old)


def _likeness(old: Any, new: Any, numbers: Numbers) -> float:
    """From 0 to 1: how much of two containers of one type is the same."""
    size = len(old) + len(new)
    if is_secret(old) or is_secret(new):
        return ALIKE if is_secret(old) and is_secret(new) else 0
    if type(old) is not type(new) or not size:
        return 0
    if isinstance(old, list):
        common = Counter(map(numbers.of, old)) & Counter(map(numbers.of, new))
        return 2 * common.total() / size
    shared = [key for key in old if key in new]
    equal = sum(numbers.of(old[key]) == numbers.of(new[key]) for key in shared)
    return (len(shared) + equal) / size
