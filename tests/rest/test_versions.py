"""Versions in REST: save, read, rewrite, delete, compare."""

import pytest

from tests.factories import make_prompt
from versioning.versions import services


def test_a_saved_version_is_the_next_draft(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=1)

    answer = rest.post(
        "prompts/greeting/versions", source="Hi {{ name }} and {{friend}}", message="Warmer", base=1
    )

    body = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == "/api/prompts/greeting/versions/2"
    assert answer["ETag"] == body["tag"] == '"2-1"'
    assert body | {"created": "", "updated": ""} == {
        "label": "v2", "number": 2, "status": "draft", "staging": False, "message": "Warmer",
        "author": "Alice", "created": "", "updated": "", "locked_at": None, "forked_from": 1,
        "tag": '"2-1"', "variables": ["name", "friend"], "size": 28,
        "source": "Hi {{ name }} and {{friend}}",
    }  # fmt: skip


def test_a_source_comes_back_byte_for_byte(rest, cast):
    make_prompt(cast.eve, slug="greeting")
    source = "  Zeile 1\r\n\tZeile\u00a02 \u202e שלום 🙂 {{ x }}\n\n"

    number = rest.post("prompts/greeting/versions", source=source).json()["number"]

    assert rest.get(f"prompts/greeting/versions/{number}").json()["source"] == source


def test_the_history_is_newest_first_and_without_texts_unless_asked(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=2, drafts=1)

    plain = rest.get("prompts/greeting/versions").json()
    full = rest.get("prompts/greeting/versions", include="source").json()

    assert [(v["label"], v["status"]) for v in plain["items"]] == [
        ("v3", "draft"), ("v2", "live"), ("v1", "retired"),
    ]  # fmt: skip
    assert "source" not in plain["items"][0]
    assert "source" in full["items"][0]
    assert plain["items"][0]["variables"] == ["name"]


def test_the_history_is_searched_in_messages_and_by_a_switch_in_texts(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting")
    services.save_version(cast.eve, prompt, source="An aardvark", message="Of animals")

    by_message = rest.get("prompts/greeting/versions", q="animals").json()
    without, within = (rest.get("prompts/greeting/versions", q="aardvark", text=t).json() for t in (0, 1))

    assert (by_message["total"], without["total"], within["total"]) == (1, 0, 1)


def test_a_draft_is_rewritten_with_the_tag_that_was_read(rest, cast):
    make_prompt(cast.eve, slug="greeting")
    tag = rest.get("prompts/greeting/versions/1")["ETag"]

    answer = rest.patch("prompts/greeting/versions/1", {"If-Match": tag}, source="New", message="Why")

    assert (answer.status_code, answer["ETag"], answer.json()["source"]) == (200, '"1-2"', "New")


@pytest.mark.parametrize("way", ["header", "field", "field without quotes"])
def test_a_stale_tag_is_refused_with_the_one_of_now(rest, cast, way):
    make_prompt(cast.eve, slug="greeting")
    rest.of(cast.eve).patch("prompts/greeting/versions/1", source="Eve's words")
    headers = {"If-Match": '"1-1"'} if way == "header" else {}
    field = {"header": {}, "field": {"expected_version": '"1-1"'}}.get(way, {"expected_version": "1-1"})

    answer = rest.patch("prompts/greeting/versions/1", headers, source="Alice's words", **field)

    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert answer.json()["tag"] == '"1-2"'
    assert rest.get("prompts/greeting/versions/1").json()["source"] == "Eve's words"


def test_two_different_tags_are_refused(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    differing = rest.patch(
        "prompts/greeting/versions/1", {"If-Match": '"1-1"'}, source="x", expected_version="1-2"
    )
    several = rest.patch("prompts/greeting/versions/1", {"If-Match": '"1-1", "1-2"'}, source="x")

    assert (differing.status_code, several.status_code) == (422, 422)


def test_a_star_matches_any_draft_that_there_is(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    there = rest.patch("prompts/greeting/versions/1", {"If-Match": "*"}, source="New")
    not_there = rest.patch("prompts/greeting/versions/9", {"If-Match": "*"}, source="New")

    assert (there.status_code, not_there.status_code) == (200, 404)


def test_a_frozen_version_cannot_be_rewritten_or_deleted(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=1)

    rewritten = rest.patch("prompts/greeting/versions/1", source="New")
    deleted = rest.delete("prompts/greeting/versions/1")

    assert {rewritten.json()["code"], deleted.json()["code"]} == {"frozen"}


def test_deleting_a_staged_draft_clears_staging_and_leaves_its_number_empty(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)

    stale = rest.delete("prompts/greeting/versions/2", {"If-Match": '"2-9"'})
    body = rest.delete("prompts/greeting/versions/2", {"If-Match": '"2-1"'}).json()
    number = rest.post("prompts/greeting/versions", source="Another").json()["number"]

    assert stale.status_code == 412
    assert (body["staging"], body["versions"], number) == (None, 1, 3)


def test_a_comparison_has_lines_words_and_variables(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", source="Hello {{ name }}, nice to see you.\nSame\n")
    services.save_version(cast.eve, prompt, source="Hallo {{ friend }}, nice to see you.\nSame\n")

    body = rest.get("prompts/greeting/compare", **{"from": 1, "to": 2}).json()

    comparison = body["comparison"]
    assert body["success"] is True
    assert (comparison["from_version"], comparison["to_version"], comparison["places"]) == (1, 2, 1)
    assert comparison["variables"] == {"added": {"friend": 1}, "removed": ["name"], "kept": []}
    row = comparison["blocks"][0]["rows"][0]
    assert (row["old_no"], row["new_no"], row["kind"]) == (1, 1, "changed")
    assert row["old"][0] == {"text": "Hello {{ name }}", "kind": "mark"}
    assert comparison["url"].endswith("/w/demo/prompts/greeting/compare/1...2/")


def test_folded_lines_come_when_asked_for(rest, cast):
    lines = "".join(f"line {n}\n" for n in range(50))
    prompt = make_prompt(cast.eve, slug="greeting", source=f"{lines}old\n")
    services.save_version(cast.eve, prompt, source=f"{lines}new\n")

    brief, full = (
        rest.get("prompts/greeting/compare", **{"from": 1, "to": 2, "full": full}).json() for full in (0, 1)
    )

    folded = [body["comparison"]["blocks"][0] for body in (brief, full)]
    assert [(block["kind"], len(block["rows"])) for block in folded] == [("fold", 0), ("fold", 47)]


def test_comparing_what_is_not_there_is_not_found(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    answer = rest.get("prompts/greeting/compare", **{"from": 1, "to": 2})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
