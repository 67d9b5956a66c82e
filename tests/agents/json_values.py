"""JSON values as people and programs send them, the strange ones too: what can be kept of them."""

import json
from typing import Any

from hypothesis import strategies as st

from agents import values
from agents.canonical import settled
from versioning.lib.errors import DomainError

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(CHARACTERS, max_size=20) | st.sampled_from(
    ["", " ", "\n", "\r\n", "\u2028", "\ufeff", "\x7f", "a\tb", "é", "e\u0301", "😀", "\\u0000", "\\", '"']
)  # fmt: skip
NAMES = TEXTS | st.sampled_from(["__proto__", "constructor", "id", "$ref", "a.b", "a[0]", "title", "name"])
NUMBERS = st.sampled_from(
    [0, -0.0, 0.1, 1.0, 1e-7, 1e15, 2.5e-300, 5e-324, 0.1 + 0.2, 1 / 3, values.LARGEST, -values.LARGEST,
     float(values.LARGEST), 1e16, 1e308, 2**53, 10**400, float("nan"), float("inf")]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | NUMBERS | TEXTS
ANYTHING = st.recursive(
    SCALARS, lambda each: st.lists(each, max_size=4) | st.dictionaries(NAMES, each, max_size=4), max_leaves=12
)
OBJECTS = st.dictionaries(NAMES, ANYTHING, max_size=5)


def can_be_kept(value: Any) -> bool:
    """Whether the checks let it pass."""
    try:
        values.check(value, "metadata")
    except DomainError:
        return False
    return True


KEPT = OBJECTS.filter(can_be_kept)


def same(one: Any, other: Any) -> bool:
    """Equal as JSON, where True is not 1; a whole number is the same however it is written."""
    return json.dumps(settled(one), sort_keys=True) == json.dumps(settled(other), sort_keys=True)


def nested(depth: int) -> Any:
    """A value of so many levels."""
    found: Any = "leaf"
    for level in range(depth - 1):
        found = {"a": found} if level % 2 else [found]
    return found
