"""Days and hours of a history are the reader's: by the zone that their browser told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from tests.factories import make_agent
from versioning.lib.zones import zone_of
from versioning.versions import services
from versioning.workspaces.models import Event

LATE = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)


@pytest.fixture
def agent(cast):
    made = make_agent(cast.eve.dated(LATE), slug="desk")
    services.lock(cast.eve.dated(LATE), made, message="Late at night")
    return made


def page(web, cast, zone="", query=""):
    member = web.of(cast.bob)
    if zone:
        member.client.cookies["tz"] = zone
    return member.get(f"agents/desk/history/{query}").content.decode()


@pytest.mark.parametrize(
    ("zone", "day", "hour", "word"),
    [
        ("", "4 Mar", "23:30", "UTC"),
        ("Europe/Berlin", "5 Mar", "00:30", "CET"),
        ("Asia/Kolkata", "5 Mar", "05:00", "IST"),
        ("../../etc/passwd", "4 Mar", "23:30", "UTC"),
        ("Europe", "4 Mar", "23:30", "UTC"),
        ("Nowhere/Land", "4 Mar", "23:30", "UTC"),
    ],
)
def test_an_entry_stands_under_the_readers_day_and_hour(cast, web, agent, zone, day, hour, word):
    shown = page(web, cast, zone)

    assert f"<h2>{day}</h2>" in shown
    assert f">{hour}</time>" in shown
    assert f'<span class="muted">{word}</span>' in shown


def test_a_moment_that_is_typed_is_the_readers_and_one_with_an_offset_is_not(cast, web, agent):
    first = Event.objects.of(agent.pk).order_by("sequence").first()
    assert first.created_at == LATE

    typed = page(web, cast, "Europe/Berlin", "?at=2026-03-05T00:29")
    offset = page(web, cast, "Europe/Berlin", "?at=2026-03-04T23:31%2B00:00")

    assert "did not exist then: it was created on 5 Mar 2026, 00:30 CET" in typed
    assert "As of 5 Mar 2026, 00:31 CET" in offset
    assert "did not exist then" not in offset


def test_a_day_of_a_filter_is_the_readers(cast, web, agent):
    here = page(web, cast, "Europe/Berlin", "?from=2026-03-05&to=2026-03-05")
    there = page(web, cast, "", "?from=2026-03-05&to=2026-03-05")

    assert "Late at night" in here
    assert "Late at night" not in there


def test_a_zone_is_a_real_one():
    request = RequestFactory().get("/")
    request.COOKIES["tz"] = "Asia/Kathmandu"

    assert LATE.astimezone(zone_of(request)).utcoffset() == timedelta(hours=5, minutes=45)
