"""The reader's time zone: where a page shows hours, they are the reader's; kept and compared is UTC.

Browsers say their zone in the cookie `tz` (static/js/previse.js). Without it, or with one that is no zone,
pages are in UTC, and say so. Programs always get UTC.
"""

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

COOKIE = "tz"
NAME = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def zone_of(request: HttpRequest) -> tzinfo:
    """The zone that the reader's browser named, or UTC."""
    name = request.COOKIES.get(COOKIE, "")
    if not NAME.fullmatch(name):
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # no such zone, or a folder of zones
        return UTC


def here(at: datetime) -> datetime:
    """A moment in the reader's zone."""
    return timezone.localtime(at)


def zone_word(at: datetime) -> str:
    """What the reader's zone is called at a moment: "UTC", "CET", "+0530"."""
    return here(at).tzname() or "UTC"


def in_zone(at: datetime) -> str:
    """A moment as one decides by it: "20 Nov 2026, 14:03 CET"."""
    local = here(at)
    return f"{local.day} {local:%b %Y, %H:%M} {zone_word(at)}"
