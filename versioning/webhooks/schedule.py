"""When what failed is tried again: by a schedule of three days, then no more."""

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone

# After each failed attempt, the wait until the next. Ten attempts in a little more than three days.
WAITS = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
JITTER = 0.1  # of each wait, either way: what failed together does not come back together
LONGEST = timedelta(hours=24)  # that an endpoint can ask for by Retry-After


def now() -> datetime:
    """The clock of the schedule."""
    return timezone.now()


def next_try(tried: int, retry_after: str = "") -> datetime | None:
    """When it is due after so many attempts failed; None when it is given up.

    An endpoint that asks for patience (Retry-After) gets it, for a day at most; it hurries nobody.
    """
    if tried > len(WAITS):
        return None
    wait = WAITS[max(tried, 1) - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    return now() + max(wait, min(_asked(retry_after), LONGEST))


def _asked(retry_after: str) -> timedelta:
    """What the header says: seconds, or a date; nothing where it says neither."""
    said = retry_after.strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), int(LONGEST.total_seconds())))
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return timedelta(0)
    if at.tzinfo is None:
        return timedelta(0)
    return max(at - now(), timedelta(0))
