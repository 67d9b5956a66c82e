"""Times in words: relative where one scans, exact where one decides."""

from datetime import UTC, datetime, timedelta

import pytest

from versioning.workspaces.templatetags.previse import exact, in_words, named

NOW = datetime(2026, 11, 21, 14, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=2), "just now"),
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=12), "12 s ago"),
        (timedelta(minutes=3, seconds=50), "3 min ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(hours=24), "yesterday"),
        (timedelta(hours=40), "2 days ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=7), "14 Nov"),
        (timedelta(days=325), "31 Dec 2025"),
        (timedelta(days=-3), "24 Nov"),
    ],
)
def test_a_moment_is_told_as_far_back_as_it_lies(back, words):
    assert in_words(NOW - back, NOW) == words


def test_the_exact_time_is_in_utc_to_the_second():
    assert exact(NOW) == "21 Nov 2026, 14:03:09 UTC"


def test_a_number_takes_its_noun():
    assert [named(1, "prompt"), named(0, "prompt"), named(1204, "prompt")] == [
        "1 prompt", "0 prompts", "1,204 prompts",
    ]  # fmt: skip
