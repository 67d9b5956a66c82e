"""Configurations that were made to hold up a server: each is compared within its bounds."""

import gc
import json
import random
import time

import pytest

from tests.versions.configs import applied, written
from versioning.versions.diff.field_data import as_data
from versioning.versions.diff.fields import TOO_BIG, compare_fields
from versioning.versions.diff.values import TOO_DEEP, pretty

LIMIT = 2.0  # seconds, on a machine with two busy cores


def config(value):
    return {"agent": {"metadata": value}}


def timed(old, new):
    """The changes and the seconds that they took; the better of two, for others use the machine too."""
    taken = []
    for _ in range(2):
        gc.collect()
        start = time.process_time()
        changes = compare_fields(config(old), config(new))
        taken.append(time.process_time() - start)
        if taken[-1] < LIMIT:
            break
    return changes, min(taken)


def items(count, **fields):
    return [{"id": f"i{number}", "name": f"n{number}", "x": number, **fields} for number in range(count)]


def shuffled(values, seed=1):
    return random.Random(seed).sample(values, len(values))


def nested(depth, leaf, *, as_list=False):
    value = leaf
    for _ in range(depth):
        value = [value] if as_list else {"a": value}
    return value


COLLIDING = [number * (2**61 - 1) for number in range(1, 10_001)]  # all of one hash

PAIRS = {
    "100,000 keys that all change": (
        {f"k{n}": n for n in range(100_000)}, {f"k{n}": n + 1 for n in range(100_000)},
    ),
    "100,000 keys that all go and 100,000 that come": (
        {f"k{n}": n for n in range(100_000)}, {f"l{n}": n for n in range(100_000)},
    ),
    "10,000 items by id, shuffled": (items(10_000), shuffled(items(10_000))),
    "10,000 items by id, all changed": (items(10_000), items(10_000, y=1)),
    "10,000 items by id, all others": (items(10_000), [{"id": f"j{n}"} for n in range(10_000)]),
    "10,000 objects without a name, shuffled": (
        [{"x": n} for n in range(10_000)], shuffled([{"x": n} for n in range(10_000)]),
    ),
    "10,000 objects without a name, all changed": (
        [{"x": n, "y": 1} for n in range(10_000)], [{"x": -n - 1, "y": 1} for n in range(10_000)],
    ),
    "10,000 plain values, shuffled": (list(range(10_000)), shuffled(list(range(10_000)))),
    "10,000 plain values of few kinds, shuffled": (
        [n % 150 for n in range(10_000)], shuffled([n % 150 for n in range(10_000)]),
    ),
    "10,000 plain values of two kinds": (
        [n % 2 for n in range(10_000)], [random.Random(n).randrange(2) for n in range(10_000)],
    ),
    "10,000 objects of few kinds, shuffled": (
        [{"x": n % 150} for n in range(10_000)], shuffled([{"x": n % 150} for n in range(10_000)]),
    ),
    "300 wide objects that are half alike": (
        [{f"k{k}": k for k in range(300)} | {"n": n} for n in range(300)],
        [{f"k{k}": k for k in range(300)} | {"m": n} for n in range(300)],
    ),
    "numbers of one hash": (COLLIDING, shuffled(COLLIDING)),
    "ids of one hash": ([{"id": n} for n in COLLIDING], shuffled([{"id": n} for n in COLLIDING])),
    "500 lists of 200 plain values, shuffled": (
        [[n * k % 7 for k in range(200)] for n in range(500)],
        [shuffled([n * k % 7 for k in range(200)], n) for n in range(500)],
    ),
    "a text of 4,000,000 characters": ("a" * 4_000_000, "a" * 3_999_999 + "b"),
    "64 levels with 1,000 leaves each": (
        nested(60, {f"k{n}": n for n in range(1_000)}), nested(60, {f"k{n}": -n for n in range(1_000)}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_a_hostile_pair_is_compared_in_time_and_completely(name):
    old, new = PAIRS[name]

    changes, seconds = timed(old, new)

    assert seconds < LIMIT
    assert changes
    assert written(applied(config(old), changes)) == written(config(new))
    assert len(as_data(changes)) == len(changes)


@pytest.mark.parametrize("depth", [64, 500, 1_000, 9_000])
@pytest.mark.parametrize("as_list", [False, True])
def test_no_depth_breaks_it(depth, as_list):
    old, new = (nested(depth, leaf, as_list=as_list) for leaf in (1, 2))

    (change,), seconds = timed(old, new)

    assert (change.old, change.new) == (1, 2) or change.note or as_list
    assert change.path.startswith("metadata")
    assert seconds < LIMIT


@pytest.mark.parametrize("depth", [64, 300, 9_000, 50_000])
def test_a_value_nested_too_deep_is_shown_as_such(depth):
    shown = pretty(nested(depth, {"$secret": "hidden-id", "rev": 1}))

    assert "hidden-id" not in shown
    assert "••••" in shown or shown == TOO_DEEP


def test_depth_that_a_configuration_may_have_is_shown():
    assert json.loads(pretty(nested(64, 1))) == nested(64, 1)


def test_a_list_that_costs_too_much_is_shown_whole_and_says_so():
    old, new = PAIRS["10,000 objects of few kinds, shuffled"]

    (change,) = compare_fields(config(old), config(new))

    assert (change.kind, change.note) == ("changed", TOO_BIG)
    assert (change.old, change.new) == (old, new)


def test_values_that_share_their_parts_are_numbered_once():
    value = [1]
    for _ in range(40):  # 2^40 leaves, if one walks them all
        value = [value, value]
    start = time.process_time()

    compare_fields(config({"x": value}), config({"x": value, "y": 1}))

    assert time.process_time() - start < LIMIT


@pytest.mark.parametrize("old", [None, {}, {"agent": None}, {"agent": []}, {"agent": "x", "triggers": {}}])
@pytest.mark.parametrize(
    "new",
    [{}, {"agent": 1}, {"triggers": [1, None, {"id": []}]}, {"triggers": [{"id": "a"}, {"id": "a"}]},
     {"triggers": {"id": "x"}, "agent": {"": {"": ""}}}, {"schemas": [{"id": True}, {"id": "b", "name": 3}]}],
)  # fmt: skip
def test_what_is_no_configuration_is_compared_all_the_same(old, new):
    changes = compare_fields(old, new)

    assert len(as_data(changes)) == len(changes)


def test_names_that_look_like_paths_or_are_long_stay_apart():
    old = {"a.b": 1, "a": {"b": 1}, "x" * 500: 1, "x" * 501: 1}
    new = {"a.b": 2, "a": {"b": 2}, "x" * 500: 2, "x" * 501: 2}

    data = as_data(compare_fields(config(old), config(new)))

    assert len(data) == 4
    assert max(map(len, data)) < 120
