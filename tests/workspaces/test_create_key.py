"""Create a key: shown once, kept as a digest."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_prompt
from tests.refusals import refused
from versioning.workspaces import keys as form
from versioning.workspaces.models import ApiKey, Event, Once
from versioning.workspaces.services.keys import create_key

ASKED = {"name": "checkout", "kind": "live", "expiry": "none"}
KEY = re.compile(r"pv_(?:live|test)_[0-9A-Za-z]{42}")


def test_the_key_is_shown_in_the_answer_and_nowhere_after(cast, web):
    answer = web.post("settings/keys/create/", **ASKED, once="first")

    secret, kept = KEY.search(answer.content.decode()).group(), ApiKey.objects.get()
    assert form.well_formed(secret)
    assert bytes(kept.digest) == form.digest(secret)
    assert answer["Cache-Control"] == "no-store"
    assert Once.objects.get(key="first").body is None
    assert not KEY.search(web.get("settings/keys/").content.decode())
    assert not KEY.search(str(Event.objects.get(name="key.created").data))


def test_sending_the_form_again_makes_no_second_key_and_shows_none(cast, web):
    web.post("settings/keys/create/", **ASKED, once="first")

    again = web.post("settings/keys/create/", **ASKED, once="first")

    assert again.status_code == 409
    assert "shown once" in again.content.decode()
    assert not KEY.search(again.content.decode())
    assert ApiKey.objects.count() == 1


def test_the_curl_line_reads_a_prompt_that_is_there(cast, web):
    make_prompt(cast.alice, slug="greeting", live=1)

    page = web.post("settings/keys/create/", **ASKED).content.decode()

    assert "/v1/prompts/greeting" in page


@pytest.mark.parametrize(("expiry", "days"), [("30", 30), ("90", 90), ("365", 365)])
def test_an_expiry_is_counted_from_now(cast, web, expiry, days):
    web.post("settings/keys/create/", **ASKED | {"expiry": expiry})

    left = ApiKey.objects.get().expires_at - timezone.now()
    assert timedelta(days=days) - timedelta(minutes=1) < left <= timedelta(days=days)


def test_a_key_may_last_until_the_end_of_a_day(cast, web):
    day = (timezone.now() + timedelta(days=5)).date()

    web.post("settings/keys/create/", **ASKED | {"expiry": "date", "date": day.isoformat()})

    assert ApiKey.objects.get().expires_at.isoformat() == f"{day}T23:59:59+00:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"kind": "gold"},
        {"scopes": ["everything"]},
        {"expiry": "date"},
        {"expiry": "date", "date": "2020-01-01"},
        {"expiry": "date", "date": "soon"},
        {"expiry": "-5"},
    ],
)
def test_a_key_that_is_not_sound_is_not_made(cast, web, wrong):
    answer = web.post("settings/keys/create/", **ASKED | wrong)

    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_scopes_are_kept(cast, web):
    web.post("settings/keys/create/", **ASKED | {"scopes": ["drafts", "history"]})

    assert ApiKey.objects.get().scopes == ["drafts", "history"]


def test_an_unknown_kind_is_refused_by_the_service(cast):
    with refused("invalid"):
        create_key(cast.alice, name="program", kind="gold")


def test_an_editor_makes_no_key(cast, web):
    answer = web.of(cast.eve).post("settings/keys/create/", **ASKED)

    assert answer.status_code == 403
    assert not ApiKey.objects.exists()
