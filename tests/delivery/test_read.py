"""What a read of a prompt answers."""

import hashlib
import json

import pytest

from prompts.services import archive
from tests.delivery.house import House
from tests.server import Server
from versioning.versions import services

TEXT = "Hello {{ name }}, {{place}}.\nÜmlaut, \U0001f600 and \u2028 stay.\n{{ name }} {{ no-variable }}"


def test_a_live_key_reads_the_live_version_with_all_its_fields(house: House, server: Server):
    prompt = house.prompt(source=TEXT, live=2)
    house.act(services.roll_back, prompt, 1)

    answer = server.prompt(prompt.slug, house.key())

    said = answer.json()
    assert answer.status_code == 200
    assert list(said) == [
        "kind", "slug", "label", "number", "content", "variables", "served_from", "generation", "since",
        "digest", "stale",
    ]  # fmt: skip
    assert said["content"] == TEXT
    assert said["variables"] == ["name", "place"]
    assert (said["kind"], said["slug"], said["label"], said["number"]) == ("prompt", prompt.slug, "v1", 1)
    assert (said["served_from"], said["stale"]) == ("live", False)
    assert said["since"].endswith("Z")
    assert said["digest"] == hashlib.sha256(TEXT.encode()).hexdigest()


def test_the_headers_say_what_a_cache_and_a_program_need(house: House, server: Server):
    prompt = house.prompt()

    answer = server.prompt(prompt.slug, house.key())

    headers = answer.headers
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == len(answer.content)
    assert headers["cache-control"] == "private, no-cache"
    assert headers["vary"] == "Authorization"
    assert headers["previse-served-from"] == "live"
    assert int(headers["previse-generation"]) == answer.json()["generation"]
    assert headers["etag"].startswith('"')
    assert headers["x-request-id"]
    assert "previse-stale" not in headers


def test_a_sound_request_id_comes_back_and_any_other_is_replaced(house: House, server: Server):
    key = house.key()

    sound = server.get("/v1/prompts/greeting", key, X_Request_ID="order-66")
    odd = server.get("/v1/prompts/greeting", key, X_Request_ID="a b\t<c>")

    assert sound.headers["x-request-id"] == "order-66"
    assert odd.headers["x-request-id"] not in ("", "a b\t<c>")


def test_a_test_key_reads_staging_and_a_live_key_never_does(house: House, server: Server):
    prompt = house.prompt(live=2, drafts=1)
    house.act(services.stage, prompt, 3)

    for_live = server.prompt(prompt.slug, house.key("live")).json()
    for_test = server.prompt(prompt.slug, house.key("test")).json()

    assert (for_live["number"], for_live["served_from"]) == (2, "live")
    assert (for_test["number"], for_test["served_from"]) == (3, "staging")


def test_a_staged_draft_of_a_prompt_that_never_was_live_is_read_by_test_keys_alone(
    house: House, server: Server
):
    prompt = house.prompt(live=0, drafts=1)
    house.act(services.stage, prompt, 1)

    for_live, for_test = (server.prompt(prompt.slug, house.key(kind)) for kind in ("live", "test"))

    assert for_live.json()["code"] == "no_live_version"
    assert for_test.json()["number"] == 1


def test_without_a_staging_pointer_a_test_key_reads_live_and_is_told(house: House, server: Server):
    prompt = house.prompt()

    answer = server.prompt(prompt.slug, house.key("test"))

    assert answer.json()["served_from"] == answer.headers["previse-served-from"] == "live"


@pytest.mark.parametrize("kind", ["live", "test"])
def test_a_pinned_version_is_frozen_and_may_be_kept_for_ever(house: House, server: Server, kind: str):
    prompt = house.prompt(live=2)

    answer = server.prompt(prompt.slug, house.key(kind), version=1)

    said = answer.json()
    assert (said["number"], said["served_from"], said["generation"]) == (1, "pinned", None)
    assert "immutable" in answer.headers["cache-control"]
    assert "previse-generation" not in answer.headers


def test_a_draft_cannot_be_pinned_until_it_was_live(house: House, server: Server):
    prompt, key = house.prompt(live=1, drafts=1), house.key()

    draft = server.prompt(prompt.slug, key, version=2)
    house.act(services.promote, prompt, 2)
    frozen = server.prompt(prompt.slug, key, version=2)

    assert (draft.status_code, draft.json()["code"]) == (404, "not_found")
    assert (frozen.status_code, frozen.json()["number"]) == (200, 2)


def test_nothing_live_is_told_from_unknown(house: House, server: Server):
    prompt, key = house.prompt(live=0, drafts=1), house.key()

    nothing, unknown = server.prompt(prompt.slug, key), server.prompt("never-was", key)

    assert (nothing.status_code, nothing.json()["code"]) == (404, "no_live_version")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert nothing.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", [{}, {"version": 1}])
def test_what_belongs_to_others_answers_byte_for_byte_as_what_never_was(
    house: House, server: Server, query: dict[str, int]
):
    foreign = House.build().prompt()

    theirs = server.prompt(foreign.slug, house.key(), **query)
    nobodys = server.prompt("never-was", house.key(), **query)

    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert theirs.status_code == 404


def test_an_archived_prompt_has_nothing_live_and_its_pins_still_answer(house: House, server: Server):
    prompt, key = house.prompt(), house.key()
    house.act(services.unpublish, prompt)
    house.act(archive, prompt)

    served, pinned = server.prompt(prompt.slug, key), server.prompt(prompt.slug, key, version=1)

    assert (served.status_code, served.json()["code"]) == (404, "no_live_version")
    assert (pinned.status_code, pinned.json()["number"]) == (200, 1)


@pytest.mark.parametrize(
    "query",
    ["version=", "version=0", "version=-1", "version=v2", "version=2.0", "version=%D9%A3",
     "version=2&version=2", "version=two", "version=%00", "version=1e3", "a=b&version=%20"],
)  # fmt: skip
def test_a_bad_version_is_refused_with_what_to_send(house: House, server: Server, query: str):
    key = house.key()

    answer = server.get(f"/v1/prompts/greeting?{query}", key)

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid", "version")


@pytest.mark.parametrize("number", ["99999999999", "4294967296", "9" * 5000])
def test_a_number_that_no_version_can_have_is_not_found(house: House, server: Server, number: str):
    prompt = house.prompt()

    answer = server.get(f"/v1/prompts/{prompt.slug}?version={number}", house.key())

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(house: House, server: Server, method: str):
    answer = server.ask(method, "/v1/prompts/greeting", house.key())

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_answers_as_get_without_the_body(house: House, server: Server):
    prompt, key = house.prompt(), house.key()

    got, head = server.prompt(prompt.slug, key), server.ask("HEAD", f"/v1/prompts/{prompt.slug}", key)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]


def test_the_body_is_json_in_utf_8_without_escapes(house: House, server: Server):
    prompt = house.prompt(source=TEXT)

    answer = server.prompt(prompt.slug, house.key())

    assert "Ümlaut, \U0001f600".encode() in answer.content
    assert json.loads(answer.content)["content"] == TEXT
