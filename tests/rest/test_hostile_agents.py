"""Hostile input to agents: refused with a reason, never a 500. The client raises what fails in a view."""

import json
import time

import pytest

from agents.models import AgentTrigger
from tests.factories import make_agent
from tests.kept import begin_with
from tests.rest.test_hostile import DEEP, is_problem

# Where a value of anyone's choice goes in: method, path, the body's field.
DOORS = {
    "llm_config": ("PATCH", "agents/a", "llm_config"),
    "metadata": ("PATCH", "agents/a", "metadata"),
    "new agent": ("POST", "agents", "metadata"),
    "schema": ("POST", "agents/a/schemas", "schema_data"),
    "rules": ("POST", "agents/a/schemas", "validation_rules"),
    "trigger": ("POST", "agents/a/triggers", "trigger_config"),
    "changed trigger": ("PATCH", "agents/a/triggers/{trigger}", "trigger_config"),
    "config": ("POST", "agents/a/mcp-servers", "config"),
}
BESIDE = {"agents": {"slug": "b"}, "agents/a/triggers": {"name": "t"}, "agents/a/mcp-servers": {"name": "m"}}
VERBS = ("lock", "publish", "unpublish", "revert", "rollback")


def make_one(cast):
    return make_agent(cast.eve, slug="a", locked=1, live=1)


made, scene, cast = begin_with(make_one)


@pytest.fixture
def agent(scene):
    return scene[1]


def send(rest, door, value):
    """A JSON text at the place of a field."""
    method, path, field = DOORS[door]
    beside = BESIDE.get(path, {}) | ({"schema_data": {"title": "s"}} if field == "validation_rules" else {})
    others = "".join(f"{json.dumps(name)}: {json.dumps(each)}, " for name, each in beside.items())
    path = path.format(trigger=AgentTrigger.objects.get().pk) if "{" in path else path
    return rest.send(method, path, f'{{{others}"{field}": {value}}}')


NO_JSON = [
    "{", "NaN", '{"a": Infinity}', '{"a": -Infinity}', '{"a": ' + "9" * 5000 + "}", '{"a": 1, "a": 1}',
    '{"a": {"b": 1, "b": 1}}', *[f'{{"a": {text}}}' for text in DEEP.values()],
]  # fmt: skip
NOT_KEPT = [
    '{"a": "x\\u0000y"}', '{"a\\u0000": 1}', '{"a": "x\\ud800y"}', '{"\\udfff": 1}', "[]", "1", '"text"',
    "true", '{"a": ' + "[" * 33 + "]" * 33 + "}", '{"a": 9007199254740993}', '{"a": 1e400}',
    '{"a": -9007199254740993}', json.dumps({"a": "x" * 256_001}), json.dumps({"a": [0] * 10_001}),
    json.dumps({str(n): n for n in range(100_000)}),
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_sound_json_is_a_bad_request(rest, agent, door):
    for value in NO_JSON:
        assert is_problem(send(rest, door, value), 400, "bad_json"), value[:80]


@pytest.mark.parametrize("door", DOORS)
def test_a_value_that_cannot_be_kept_is_refused_with_its_field(rest, agent, door):
    for value in NOT_KEPT:
        began = time.process_time()
        answer = send(rest, door, value)

        assert is_problem(answer, 422, "invalid"), value[:80]
        body = answer.json()
        assert DOORS[door][2] in (body.get("field"), body.get("errors", [{}])[0].get("field")), body
        assert time.process_time() - began < 3, value[:80]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"}, {"properties": []}, {"pattern": "("}, {"$ref": 7}, {"minimum": "one"},
        {"title": 7}, {"title": "x" * 201}, {"enum": {}}, {"required": "all"}, {"multipleOf": 0},
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_json_schema_is_refused(rest, agent, schema):
    answer = rest.post("agents/a/schemas", schema_data=schema)

    assert is_problem(answer, 422, "invalid")
    assert answer.json()["field"] == "schema_data"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://169.254.169.254/latest"}, {"$ref": "file:///etc/passwd"}, {"pattern": "(a+)+$"},
        {"$schema": "http://json-schema.org/draft-04/schema#", "title": "old"}, {"__proto__": {"x": 1}},
        {"title": "<script>alert(1)</script>"},
    ],
    ids=range(6),
)  # fmt: skip
def test_what_a_schema_refers_to_is_neither_fetched_nor_run(rest, agent, schema, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("somebody reaches out")

    monkeypatch.setattr("urllib.request.urlopen", refuse)

    answer = rest.post("agents/a/schemas", schema_data=schema)

    assert (answer.status_code, answer.json()["schema_data"]) == (201, schema)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("agents", {}), ("agents", {"slug": 7}), ("agents", {"slug": "b", "id": "x"}),
        ("agents", {"slug": "b", "workspace": "elsewhere"}), ("agents", {"slug": "b", "triggers": {}}),
        ("agents", {"slug": "b", "triggers": [1]}), ("agents", {"slug": "b", "triggers": [{"id": "x"}]}),
        ("agents", {"slug": "b", "archived": True}), ("agents", {"slug": "b", "type": "ghost"}),
        ("agents", {"slug": "b", **{str(n): n for n in range(100_000)}}),
        ("agents", {"slug": "b", "tags": ["x"] * 10_000 + ["y" * 51]}),
        ("agents", {"slug": "b", "tags": "x"}), ("agents/a/publish", {}),
        ("agents/a/publish", {"version": 0}), ("agents/a/publish", {"version": None}),
        ("agents/a/publish", {"version": "live"}), ("agents/a/publish", {"version": 1.5}),
        ("agents/a/publish", {"version": 2**31}), ("agents/a/publish", {"version": [1]}),
        ("agents/a/publish", {"version": 1, "lock": "perhaps"}), ("agents/a/rollback", {"version": "draft"}),
        ("agents/a/publish", {"version": "draft", "message": "x" * 2001}), ("agents/a/lock", {"message": 1}),
        ("agents/a/lock", {"version": 1}), ("agents/a/lock", {"message": "x" * 2001}),
        ("agents/a/revert", {"to": 1}), ("agents/a/versions/1/copy", {"slug": "../b"}),
    ],
    ids=range(27),
)  # fmt: skip
def test_a_wrong_field_is_refused(rest, agent, path, body):
    assert is_problem(rest.post(path, **body), 422, "invalid")


