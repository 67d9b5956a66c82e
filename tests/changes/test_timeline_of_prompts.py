"""The History tab of a prompt: who did what, when and why, what it replaced, what was live at a moment."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prompts.services import change_prompt
from tests.factories import VersionFactory, make_prompt
from tests.versions.pages import body
from versioning.versions import services
from versioning.workspaces.models import Event, Workspace

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute)


def test_every_act_is_told_in_plain_words_newest_first(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    services.stage(cast.ada, prompt, 2)
    services.promote(cast.alice, prompt, 2, message="Shorter answers")
    services.roll_back(cast.ada, prompt, 1, message="Too short")
    services.unstage(cast.eve, prompt)
    services.unpublish(cast.alice, prompt, message="Recalled")

    text = body(web.get("prompts/one/history/"))

    told = [
        "Alice Unpublished v1 nothing is live from then on Recalled",
        "Eve Cleared staging before: v2",
        "Ada Rolled back to v1 before: v2 Too short",
        "Alice Promoted v2 before: v1 Shorter answers",
        "Ada Set staging to v2 before: not set",
        "Eve Saved v2",
        "Eve Promoted v1 before: nothing",
        "Eve Saved v1",
        "Eve Created prompt one version 1",
    ]
    places = [text.index(words) for words in told]
    assert places == sorted(places)


def test_via_and_request_are_there_on_demand(cast, web):
    prompt = make_prompt(cast.eve, slug="one")
    event = Event.objects.of(prompt.pk).order_by("-sequence").first()

    page = web.get("prompts/one/history/")

    assert event.request_id in body(page)
    assert "version.created on the pages" in body(page)


def test_what_was_renamed_is_told_with_both_names(cast, web):
    prompt = make_prompt(cast.eve, slug="one", name="Old name")
    change_prompt(cast.ada, prompt, name="New name")

    text = body(web.get("prompts/one/history/"))

    assert "Ada Renamed prompt Old name to New name version 2" in text


@pytest.mark.parametrize(
    ("acts", "told", "left"),
    [
        ("live", "Promoted v1", "Set staging"),
        ("staging", "Set staging", "Saved v2"),
        ("drafts", "Saved v2", "Promoted v1"),
        ("created", "Created prompt one", "Saved v2"),
        ("nonsense", "Promoted v1", "no such thing"),
    ],
)
def test_the_acts_can_be_narrowed(cast, web, acts, told, left):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)

    for name in ("act", "acts"):  # what it was called first
        text = body(web.get("prompts/one/history/", **{name: acts}))

        assert told in text
        assert left not in text


def test_a_long_history_goes_on_by_cursor_and_names_each_day_once(cast, web, htmx):
    prompt = make_prompt(cast.eve.dated(at(9)), slug="one", drafts=1)
    for n in range(60):
        VersionFactory(actor=cast.eve.dated(at(10, n)), prompt=prompt, message=f"Step {n}")

    first = web.get("prompts/one/history/")
    url = first.content.decode().split('hx-get="/w/demo/prompts/one/history/?before=')[1].split('"')[0]
    rest = htmx.client.get(htmx.url("prompts/one/history/?before=" + url.replace("&amp;", "&")))

    assert "Step 59" in body(first)
    assert "Step 9" not in body(first)
    assert first.content.decode().count('class="day"') == 1
    assert body(first).count("20 Nov 2026") == 50  # each act's own moment
    assert "<html" not in rest.content.decode()
    assert "Step 9" in body(rest)
    assert 'class="day"' not in rest.content.decode()
    assert "Created prompt one" in body(rest)


def test_many_acts_cost_the_same_queries_and_load_no_text(cast, web):
    few = make_prompt(cast.eve, slug="few", drafts=2)
    services.update_draft(cast.eve, few, 1, source="Other\n")
    many = make_prompt(cast.eve, slug="many", drafts=1)
    for n in range(60):
        services.update_draft(cast.eve, many, 1, source=f"Other {n}\n")
    web.get("prompts/few/history/")

    with CaptureQueriesContext(connection) as short:
        web.get("prompts/few/history/")
    with CaptureQueriesContext(connection) as long:
        page = web.get("prompts/many/history/")

    assert len(long) <= len(short)
    assert "Other 3" not in page.content.decode()


def test_the_text_that_a_rewrite_replaced_can_be_read(cast, web):
    prompt = make_prompt(cast.eve, slug="one", source="The former words <b>.\n")
    event = services.update_draft(cast.ada, prompt, 1, source="The new words.\n") and (
        Event.objects.of(prompt.pk).order_by("-sequence").first()
    )

    page = web.get("prompts/one/history/", former=event.sequence)

    assert "The text of v1 before Ada rewrote the draft v1" in body(page)
    assert "The former words &lt;b&gt;." in page.content.decode()
    assert f"former={event.sequence}" in web.get("prompts/one/history/").content.decode()


def test_the_text_of_a_deleted_draft_can_be_read(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1)
    VersionFactory(actor=cast.eve, prompt=prompt, source="Lost and found.\n")
    services.delete_draft(cast.eve, prompt, 2)
    event = Event.objects.of(prompt.pk).order_by("-sequence").first()

    text = body(web.get("prompts/one/history/", former=event.sequence))

    assert "Lost and found." in text
    assert "deleted the draft v2" in text


@pytest.mark.parametrize("former", ["1", "999"])
def test_an_act_that_replaced_no_text_is_404(cast, web, former):
    make_prompt(cast.eve, slug="one")

    assert web.get("prompts/one/history/", former=former).status_code == 404


def lived(cast, slug="one"):
    prompt = make_prompt(cast.eve.dated(at(8)), slug=slug, drafts=2)
    services.promote(cast.eve.dated(at(9)), prompt, 1, message="First")
    services.stage(cast.ada.dated(at(10)), prompt, 2)
    services.promote(cast.eve.dated(at(11)), prompt, 2)
    services.roll_back(cast.ada.dated(at(12)), prompt, 1, message="Back")
    services.unpublish(cast.alice.dated(at(13)), prompt, message="Recalled")
    return prompt


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        ("2026-11-20T08:30", "nothing was live."),
        ("2026-11-20T09:30", "v1 was live, promoted by Eve on 20 Nov 2026, 09:00 UTC: First."),
        ("2026-11-20T11:00", "v2 was live, promoted by Eve on 20 Nov 2026, 11:00 UTC."),
        ("2026-11-20T12:30", "v1 was live, brought back by Ada on 20 Nov 2026, 12:00 UTC: Back."),
        ("2026-11-20T13:30+01:00", "v1 was live, brought back by Ada"),
        ("2026-11-20T14:03", "nothing was live: Alice unpublished v1 on 20 Nov 2026, 13:00 UTC: Recalled."),
        ("2026-11-20", "nothing was live: Alice unpublished v1"),
    ],
)
def test_what_was_live_at_a_moment_is_answered_in_words(cast, web, moment, answer):
    lived(cast)

    text = body(web.get("prompts/one/history/", at=moment))

    assert "At 20 Nov 2026" in text
    assert answer in text


def test_what_was_on_staging_is_answered_too_unless_staging_is_off(cast, web):
    lived(cast)

    before = body(web.get("prompts/one/history/", at="2026-11-20T09:30"))
    after = body(web.get("prompts/one/history/", at="2026-11-20T10:30"))
    Workspace.objects.filter(pk=cast.demo.pk).update(staging_enabled=False)
    off = body(web.get("prompts/one/history/", at="2026-11-20T10:30"))

    assert "Staging was not set: test keys read live." in before
    assert "v2 was on staging, set by Ada on 20 Nov 2026, 10:00 UTC." in after
    assert "was on staging" not in off


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "2026-13-40", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "'", "20261120T99"],
)
def test_a_moment_that_is_none_is_explained(cast, web, moment):
    lived(cast)

    page = web.get("prompts/one/history/", at=moment)

    assert page.status_code == 200
    assert "is no moment" in body(page)


@pytest.mark.parametrize(
    "query",
    [
        {"before": "x"},
        {"before": "1_2_3_4"},
        {"before": f"{10**40}_0_0_{'0' * 32}"},
        {"acts": "\x00"},
        {"act": "'"},
        {"who": "x" * 36},
        {"time": "always"},
        {"from": "2026-99-99", "to": "9999-12-31"},
        {"resource": "%"},
        {"q": "\x00 % _ \\ ' \" {}"},
        {"former": "x"},
    ],
)
def test_a_query_that_makes_no_sense_is_passed_over(cast, web, query):
    lived(cast)

    assert web.get("prompts/one/history/", **query).status_code == 200
