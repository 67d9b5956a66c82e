"""Lists: limit, offset, cursor, totals."""

import base64
import json

import pytest

from tests.factories import AgentFactory, make_agent, make_prompt
from versioning.lib import paging


def walk(rest, path, **query):
    """All pages by cursor."""
    items, cursor = [], ""
    while True:
        page = rest.get(path, cursor=cursor, **query).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_a_list_says_its_limit_offset_and_total(rest, cast):
    make_prompt(cast.eve, slug="greeting", drafts=25)

    first = rest.get("prompts/greeting/versions").json()
    last = rest.get("prompts/greeting/versions", limit=10, offset=20).json()

    assert (len(first["items"]), first["total"], first["limit"], first["offset"]) == (20, 25, 20, 0)
    assert [v["number"] for v in last["items"]] == [5, 4, 3, 2, 1]
    assert (last["next_cursor"], "total_is_minimum" in last) == (None, False)


@pytest.mark.parametrize(
    "path",
    [
        "prompts", "prompts/a/versions", "prompts/a/events", "events", "members", "keys", "agents",
        "agents/a/versions", "agents/a/events", "history", "agents/a/history",
    ],
)  # fmt: skip
def test_a_walk_by_cursor_meets_everything_once(rest, cast, path):
    make_prompt(cast.eve, slug="a", live=2, drafts=3)
    make_agent(cast.eve, slug="a", locked=3)
    for slug in "bcdef":
        AgentFactory(actor=cast.eve, slug=slug)
        make_prompt(cast.eve, slug=slug)
        rest.with_key()

    walked, whole = walk(rest, path, limit=2), rest.get(path, limit=200).json()["items"]

    assert len(whole) > 3
    assert walked == whole


def test_what_is_added_while_one_reads_on_shifts_nothing(rest, cast):
    make_prompt(cast.eve, slug="a", drafts=4)
    first = rest.get("prompts/a/versions", limit=2).json()

    rest.post("prompts/a/versions", source="Another")
    second = rest.get("prompts/a/versions", limit=2, cursor=first["next_cursor"]).json()

    assert [v["number"] for v in first["items"] + second["items"]] == [4, 3, 2, 1]


def test_prompts_are_listed_by_their_last_change_when_asked(rest, cast):
    for slug in "ab":
        make_prompt(cast.eve, slug=slug)
    rest.patch("prompts/a", name="Changed")

    orders = [
        [p["slug"] for p in rest.get("prompts", sort=by).json()["items"]] for by in ("created", "changed")
    ]

    assert orders == [["b", "a"], ["a", "b"]]


def test_a_total_is_counted_so_far_and_then_said_to_be_a_minimum(rest, cast, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 3)
    make_prompt(cast.eve, slug="a", drafts=5)

    body = rest.get("prompts/a/versions").json()

    assert (body["total"], body["total_is_minimum"], len(body["items"])) == (3, True, 5)


def cursor_of(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": -1}, {"limit": 10**9}, {"limit": "all"}, {"limit": 1.5}, {"offset": -1},
        {"offset": 2**63}, {"cursor": "x"}, {"cursor": "é"}, {"cursor": "a" * 2000},
        {"cursor": cursor_of("number", "x")}, {"cursor": cursor_of("number")}, {"cursor": cursor_of("pk", 1)},
        {"cursor": cursor_of("number", None)}, {"cursor": cursor_of("number", [1])},
        {"cursor": cursor_of("number", 1e999)}, {"cursor": cursor_of(*[[]] * 300)}, {"cursor": "MQ"},
        {"q": "x" * 501}, {"cursor": cursor_of("number", 2), "offset": 3},
    ],
)  # fmt: skip
def test_a_wrong_page_is_refused_with_its_field(rest, cast, query):
    make_prompt(cast.eve, slug="a")

    answer = rest.get("prompts/a/versions", **query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_cursor_of_another_list_or_workspace_opens_nothing(rest, cast):
    make_prompt(cast.eve, slug="a", drafts=3)
    cursor = rest.get("prompts/a/versions", limit=1).json()["next_cursor"]

    elsewhere = rest.get("events", cursor=cursor)
    by_stranger = rest.of(cast.charlie).get("prompts/a/versions", cursor=cursor)

    assert (elsewhere.status_code, by_stranger.status_code) == (422, 404)


@pytest.mark.parametrize("number", [10**30, -5, 0])
def test_a_cursor_beyond_all_numbers_is_only_beyond(rest, cast, number):
    make_prompt(cast.eve, slug="a", drafts=3)

    answer = rest.get("prompts/a/versions", cursor=cursor_of("number", number))

    assert (answer.status_code, len(answer.json()["items"])) == (200, 3 if number > 0 else 0)


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "(a+)+$", "‮", "a\0b"])
def test_search_takes_words_as_they_were_typed(rest, cast, words):
    make_prompt(cast.eve, slug="a")

    answers = [rest.get("prompts", q=words), rest.get("prompts/a/versions", q=words, text=1)]

    assert {answer.status_code for answer in answers} <= {200, 422}
    assert not any(answer.json().get("items") for answer in answers)
