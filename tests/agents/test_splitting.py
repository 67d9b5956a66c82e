"""The circle: each caller has one place for good, and a changed split moves only who has to move."""

import uuid
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.splitting import PLACES, divide, moves, place_of, sizes, version_at

CONNECTOR = uuid.UUID("6f1c2b1e-3c7b-4b8e-9a53-0d4f6a1b2c3d")
CALLERS = [f"+4179{number:07}" for number in range(100_000)]


@st.composite
def splits(draw: st.DrawFn) -> dict[int, int]:
    """2 to 20 versions and their places, 10,000 in all."""
    versions = draw(st.lists(st.integers(1, 30), min_size=2, max_size=20, unique=True))
    cuts = draw(st.lists(st.integers(1, PLACES - 1), min_size=len(versions) - 1,
                         max_size=len(versions) - 1, unique=True))  # fmt: skip
    ends = [0, *sorted(cuts), PLACES]
    return {version: ends[at + 1] - ends[at] for at, version in enumerate(versions)}


def covers(places: list[tuple[int, int, int]]) -> bool:
    """Whether each place belongs to exactly one version, in order, neighbours of one version as one."""
    starts, ends = [each[0] for each in places], [each[1] for each in places]
    owners = [each[2] for each in places]
    return (
        starts == [0, *ends[:-1]]
        and ends[-1] == PLACES
        and all(start < end for start, end, _ in places)
        and all(one != other for one, other in pairwise(owners))
    )


def test_a_hundred_thousand_callers_land_within_half_a_percent():
    places = divide({41: 8_000, 42: 1_500, 43: 500})

    landed = Counter(version_at(places, place_of(CONNECTOR, caller)) for caller in CALLERS)

    shares = {version: 100 * count / len(CALLERS) for version, count in landed.items()}
    assert {version: abs(shares[version] - wanted) < 0.5 for version, wanted in
            {41: 80, 42: 15, 43: 5}.items()} == dict.fromkeys((41, 42, 43), True), shares  # fmt: skip


def test_the_half_percent_would_tell_a_wrong_split():
    """The planted fault: sides by a sum of the digits, as one might write it, miss by far."""
    places = divide({41: 8_000, 42: 1_500, 43: 500})

    landed = Counter(version_at(places, sum(map(int, caller[1:])) * 137 % PLACES) for caller in CALLERS)

    assert abs(100 * landed[41] / len(CALLERS) - 80) > 0.5


def test_a_caller_gets_the_same_side_always_and_another_one_at_another_connector():
    places = divide({1: 5_000, 2: 5_000})
    other = uuid.UUID(int=7)

    first, again, there = (
        [version_at(places, place_of(connector, caller)) for caller in CALLERS[:1_000]]
        for connector in (CONNECTOR, CONNECTOR, other)
    )

    assert first == again
    assert 400 < sum(one != two for one, two in zip(first, there, strict=True)) < 600


def test_a_changed_split_moves_the_callers_that_have_to_move_and_no_other():
    before = divide({41: 8_000, 42: 1_500, 43: 500})
    after = divide({41: 7_500, 42: 2_000, 43: 500}, before)

    went = Counter()
    for caller in CALLERS:
        place = place_of(CONNECTOR, caller)
        went[version_at(before, place), version_at(after, place)] += 1

    assert {way for way in went if way[0] != way[1]} == {(41, 42)}
    assert abs(100 * went[41, 42] / len(CALLERS) - 5) < 0.5


def test_the_place_of_a_caller_is_fixed_for_good():
    """Other numbers here would move every caller of every split that is in use."""
    places = [place_of(CONNECTOR, caller) for caller in ("", "+41791234567", "Zoë", "a b")]

    assert places == [332, 1256, 4889, 7267]


@given(splits())
def test_a_first_division_gives_each_its_places_in_the_order_of_the_split(weights: dict[int, int]):
    places = divide(weights)

    assert covers(places)
    assert [version for _, _, version in places] == list(weights)
    assert sizes(places) == weights


@given(st.lists(splits(), min_size=2, max_size=6))
@settings(max_examples=200)
def test_every_change_moves_exactly_what_the_versions_gain(story: list[dict[int, int]]):
    places = divide(story[0])
    for weights in story[1:]:
        had = sizes(places)
        gained = sum(max(0, size - had.get(version, 0)) for version, size in weights.items())

        after = divide(weights, places)

        assert covers(after)
        assert sizes(after) == weights
        assert sum(moves(places, after).values()) == gained
        assert all(had[old] > weights.get(old, 0) and weights[new] > had.get(new, 0)
                   for old, new in moves(places, after))  # fmt: skip
        places = after


@given(splits())
def test_the_same_split_again_moves_nobody(weights: dict[int, int]):
    places = divide(weights)

    assert divide(weights, places) == places


@given(st.lists(splits(), min_size=30, max_size=30))
@settings(max_examples=20, deadline=None)
def test_ranges_stay_few_however_often_a_split_is_changed(story: list[dict[int, int]]):
    places: list[tuple[int, int, int]] = []
    for weights in story:
        places = divide(weights, places)

    assert len(places) <= 100


def test_small_steps_there_and_back_leave_few_ranges():
    places = divide({1: 9_999, 2: 1})
    for share in [*range(100, 10_000, 100), *range(9_800, 0, -100)]:
        places = divide({1: PLACES - share, 2: share}, places)

    assert len(places) <= 3


def test_who_comes_back_to_an_old_split_need_not_be_where_they_were_but_no_more_move_than_must():
    first = divide({1: 5_000, 2: 5_000})
    second = divide({1: 2_000, 2: 8_000}, first)

    third = divide({1: 5_000, 2: 5_000}, second)

    assert sum(moves(second, third).values()) == 3_000


def test_a_place_that_nobody_owns_is_an_error():
    with pytest.raises(LookupError):
        version_at([(0, 10, 1)], 10)


def test_weights_that_do_not_fill_the_circle_are_an_error():
    with pytest.raises(AssertionError):
        divide({1: 9_999})
