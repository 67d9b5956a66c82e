"""`Idempotency-Key`: the same request sent twice acts once, and both get the same answer."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.api_client import Rest
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions.models import Version
from versioning.workspaces.models import Event

KEPT = ("ETag", "Location", "Content-Type", "Cache-Control")
ONCE = {"Idempotency-Key": "order-66"}


def test_a_repeated_request_gets_the_first_answer_and_acts_once(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    first = rest.post("prompts/greeting/versions", ONCE, source="Once")
    second = rest.post("prompts/greeting/versions", ONCE, source="Once")

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert [second[name] for name in KEPT] == [first[name] for name in KEPT]
    assert (second["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)
    assert Version.objects.count() == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("agents", {"slug": "other"}), ("agents/desk/triggers", {"name": "weekly"}),
        ("agents/desk/lock", {"message": "Once"}), ("agents/desk/publish", {"version": "draft"}),
        ("agents/desk/versions/1/copy", {"slug": "twin"}),
    ],
)  # fmt: skip
def test_each_verb_of_agents_acts_once_for_a_key(rest, cast, path, body):
    make_agent(cast.eve, slug="desk", locked=1)
    before = Event.objects.count()

    first, second = (rest.post(path, ONCE, **body) for _ in range(2))
    acted = Event.objects.count() - before
    third = rest.post(path, **body)

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert first.status_code < 300
    assert [second.get(name) for name in KEPT] == [first.get(name) for name in KEPT]
    assert acted == (2 if "publish" in path else 1)
    assert third.content != first.content


def test_the_same_key_for_another_body_or_address_is_refused(rest, cast):
    make_prompt(cast.eve, slug="greeting")
    rest.post("prompts/greeting/versions", ONCE, source="Once")

    body = rest.post("prompts/greeting/versions", ONCE, source="Twice")
    address = rest.post("prompts", ONCE, slug="other")

    assert [(a.status_code, a.json()["code"]) for a in (body, address)] == [(422, "once_reused")] * 2


def test_each_principal_has_keys_of_their_own(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    numbers = [
        program.post("prompts/greeting/versions", ONCE, source="Once").json()["number"]
        for program in (rest, rest.of(cast.eve), rest.with_key("drafts"))
    ]

    assert numbers == [2, 3, 4]


def test_a_refused_request_may_be_sent_again(rest, cast):
    refused = rest.post("prompts/greeting/versions", ONCE, source="Once")
    make_prompt(cast.eve, slug="greeting")

    again = rest.post("prompts/greeting/versions", ONCE, source="Once")

    assert (refused.status_code, again.status_code) == (404, 201)


@pytest.mark.parametrize("key", ["x" * 256, "x" * 100_000])
def test_a_key_that_is_too_long_is_refused(rest, key):
    answer = rest.post("prompts", {"Idempotency-Key": key}, slug="greeting")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_fifty_at_once_have_one_effect_and_one_answer(committed_cast):
    cast = committed_cast
    with told(cast.demo.id, cast.alice.person_id):
        make_prompt(cast.eve, slug="greeting")
    bearer = Rest(cast).of(cast.alice).bearer

    def send(_: int):
        try:
            return Rest(cast, bearer).post("prompts/greeting/versions", ONCE, source="Once")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(50)))

    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({answer.content for answer in answers}) == 1
    with told(cast.demo.id):
        assert Version.objects.count() == 2


def test_of_many_promotions_at_once_one_is_made_and_the_others_hear_why(committed_cast):
    cast = committed_cast
    with told(cast.demo.id, cast.alice.person_id):
        prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=6)
        prompt.refresh_from_db()
    bearer = Rest(cast).of(cast.alice).bearer

    def send(number: int):
        try:
            path = f"prompts/greeting/versions/{number}/promote"
            return Rest(cast, bearer).post(path, generation=prompt.generation)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(2, 8)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 5}
