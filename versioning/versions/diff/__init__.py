"""The diff of two texts: lines aligned, changed words marked, and nothing lost of either.

Pages call `compare_safely`; `compare` does the same in this process. Configurations are compared field by
field: `compare_fields`, and `as_data` of it for programs. Knows nothing of Django.
"""

import atexit
from hashlib import sha256

from .cache import PlanCache
from .field_data import as_data
from .fields import FieldChange, compare_fields
from .hidden import has_hidden, name_of, show_whitespace
from .plan import make_plan, unaligned
from .pool import Pool, Unanswered
from .rows import Block, Diff, Row, Span, build, split, unified
from .wire import encode

__all__ = [
    "Block",
    "Diff",
    "FieldChange",
    "Row",
    "Span",
    "as_data",
    "compare",
    "compare_fields",
    "compare_safely",
    "given_up",
    "has_hidden",
    "name_of",
    "show_whitespace",
    "split",
    "unified",
]

# Texts so small are compared here: the worst of them take less than the 50 ms a page can spare
# (benchmarks/diff.py measures it), most of them less than the way to a worker.
INLINE_CHARS = 10_000
INLINE_LINES = 200

_pool = Pool()
_cache = PlanCache()
atexit.register(_pool.close)


def compare(old: str, new: str, *, context: int = 3) -> Diff:
    """The diff of two texts, in this process; `context` counts the lines kept round a change.

    Never fails on a text. ValueError where the context is negative.
    """
    return build(old, new, make_plan(old, new), context=context)


def compare_safely(
    old: str, new: str, *, context: int = 3, timeout: float = 1.8, cached: bool = True
) -> Diff:
    """As `compare`, in a process that is killed after `timeout` seconds, waiting included.

    Past that both texts come back unaligned, with the reason. Safe to call from any thread.
    """
    if old == new or (_is_small(old) and _is_small(new)):
        return compare(old, new, context=context)
    data_old, data_new = encode(old), encode(new)
    key = (sha256(data_old).digest(), sha256(data_new).digest())
    plan = _cache.get(key) if cached else None
    if plan is None:
        try:
            plan = _pool.plan(data_old, data_new, timeout)
        except Unanswered as error:
            # Not kept: the next time the machine may be less busy.
            return given_up(old, new, str(error))
        if cached:
            _cache.put(key, plan)
    return build(old, new, plan, context=context)


def given_up(old: str, new: str, reason: str) -> Diff:
    """Both texts whole and unaligned, with the reason."""
    return build(old, new, unaligned(reason), context=3)


def _is_small(text: str) -> bool:
    return len(text) <= INLINE_CHARS and text.count("\n") <= INLINE_LINES