NOWHERE = [
    "agents/A", "agents/a%00b", "agents/%ff", "agents/" + "a" * 5000, "agents/..", "agents/a%2fb",
    "agents/a/", "agents/{ID}", "agents/{id}x", "agents/%7B{id}%7D", "agents/a/versions/0",
    "agents/a/versions/-1", "agents/a/versions/v1", "agents/a/versions/2147483648",
    "agents/a/versions/1.0",
    f"agents/a/versions/{'9' * 5000}", "agents/a/versions/DRAFT", "agents/a/versions/live",
    "agents/a/versions/１", "agents/a/versions/²", "agents/a/schemas/1", "agents/a/triggers/{id}",
    "agents/a/mcp_servers", "agents/a/secrets", "agents/'; DROP TABLE builder_agents; --",
]  # fmt: skip


def test_an_address_of_nothing_is_not_found_in_the_same_words(rest, agent):
    nothing = rest.get("agents/never-was").content

    for path in NOWHERE:
        answer = rest.get(path.format(id=agent.pk, ID=str(agent.pk).upper()))
        assert (answer.status_code, answer.content) == (404, nothing), path[:80]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_method_that_is_not_there_says_which_is(rest, agent, method):
    for verb in VERBS:
        answer = rest.send(method, f"agents/a/{verb}", "{}")

        assert is_problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("compare", "from=1"), ("compare", "from=0&to=1"), ("compare", "from=x&to=1"),
        ("compare", "to=draft"), ("compare", "from=1&to=2147483648"), ("live", "at=2026"),
        ("versions", "include=all"), ("versions", "limit=0"), ("triggers", "limit=999"),
        ("mcp-servers", "cursor=x"), ("events", "offset=-1"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_by_name(rest, agent, path, query):
    assert is_problem(rest.client.get(f"/api/agents/a/{path}?{query}"), 422, "invalid")


TAGS = ['"', '""', "W/", 'W/"1-1"', "\xe9", "x" * 10_000, "null", '"2-1', ","]


@pytest.mark.parametrize("act", ["change", "change a part", "lock", "publish", "revert"])
def test_a_strange_tag_matches_nothing(rest, agent, act):
    method, path, body = {
        "change": ("PATCH", "agents/a", {"bio": "x"}),
        "change a part": ("PATCH", f"agents/a/triggers/{AgentTrigger.objects.get().pk}", {"enabled": False}),
        "lock": ("POST", "agents/a/lock", {}),
        "publish": ("POST", "agents/a/publish", {"version": "draft"}),
        "revert": ("POST", "agents/a/revert", {}),
    }[act]

    for tag in TAGS:
        answer = rest.send(method, path, json.dumps(body), {"If-Match": tag})
        assert answer.status_code in (412, 422), tag[:80]


def test_a_body_beyond_five_megabytes_is_too_large(rest, agent):
    assert is_problem(rest.patch("agents/a", bio="x" * 5_000_001), 413, "too_large")


def test_a_configuration_too_long_to_be_kept_changes_nothing(rest, agent):
    for n in range(3):
        rest.post("agents/a/triggers", name=f"t{n}", trigger_config={"text": "x" * 255_000})

    answer = rest.post("agents/a/triggers", name="one too many", trigger_config={"text": "x" * 255_000})

    assert is_problem(answer, 422, "invalid")
    assert rest.get("agents/a/triggers").json()["total"] == 4


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "\u202e\u200b\u0301" * 3000, "  =HYPERLINK()\r\n\t", "{{ x }}{% y %}"],
)
def test_any_text_comes_back_as_it_was_sent(rest, agent, text):
    answer = rest.patch("agents/a", llm_config={"instructions": text, text[:50]: [text, None, 1.5, True]})

    assert answer.json()["llm_config"] == {"instructions": text, text[:50]: [text, None, 1.5, True]}
    assert (
        rest.get("agents/a/versions/draft").json()["configuration"]["agent"]["llm_config"]
        == (answer.json()["llm_config"])
    )
