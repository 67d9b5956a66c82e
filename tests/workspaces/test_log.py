"""The log: everything that was done, newest first."""

import pytest

from tests.factories import make_prompt
from versioning.versions import services as versions
from versioning.workspaces.models import Event
from versioning.workspaces.services import members
from versioning.workspaces.services.keys import create_key, revoke_key
from versioning.workspaces.services.workspaces import change_workspace
from versioning.workspaces.views import log


def said(answer):
    return [(row["event"].actor_label, row["did"]) for row in answer.context["rows"]]


def test_it_says_who_did_what_in_words(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", live=2)
    versions.roll_back(cast.ada, prompt, 1, message="It was rude")
    change_workspace(cast.ada, staging_enabled=False, protect_live=True)
    key, _ = create_key(cast.ada, name="checkout", kind="live")
    revoke_key(cast.alice, key.pk)

    answer = web.get("settings/log/")

    assert said(answer)[:6] == [
        ("Alice", "revoked the live key “checkout”"),
        ("Ada", "created the live key “checkout”"),
        ("Ada", "protected live, switched staging off"),
        ("Ada", "rolled back to v1, before v2"),
        ("Eve", "promoted v2, before v1"),
        ("Eve", "saved v2"),
    ]
    page = answer.content.decode()
    assert "It was rude" in page
    assert 'href="/w/demo/prompts/greeting/history/"' in page
    assert 'href="/w/demo/prompts/greeting/versions/1/"' in page


def test_people_are_told_in_words(cast, web):
    bob = cast.bob.user.memberships.get()
    members.change_role(cast.alice, bob.pk, "editor")
    members.invite(cast.alice, role="admin", note="for Grace")
    members.remove_member(cast.bob, bob.pk)

    answer = web.get("settings/log/")

    assert said(answer)[:3] == [
        ("Bob", "left"),
        ("Alice", "invited an admin (for Grace)"),
        ("Alice", "made Bob an editor, before viewer"),
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [("eve promoted", 2), ("PROMOTED", 2), ("greeting", 4), ("alice", 0), ("%", 0), ("a\0b", 0)],
)
def test_it_is_searched_by_person_act_and_prompt(cast, web, words, found):
    make_prompt(cast.eve, slug="greeting", live=2)
    first = web.get("settings/log/", q="created")

    answer = web.get("settings/log/", q=words)

    wanted = {"greeting": 5}.get(words, found)
    assert first.status_code == 200
    assert len([row for row in answer.context["rows"] if row["subject"]]) == wanted


@pytest.mark.parametrize(
    ("words", "found"), [("protected", 1), ("switched staging", 1), ("renamed", 0), ("changed settings", 1)]
)
def test_the_words_that_it_says_find_what_they_say(cast, web, words, found):
    change_workspace(cast.ada, staging_enabled=False, protect_live=True)

    answer = web.get("settings/log/", q=words)

    assert len(answer.context["rows"]) == found


def test_it_goes_on_by_a_cursor_without_gap_or_repetition(cast, web, monkeypatch):
    make_prompt(cast.eve, live=4)
    monkeypatch.setattr(log, "PAGE", 3)
    path, seen = "settings/log/", []

    while path:
        answer = web.get(path)
        seen += [row["event"].pk for row in answer.context["rows"]]
        path = answer.context["next_url"]

    assert len(seen) == len(set(seen)) == Event.objects.count()


@pytest.mark.parametrize(
    "cursor", ["x", "~~", "2026-01-01~1~x", "2026-01-01~99999999999999999999~" + "0" * 32]
)
def test_a_cursor_that_says_nothing_begins_at_the_top(web, cursor):
    answer = web.get("settings/log/", after=cursor)

    assert answer.status_code == 200
    assert answer.context["rows"]


def test_htmx_gets_only_the_rows_that_follow(cast, htmx, monkeypatch):
    make_prompt(cast.eve, live=4)
    monkeypatch.setattr(log, "PAGE", 3)
    first = htmx.get("settings/log/")

    rows = htmx.get(first.context["next_url"]).content.decode()

    assert rows.lstrip().startswith("<tr")
    assert "<html" not in rows


def test_a_page_costs_the_same_queries_whatever_it_shows(cast, web, django_assert_max_num_queries):
    for _ in range(3):
        make_prompt(cast.eve, live=3)

    with django_assert_max_num_queries(20):
        web.get("settings/log/")
