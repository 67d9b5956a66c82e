"""The lane chart: which version was live and on staging, when."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_prompt
from versioning.versions import services
from versioning.versions.kinds import KINDS
from versioning.versions.presenters.lanes import MOST_SEGMENTS, chart
from versioning.workspaces.models import Workspace

NOW = datetime.now(UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def drawn(cast, slug="one", asked="90", actor=None):
    who = actor or cast.alice.dated(NOW)
    return chart(who, KINDS["prompt"].find(who, slug), asked)


def labels(lane):
    return [segment.label for segment in lane.segments]


@pytest.fixture
def moved(cast):
    prompt = make_prompt(cast.eve.dated(ago(80)), slug="one", drafts=3)
    services.promote(cast.eve.dated(ago(70)), prompt, 1)
    services.promote(cast.eve.dated(ago(40)), prompt, 2)
    services.roll_back(cast.ada.dated(ago(20)), prompt, 1)
    services.stage(cast.ada.dated(ago(10)), prompt, 3)
    return prompt


def test_the_live_lane_shows_each_version_and_marks_a_rollback(cast, moved):
    live, _ = drawn(cast).lanes

    assert labels(live) == ["v1", "v2", "↩ v1"]
    assert [segment.look.split()[-1] for segment in live.segments] == ["seg-live", "seg-live", "now"]
    assert float(live.segments[0].x) == pytest.approx(100 * 20 / 90, abs=0.1)
    assert float(live.segments[1].width) == pytest.approx(100 * 20 / 90, abs=0.1)
    assert "brought back" not in live.segments[2].title
    assert "rolled back by Ada" in live.segments[2].title


def test_the_staging_lane_says_where_it_was_not_set(cast, moved):
    _, staging = drawn(cast).lanes

    assert labels(staging) == ["not set: serves live", "v3"]
    assert "unset" in staging.segments[0].look
    assert "served live" in staging.segments[0].title


def test_a_window_knows_the_state_at_its_start(cast, moved):
    live, _ = drawn(cast, asked="30").lanes

    assert labels(live) == ["v2", "↩ v1"]
    assert float(live.segments[0].x) == 0


def test_a_window_without_a_move_shows_what_stands(cast, moved):
    live, staging = drawn(cast, asked="7").lanes

    assert labels(live) == ["v1"]
    assert labels(staging) == ["v3"]
    assert live.segments[0].width == "100.00"


def test_unpublishing_leaves_a_gap_that_says_so(cast, moved):
    services.unpublish(cast.alice.dated(ago(5)), moved)

    live, _ = drawn(cast).lanes

    assert labels(live)[-1] == "nothing live"
    assert "Nothing was live" in live.segments[-1].title


def test_all_of_the_time_reaches_back_to_the_first_move(cast, moved):
    found = drawn(cast, asked="all")

    assert labels(found.lanes[0])[0] == "v1"
    assert found.words.startswith("Served since the beginning.")


@pytest.mark.parametrize("asked", ["", "8", "x", "-1"])
def test_an_unknown_range_is_ninety_days(cast, moved, asked):
    assert drawn(cast, asked=asked).range == "90"


def test_the_chart_is_said_in_words(cast, moved):
    words = drawn(cast).words

    assert words.startswith("Served over the last 90 days. Live: v1, v2, then rolled back to v1 since ")
    assert "Staging: v3 since " in words


def test_a_prompt_that_never_served_says_nothing_was(cast):
    make_prompt(cast.eve, slug="one")

    found = drawn(cast, actor=cast.alice)

    assert labels(found.lanes[0]) == []
    assert "Live: nothing." in found.words


def test_with_staging_off_there_is_one_lane(cast, moved):
    Workspace.objects.filter(pk=cast.demo.pk).update(staging_enabled=False)
    cast.demo.refresh_from_db()
    cast.alice.workspace.refresh_from_db()

    found = drawn(cast)

    assert [lane.name for lane in found.lanes] == ["live"]
    assert "Staging" not in found.words


def test_the_chart_is_one_query_however_much_moved(cast, moved):
    who = cast.alice.dated(NOW)
    artifact = KINDS["prompt"].find(who, "one")

    with CaptureQueriesContext(connection) as queries:
        chart(who, artifact, "90")

    assert len(queries) == 1


def test_a_restless_pointer_is_drawn_in_few_pieces(cast):
    prompt = make_prompt(cast.eve.dated(ago(80)), slug="one", drafts=2)
    for step in range(260):
        services.stage(cast.eve.dated(ago(60) + timedelta(minutes=step)), prompt, 1 + step % 2)

    found = drawn(cast)
    _, staging = found.lanes

    assert len(staging.segments) <= MOST_SEGMENTS
    assert any("moves between" in segment.title for segment in staging.segments)
    assert labels(staging)[-1] == "v2"
    assert "earlier moves" in found.words


@pytest.mark.parametrize("asked", ["7", "30", "90", "365", "all"])
def test_dates_stand_under_the_chart_in_order(cast, moved, asked):
    ticks = drawn(cast, asked=asked).ticks

    places = [float(tick.x) for tick in ticks]
    assert 1 <= len(ticks) <= 13
    assert places == sorted(places)


def test_the_page_shows_the_chart_and_htmx_swaps_it_alone(cast, moved, web, htmx):
    page = web.get("prompts/one/versions/", range="30").content.decode()
    part = htmx.client.get(htmx.url("prompts/one/versions/"), {"range": "7"}, headers={"HX-Target": "lanes"})

    html = part.content.decode()
    assert 'role="img" aria-label="Served over the last 30 days.' in page
    assert "<title>v" in page
    assert "<html" not in html
    assert 'aria-label="Served over the last 7 days.' in html
