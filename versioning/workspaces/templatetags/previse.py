"""What templates say of time and number: `{{ at|ago }}`, `{{ at|exact }}`, `{{ count|named:"prompt" }}`."""

from datetime import UTC, datetime

from django import template
from django.utils import timezone

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.filter
def ago(at: datetime | None) -> str:
    """A moment as one scans it: "12 s ago", "yesterday", "15 Nov", "31 Dec 2024"; '' for none."""
    return in_words(at, timezone.now()) if at else ""


@register.filter
def exact(at: datetime | None) -> str:
    """A moment as one decides by it: "15 Nov 2026, 14:03:09 UTC"; '' for none."""
    if at is None:
        return ""
    here = at.astimezone(UTC)
    return f"{here.day} {here:%b %Y, %H:%M:%S} UTC"


@register.filter
def named(count: int, noun: str) -> str:
    """A number with its noun: "1 prompt", "1,204 prompts"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@register.filter
def thousands(count: int) -> str:
    """A number as it is read: "41,882"."""
    return f"{count:,}"


def in_words(at: datetime, now: datetime) -> str:
    """How long ago `at` was, seen from `now`; past a week, and ahead of now, its date."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    seconds = int((now - at).total_seconds())
    days = (now.date() - at.date()).days
    if -MINUTE < seconds < 5:  # clocks differ by a little
        return "just now"
    if 0 <= seconds < MINUTE:
        return f"{seconds} s ago"
    if 0 <= seconds < HOUR:
        return f"{seconds // MINUTE} min ago"
    if 0 <= seconds < DAY:
        hours = seconds // HOUR
        return "1 hour ago" if hours == 1 else f"{hours} hours ago"
    if days == 1:
        return "yesterday"
    if 1 < days < 7:
        return f"{days} days ago"
    date = f"{at.day} {at:%b}"
    return date if at.year == now.year else f"{date} {at.year}"
