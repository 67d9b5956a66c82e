"""Settings → Webhooks: the list, the form, the secret that is shown once, what is asked before an act."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from tests.factories import make_prompt
from tests.webhooks.logged import URL, hooked, owed
from versioning.webhooks.forms import grouped
from versioning.webhooks.models import Delivery, Endpoint
from versioning.webhooks.services.endpoints import secrets_of
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event

PAGE = "settings/webhooks/"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
NEW = {"url": "https://hooks.example/new", "description": "For the team", "which": "every"}


def event():
    return Event.objects.newest_first().first()


def test_who_has_none_is_told_what_to_do(web):
    page = web.get(PAGE).content.decode()

    assert "No webhook yet" in page
    assert f'href="/w/demo/{PAGE}new/"' in page


def test_the_list_says_of_each_how_it_goes(cast, web):
    hooked(cast, url="https://a.example/untried")
    owed(hooked(cast, url="https://b.example/working"), event(), "delivered")
    failing = owed(hooked(cast, url="https://c.example/failing"), event(), "retrying")
    failing.log.update(started_at=timezone.now() - timedelta(hours=3, minutes=5))
    off = hooked(cast, url="https://d.example/off")
    Endpoint.objects.filter(pk=off.pk).update(disabled_at=timezone.now(), disabled_why="It is gone.")

    page = web.get(PAGE).content.decode()
    rows = {name: row for row in page.split("<tr>") for name in "abcd" if f"{name}.example" in row}

    assert "4 webhooks" in page
    assert "nothing sent yet" in rows["a"]
    assert "working" in rows["b"]
    assert "failing" in rows["c"]
    assert "for 3 hours" in rows["c"]
    assert "switched off" in rows["d"]
    assert "It is gone." in rows["d"]


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], "Every Event"),
        (["version.published"], "Made live"),
        (["version.published", "member.joined"], "Made live and member joined"),
        (
            ["version.published", "staging.set", "staging.cleared"],
            "Made live, set staging and cleared staging",
        ),
        (
            ["version.locked", "version.published", "key.created", "key.revoked"],
            "Locked, made live and 2 more",
        ),
    ],
)
def test_the_list_says_in_words_what_it_is_told_of(cast, web, events, said):
    hooked(cast, events=events)

    assert f">{said}</span>" in web.get(PAGE).content.decode()


def test_a_failure_before_something_came_through_is_no_failing(cast, web):
    endpoint = hooked(cast)
    owed(endpoint, event(), "failed")
    make_prompt(cast.eve, slug="a")
    owed(endpoint, event(), "delivered")

    assert ">working</span>" in re.sub(r"<svg.*?</svg>\s*", "", web.get(PAGE).content.decode())


def test_every_event_can_be_chosen_in_one_group():
    names = [name for group in grouped() for name, _, _ in group.offered]

    assert sorted(names) == sorted(EventName.values)
    assert [group.title for group in grouped()][:2] == ["Prompts and agents", "Versions"]
    assert all(group.offered for group in grouped())


def test_a_new_webhook_shows_its_secret_this_once(web):
    answer = web.post(f"{PAGE}new/", **NEW)
    page = answer.content.decode()
    endpoint = Endpoint.objects.get()
    [secret] = SECRET.findall(page)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert secrets_of(endpoint, timezone.now()) == [secret]
    assert (endpoint.url, endpoint.description, endpoint.events) == (NEW["url"], NEW["description"], [])
    assert "from standardwebhooks import Webhook" in page
    assert secret not in web.get(f"{PAGE}{endpoint.pk}/").content.decode()


def test_the_snippet_that_is_shown_works(web, monkeypatch, capsys):
    page = web.post(f"{PAGE}new/", **NEW).content.decode()
    [secret] = SECRET.findall(page)
    code = re.search(r'aria-label="How to verify"><code>(.*?)</code>', page, re.S)[1].replace("&quot;", '"')
    monkeypatch.setenv("PREVISE_WEBHOOK_SECRET", secret)
    body, now = '{"type":"version.published","data":{"url":"https://x.example"}}', timezone.now()
    signature = Webhook(secret).sign("an-id", now, body)
    headers = {
        "Webhook-Id": "an-id", "Webhook-Timestamp": str(int(now.timestamp())), "Webhook-Signature": signature,
    }  # fmt: skip

    names = {}
    exec(code, names)
    names["receive"](body.encode(), headers)

    assert capsys.readouterr().out == "version.published https://x.example\n"


def test_the_same_form_twice_makes_one_and_shows_the_secret_once(web):
    answers = [web.post(f"{PAGE}new/", **NEW, once="a-key-of-this-page") for _ in range(2)]

    assert Endpoint.objects.count() == 1
    assert [bool(SECRET.search(answer.content.decode())) for answer in answers] == [True, False]


def test_only_some_events_are_chosen_by_their_names(web):
    web.post(f"{PAGE}new/", **NEW | {"which": "some", "events": ["staging.set", "version.published"]})

    assert Endpoint.objects.get().events == ["version.published", "staging.set"]


def test_every_event_is_every_event_whatever_was_ticked_before(web):
    web.post(f"{PAGE}new/", **NEW | {"events": ["staging.set"]})

    assert Endpoint.objects.get().events == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"url": ""}, "This field is required"),
        ({"url": "ftp://x.example"}, "https://"),
        ({"which": "some"}, "Choose at least one"),
        ({"which": "some", "events": ["no.event"]}, "not one of the available choices"),
        ({"which": "all"}, "not one of the available choices"),
        ({"description": "x" * 201}, "at most 200"),
        ({"url": "https://x.example/\0"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(web, changed, says):
    answer = web.post(f"{PAGE}new/", **NEW | {"description": "Typed words", **changed})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert says in page
    assert 'class="errorlist"' in page
    assert changed.get("url", NEW["url"]).replace("\0", "") in page.replace("\0", "")
    assert changed.get("description", "Typed words") in page
    assert not Endpoint.objects.exists()


def test_all_that_is_wrong_is_said_at_once(web):
    page = web.post(f"{PAGE}new/", **NEW | {"url": "nowhere", "which": "some"}).content.decode()

    assert page.count('class="errorlist"') == 2


def test_chosen_events_stay_chosen_when_something_else_is_wrong(web):
    page = web.post(f"{PAGE}new/", **NEW | {"url": "", "which": "some", "events": ["key.created"]}).content

    assert b'value="key.created" checked' in page
    assert b'value="some" checked' in page
    assert page.count(b" checked") == 2


def test_beyond_the_most_the_form_says_so_and_keeps_what_was_typed(cast, web, monkeypatch):
    monkeypatch.setattr("versioning.webhooks.services.endpoints.MOST", 1)
    hooked(cast)

    answer = web.post(f"{PAGE}new/", **NEW)

    assert answer.status_code == 422
    assert "Remove one first" in answer.content.decode()
    assert NEW["description"] in answer.content.decode()


def test_a_webhook_is_changed(cast, web):
    endpoint = hooked(cast, events=["key.created"])
    form = web.get(f"{PAGE}{endpoint.pk}/edit/").content.decode()

    answer = web.post(f"{PAGE}{endpoint.pk}/edit/", **NEW | {"which": "some", "events": ["staging.set"]})

    assert URL in form
    assert 'value="key.created" checked' in form
    assert (answer.status_code, answer["Location"]) == (303, f"/w/demo/{PAGE}{endpoint.pk}/")
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.events) == (NEW["url"], ["staging.set"])


def test_a_change_that_is_wrong_changes_nothing(cast, web):
    endpoint = hooked(cast)

    answer = web.post(f"{PAGE}{endpoint.pk}/edit/", **NEW | {"url": "nowhere"})

    assert answer.status_code == 422
    assert Endpoint.objects.get().url == URL


def test_the_question_before_a_rotation_says_how_long_the_former_signs(cast, web):
    endpoint = hooked(cast)

    asked = web.get(f"{PAGE}{endpoint.pk}/rotate/").content.decode()

    assert "signs beside it for 24 hours" in asked
    assert endpoint.last4.replace("=", "") in asked
    assert "It stops at once" not in asked


def test_a_rotation_shows_the_new_secret_once_and_the_next_question_says_what_stops(cast, web):
    endpoint = hooked(cast)

    page = web.post(f"{PAGE}{endpoint.pk}/rotate/").content.decode()
    [secret] = SECRET.findall(page)

    endpoint.refresh_from_db()
    assert secrets_of(endpoint, timezone.now())[0] == secret
    assert len(secrets_of(endpoint, timezone.now())) == 2
    assert "the former one signs too, for 24 hours" in page
    assert "It stops at once" in web.get(f"{PAGE}{endpoint.pk}/rotate/").content.decode()
    assert "the former signs until" in web.get(f"{PAGE}{endpoint.pk}/").content.decode()


def test_switching_off_asks_first_and_switching_on_does_not(cast, web):
    endpoint = hooked(cast)
    owed(endpoint, event())

    asked = web.get(f"{PAGE}{endpoint.pk}/disable/").content.decode()
    off = web.post(f"{PAGE}{endpoint.pk}/disable/")
    page = web.get(f"{PAGE}{endpoint.pk}/").content.decode()
    on = web.post(f"{PAGE}{endpoint.pk}/enable/")

    assert "will never be told of" in asked
    assert "What it is owed waits (1)" in asked
    assert (off.status_code, on.status_code) == (303, 303)
    assert "Switched off." in page
    assert "Switch on</button>" in page
    assert not Endpoint.objects.get().disabled_at


def test_removing_asks_first_and_leads_back_to_the_list(cast, web):
    endpoint = hooked(cast)
    owed(endpoint, event())

    asked = web.get(f"{PAGE}{endpoint.pk}/remove/").content.decode()
    answer = web.post(f"{PAGE}{endpoint.pk}/remove/")

    assert "what it is owed (1) is given up" in asked
    assert (answer.status_code, answer["Location"]) == (303, f"/w/demo/{PAGE}")
    assert web.get(f"{PAGE}{endpoint.pk}/").status_code == 404
    assert "No webhook yet" in web.get(PAGE).content.decode()
    assert Delivery.objects.of(endpoint).get().state == "failed"


def test_editors_and_viewers_see_no_tab_and_are_refused(cast, web):
    endpoint = hooked(cast)

    for actor in (cast.eve, cast.bob):
        theirs = web.of(actor)
        assert "Webhooks" not in theirs.get("settings/").content.decode()
        for path in ("", "new/", f"{endpoint.pk}/", f"{endpoint.pk}/edit/"):
            assert theirs.get(PAGE + path).status_code == 403, path
    assert ">Webhooks</a>" in web.of(cast.ada).get("settings/").content.decode()
