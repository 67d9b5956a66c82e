"""The server that answers: set by admins, its key sealed, sent to no other server."""

import json

import pytest

from tests.refusals import refused
from versioning.lib.transaction import told
from versioning.playground import services
from versioning.playground.models import Provider
from versioning.playground.services.providers import key_of
from versioning.workspaces.models import Event

URL, KEY = "https://api.example/v1", "sk-a-key-of-some-length-4f2a"


def put(actor, **fields):
    return services.change_provider(actor, **({"base_url": URL, "model": "tiny", "key": KEY} | fields))


def test_a_key_is_sealed_and_shown_by_its_last_four(cast):
    provider = put(cast.alice)

    assert KEY.encode() not in bytes(provider.sealed_key)
    assert (provider.shown_key, key_of(provider)) == ("••••4f2a", KEY)


def test_of_a_short_key_nothing_is_shown(cast):
    assert put(cast.alice, key="short").shown_key == "••••"


@pytest.mark.parametrize("key", [None, "••••4f2a", " ••••4f2a "])
def test_a_form_that_is_sent_back_unchanged_keeps_the_key(cast, key):
    put(cast.alice)

    assert key_of(put(cast.alice, model="large", key=key)) == KEY


def test_an_empty_key_takes_it_away(cast):
    put(cast.alice)

    provider = put(cast.alice, key="")

    assert (provider.sealed_key, provider.shown_key, key_of(provider)) == (None, "", "")


@pytest.mark.parametrize(
    "url", ["https://evil.example/v1", "https://api.example:8443/v1", "http://api.example/v1"]
)
def test_a_key_goes_to_no_other_server_than_its_own(cast, url):
    put(cast.alice)

    with refused("invalid") as caught:
        put(cast.alice, base_url=url, key="••••4f2a")

    assert caught.value.data["field"] == "key"
    assert services.provider_of(cast.alice).base_url == URL


def test_another_path_of_the_same_server_keeps_the_key(cast):
    put(cast.alice)

    assert key_of(put(cast.alice, base_url="https://api.example/openai/v1", key=None)) == KEY


def test_a_server_of_another_workspace_is_not_this_ones(cast):
    put(cast.alice)

    with told(cast.elsewhere.id, cast.charlie.person_id):
        assert services.provider_of(cast.charlie) is None
        put(cast.charlie, key="sk-another-key-of-charlie-1111")
    assert key_of(services.provider_of(cast.alice)) == KEY


def test_a_sealed_key_that_is_copied_to_another_workspace_opens_nothing(cast):
    provider = put(cast.alice)
    copied = Provider(workspace=cast.elsewhere, sealed_key=provider.sealed_key)

    assert key_of(copied) is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"base_url": "file:///etc/passwd"}, "base_url"),
        ({"base_url": ""}, "base_url"),
        ({"model": " "}, "model"),
        ({"model": "x" * 201}, "model"),
        ({"model": "a\x00b"}, "model"),
        ({"key": "two words"}, "key"),
        ({"key": "line\nline"}, "key"),
        ({"key": "schlüssel"}, "key"),
        ({"key": "x" * 4001}, "key"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(cast, fields, field):
    with refused("invalid") as caught:
        put(cast.alice, **fields)

    assert caught.value.data["field"] == field


def test_each_change_is_an_event_that_says_no_secret(cast):
    put(cast.alice)
    put(cast.alice, model="large", key="sk-the-second-key-of-theirs")
    put(cast.alice, model="large", key=None)
    services.remove_provider(cast.alice)

    events = Event.objects.filter(name__startswith="provider.").order_by("sequence")
    assert [(event.name, event.data) for event in events] == [
        (
            "provider.changed",
            {
                "changes": {"base_url": {"from": None, "to": URL}, "model": {"from": None, "to": "tiny"}},
                "key_changed": True,
            },
        ),
        ("provider.changed", {"changes": {"model": {"from": "tiny", "to": "large"}}, "key_changed": True}),
        ("provider.removed", {"base_url": URL, "model": "large"}),
    ]
    assert "sk-" not in json.dumps([event.data for event in events])


def test_to_remove_what_is_not_there_is_refused(cast):
    with refused("not_found"):
        services.remove_provider(cast.alice)


def test_the_page_shows_the_key_by_its_end_and_keeps_it(cast, web):
    put(cast.alice)

    page = web.get("settings/playground/").content.decode()
    answer = web.post("settings/playground/", base_url=URL, model="large", key="••••4f2a")

    assert "••••4f2a" in page
    assert KEY not in page
    assert answer.status_code == 303
    found = services.provider_of(cast.alice)
    assert (found.model, key_of(found)) == ("large", KEY)


def test_the_page_says_beside_its_field_what_is_wrong(web):
    answer = web.post("settings/playground/", base_url="ftp://x/", model="tiny", key="")

    assert answer.status_code == 422
    assert "Enter an address that begins with https://" in answer.content.decode()


def test_the_page_is_a_list_to_who_may_not_change_it(cast, web):
    put(cast.alice)

    page = web.of(cast.eve).get("settings/playground/").content.decode()

    assert URL in page
    assert 'name="key"' not in page
    assert web.of(cast.eve).post("settings/playground/", base_url=URL, model="x", key="").status_code == 403
    assert web.of(cast.eve).post("settings/playground/remove/").status_code == 403


def test_the_page_removes_it(cast, web):
    put(cast.alice)

    assert web.post("settings/playground/remove/").status_code == 303
    assert services.provider_of(cast.alice) is None


def test_rest_sets_reads_and_removes_it(cast, rest):
    put_ = rest.put("playground/provider", base_url=URL, model="tiny", key=KEY)
    kept = rest.put("playground/provider", base_url=URL, model="large")
    read = rest.of(cast.eve).get("playground/provider")

    assert (put_.status_code, put_.json()["key"]) == (200, "••••4f2a")
    assert (kept.json()["model"], kept.json()["key"]) == ("large", "••••4f2a")
    assert read.json() == kept.json()
    assert KEY not in read.content.decode()
    assert rest.delete("playground/provider").status_code == 204
    assert rest.get("playground/provider").json()["code"] == "not_found"


def test_rest_refuses_who_may_not(cast, rest):
    sent = {"base_url": URL, "model": "tiny", "key": KEY}

    assert rest.of(cast.eve).put("playground/provider", **sent).json()["code"] == "forbidden"
    assert rest.of(cast.bob).get("playground/provider").json()["code"] == "forbidden"
    assert rest.with_key("history", "drafts").get("playground/provider").json()["code"] == "forbidden"
