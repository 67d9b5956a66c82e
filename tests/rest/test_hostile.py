"""Hostile input: refused with a reason, never a 500. A failure in a view is raised by the test client."""

import json

import pytest
from django.db import OperationalError

from tests.api_client import Rest
from tests.factories import make_prompt
from tests.kept import begin_with

DEEP = {depth: "[" * depth + "]" * depth for depth in (65, 500, 9_000, 200_000)}


def beginning(cast):
    return make_prompt(cast.eve, slug="a", live=1, drafts=1)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def prompt(scene):
    return scene[1]


def is_problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["title"]
    return True


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"nonsense", b"\xff\xfe{}", b'{"source": "\xed\xa0\x80"}', '{"source": "x"}'.encode("utf-16"),
        b'{"source": NaN}', b'{"base": Infinity}', b'{"base": -Infinity}', b'{"base": ' + b"9" * 5000 + b"}",
        b'{"source": "x", "source": "y"}', b'{"source": {"a": 1, "a": 2}}', b"{} {}", b"'x'",
        *[f'{{"source": {text}}}'.encode() for text in DEEP.values()], b"\x1f\x8b\x08\x00",
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_sound_json_is_a_bad_request(rest, prompt, body):
    assert is_problem(rest.send("POST", "prompts/a/versions", body), 400, "bad_json")


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("source", b'{"source": "a\\u0000b"}'), ("source", b'{"source": "a\\ud800b"}'),
        ("message", b'{"source": "x", "message": "\\udfff"}'), ("tags", b'{"tags": ["a", "\\u0000"]}'),
        ("(a name)", b'{"\\ud800": 1}'),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_kept_is_refused_with_its_field(rest, prompt, field, body):
    answer = rest.send("POST", "prompts/a/versions", body)

    assert is_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"', "true", "{}", "", "[" * 60 + "]" * 60])
def test_a_body_of_another_form_says_which_field_is_missing(rest, prompt, body):
    answer = rest.send("POST", "prompts/a/versions", body)

    assert is_problem(answer, 422, "invalid")
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        {"source": 1}, {"source": None}, {"source": ["x"]}, {"source": {"x": 1}}, {"source": ""},
        {"source": " \n"}, {"source": "x", "base": 2**31}, {"source": "x", "base": 2**63},
        {"source": "x", "base": 0}, {"source": "x", "base": "v1"}, {"source": "x", "base": 1.5},
        {"source": "x", "message": "x" * 2001}, {"source": "x", "unknown": 1},
        {"source": "x", "__proto__": {}}, {"source": "x", "workspace": "elsewhere"},
        {"source": "x", **{str(n): n for n in range(100_000)}}, {"source": "x" * 1_000_001},
    ],
    ids=range(17),
)  # fmt: skip
def test_a_wrong_field_is_refused_by_name(rest, prompt, body):
    assert is_problem(rest.post("prompts/a/versions", **body), 422, "invalid")


def test_a_mistyped_field_is_named(rest, prompt):
    answer = rest.post("prompts/a/versions", source="x", mesage="typo")

    assert answer.json()["errors"] == [{"field": "mesage", "message": "Extra inputs are not permitted"}]


def test_of_very_many_wrong_fields_the_first_are_told(rest, prompt):
    answer = rest.post("prompts/a/versions", source="x", **{str(n): n for n in range(5_000)})

    assert is_problem(answer, 422, "invalid")
    assert len(answer.json()["errors"]) == 100


def test_a_version_that_is_not_there_is_no_base(rest, prompt):
    assert is_problem(rest.post("prompts/a/versions", source="x", base=99), 404, "not_found")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
def test_a_body_beyond_five_megabytes_is_too_large(rest, prompt, headers):
    body = json.dumps({"source": "x" * 5_000_000})

    assert is_problem(rest.send("POST", "prompts/a/versions", body, headers), 413, "too_large")


def test_an_import_beyond_its_own_limit_is_too_large(rest):
    answer = rest.client.post(
        "/api/prompts/import", content_type="application/json", CONTENT_LENGTH=50_000_001
    )

    assert is_problem(answer, 413, "too_large")


def test_an_import_may_be_larger_than_other_bodies(rest):
    line = {"prompt": "big", "message": "m", "author": "Ann", "created": "2025-04-17T17:19:55Z"}
    lines = [json.dumps(line | {"version": n, "source": f"{n}" + "x" * 900_000}) for n in range(1, 8)]

    answer = rest.send("POST", "prompts/import", "\n".join(lines))

    assert (answer.status_code, answer.json()["added"]) == (200, 7)


