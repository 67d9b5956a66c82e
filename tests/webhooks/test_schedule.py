"""When what failed is tried again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from versioning.webhooks import schedule

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(schedule, "now", lambda: NOON)


def wait(tried, retry_after=""):
    return schedule.next_try(tried, retry_after) - NOON


def test_the_waits_grow_and_are_never_the_same_for_all():
    for tried, nominal in enumerate(schedule.WAITS, start=1):
        waits = {wait(tried) for _ in range(50)}
        assert len(waits) > 40
        assert all(nominal * 0.9 <= one <= nominal * 1.1 for one in waits)


def test_it_takes_three_days_until_it_is_given_up():
    assert timedelta(days=3) <= sum(schedule.WAITS, timedelta()) <= timedelta(days=3.5)
    assert schedule.next_try(len(schedule.WAITS)) is not None
    assert schedule.next_try(len(schedule.WAITS) + 1) is None


def test_an_endpoint_gets_the_patience_that_it_asks_for():
    assert wait(1, "3600") == timedelta(hours=1)
    assert wait(1, format_datetime(NOON + timedelta(hours=2), usegmt=True)) == timedelta(hours=2)


@pytest.mark.parametrize("asked", ["999999999999", "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_but_a_day_at_most(asked):
    assert wait(1, asked) == timedelta(hours=24)


@pytest.mark.parametrize(
    "asked",
    ["0", "-5", "1", "soon", "", "٣", "Sat, 21 Nov 2020 12:00:00 GMT", "Sat, 21 Nov 2026", "\x00", "1e9",
     "Sat, 99 Nov 2026 12:00:00 GMT"],
)  # fmt: skip
def test_it_hurries_nobody_and_nonsense_asks_nothing(asked):
    assert wait(2, asked) >= timedelta(minutes=4.5)
    assert wait(2, asked) <= timedelta(minutes=5.5)