@pytest.mark.parametrize(
    "body", [b"\xff", b"{", b"[]\n1\nnull", b'{"prompt": "\\ud800", "version": 1}', b"\0"]
)
def test_lines_that_are_no_versions_are_told_one_by_one(rest, body):
    answer = rest.send("POST", "prompts/import", body)

    assert answer.status_code == 200
    assert (answer.json()["added"], answer.json()["problems"]) == (0, len(body.splitlines()))


@pytest.mark.parametrize(
    "path",
    [
        "prompts/A", "prompts/a%00b", "prompts/%ff", "prompts/" + "a" * 5000, "prompts/..", "prompts/a%2fb",
        "prompts/a/", "prompts/a/versions/0", "prompts/a/versions/-1", "prompts/a/versions/x",
        "prompts/a/versions/2147483648", f"prompts/a/versions/{'9' * 5000}", "prompts/a/versions/1.0", "",
        "members/1", "keys/00000000-0000-0000-0000-000000000000/x", "events/zzz", "nothing", "prompts//a",
        "prompts/‮", "prompts/'; DROP TABLE prompts_prompt; --",
    ],
    ids=range(21),
)  # fmt: skip
def test_an_address_of_nothing_is_not_found_in_the_same_words(rest, prompt, path):
    if path == "":
        path = "no-such-room"

    answer = rest.get(path)

    assert answer.status_code == 404
    assert answer.content == rest.get("prompts/never-was").content


@pytest.mark.parametrize("method", ["DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_is_not_there_says_which_are(rest, method):
    answer = rest.send(method, "prompts", "")

    assert answer.status_code == 405
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("compare", "from=1"), ("compare", "from=0&to=1"), ("compare", "from=x&to=1"),
        ("compare", "from=1&to=2&context=-1"), ("compare", "from=1&to=2&context=99999"), ("live", "at=2026"),
        ("live", "at=" + "9" * 61), ("live", "at=%00"), ("events", "limit=NaN"), ("versions", "include=all"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_by_name(rest, prompt, path, query):
    assert is_problem(rest.client.get(f"/api/prompts/a/{path}?{query}"), 422, "invalid")


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=2&foo=bar", "%ff=%fe&limit=2", "q=%ff&limit=2"])
def test_repeated_and_unknown_parameters_do_no_harm(rest, prompt, query):
    answer = rest.client.get(f"/api/prompts/a/versions?{query}")

    assert (answer.status_code, answer.json()["limit"]) == (200, 2)


def test_thousands_of_parameters_are_refused(rest, prompt):
    query = "&".join(f"p{n}=1" for n in range(5_000))

    assert is_problem(rest.client.get(f"/api/prompts?{query}"), 400, "bad_request")


def test_an_id_of_another_workspace_in_a_body_is_unknown(rest, cast, prompt):
    charlie = rest.of(cast.charlie)
    charlie.post("prompts", slug="mine", source="x")

    answers = [
        charlie.post("prompts/mine/versions", source="y", base=2),
        charlie.post("prompts/mine/rollback", version=2),
        charlie.put("prompts/mine/staging", version=2),
    ]

    assert len({answer.content for answer in answers}) == 1
    assert answers[0].status_code == 404


@pytest.mark.parametrize("tag", ['"', '""', "W/", 'W/"1-1"', "\xe9", "x" * 10_000, "null", '"2-1', ","])
def test_a_strange_tag_matches_nothing(rest, prompt, tag):
    answer = rest.patch("prompts/a/versions/2", {"If-Match": tag}, source="x")

    assert answer.status_code in (412, 422)


def test_a_failure_of_ours_tells_nothing_of_the_inside_and_changes_nothing(rest, prompt, monkeypatch):
    def explode(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("prompts.schemas.PromptOut.of", explode)
    quiet = Rest(rest.cast, rest.bearer)
    quiet.client.raise_request_exception = False

    answer = quiet.post("prompts", {"X-Request-ID": "abc"}, slug="b")
    monkeypatch.undo()

    assert is_problem(answer, 500, "server_error")
    assert b"secret" not in answer.content
    assert answer.json()["request_id"] == "abc"
    assert rest.get("prompts/b").status_code == 404


def test_a_database_that_is_away_is_said_with_when_to_come_back(rest, prompt, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection lost")

    monkeypatch.setattr("prompts.api.paged", away)

    answer = rest.get("prompts")

    assert is_problem(answer, 503, "busy")
    assert answer["Retry-After"] == "3"


@pytest.mark.parametrize(
    "source", ["<script>alert(1)</script>", "</script>{{ x }}", "\u202e\u200b\u0301" * 3000, "=HYPERLINK()"]
)
def test_any_text_comes_back_as_it_was_sent(rest, prompt, source):
    number = rest.post("prompts/a/versions", source=source, message=source[:2000]).json()["number"]

    answer = rest.get(f"prompts/a/versions/{number}")

    assert (answer.json()["source"], answer.json()["message"]) == (source, source[:2000])
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
