"""Hostile input to the history: ids of others, numbers that never were, strange cursors. Never a 500."""

import base64
import json
import uuid

import pytest

from agents.models import AgentTrigger, McpServer
from agents.services import change_agent
from prompts.services import change_prompt
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from tests.rest.test_hostile import is_problem
from versioning.changes.models import Change
from versioning.lib.transaction import told
from versioning.versions import services

NOTHING = b'{"title": "Resource not found", "status": 404, "code": "not_found"}'
NUMBERS = ["0", "-1", "2147483648", "9" * 30, "1.0", "1e3", "x", "\u0661", "1%00", "null"]
BODIES = [0, -1, 2**31, 2**63, 10**30]
NO_BODIES = [None, "x", [1], {}, 1.5, "", "1; DROP TABLE config_history"]


def make_things(cast):
    """An agent with two changes of its own, whose v1 was published, and a prompt with one."""
    agent = make_agent(cast.eve, slug="desk", bio="First.")
    services.promote(cast.eve, agent, 1)
    change_agent(cast.eve, agent, bio="Second.")
    prompt = make_prompt(cast.eve, slug="greeting", name="Greeting")
    change_prompt(cast.eve, prompt, name="Other")
    return agent, prompt


made, scene, cast = begin_with(make_things)


@pytest.fixture
def agent(scene):
    return scene[1][0]


@pytest.fixture
def prompt(scene):
    return scene[1][1]


@pytest.fixture
def own(agent):
    return f"agents/desk/versions/agent/{agent.pk}"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_version_that_never_was_is_not_found(rest, own, prompt, number):
    answers = [
        rest.get(f"{own}/{number}"), rest.get(f"prompts/greeting/history/{number}"),
        rest.get(f"agents/desk/snapshots/{number}"),
    ]  # fmt: skip

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, NOTHING)}


@pytest.mark.parametrize("number", BODIES)
def test_going_back_to_a_version_that_never_was_is_not_found(rest, own, prompt, number):
    before = Change.objects.count()

    answers = [
        rest.post(f"{own}/rollback", target_version=number),
        rest.post(f"{own}/rollback", target_version=number, dry_run=True),
        rest.post("prompts/greeting/history/rollback", target_version=number),
        rest.get(f"{own}/compare?from={number}&to=1"), rest.get(f"{own}/compare?from=1&to={number}"),
        rest.get(f"prompts/greeting/history/compare?from=1&to={number}"),
        rest.get(f"agents/desk/snapshots/compare?from={number}&to=1"),
    ]  # fmt: skip

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, NOTHING)}
    assert Change.objects.count() == before


@pytest.mark.parametrize("number", NO_BODIES, ids=str)
def test_what_is_no_number_is_refused_with_its_field(rest, own, prompt, number):
    answers = [
        rest.post(f"{own}/rollback", target_version=number),
        rest.post("prompts/greeting/history/rollback", target_version=number),
        rest.post(f"{own}/rollback", target_version=1, expected_version=number or "x"),
    ]

    for answer in answers:
        assert is_problem(answer, 422, "invalid"), answer.content
        assert "_version" in answer.json()["errors"][0]["field"]


@pytest.mark.parametrize(
    "body",
    [
        "", "{}", "[]", "null", '{"target_version": 1, "also": 1}', '{"target_version": 1, "fields": "bio"}',
        '{"target_version": 1, "fields": ["nothing"]}', '{"target_version": 1, "fields": []}',
        '{"target_version": 1, "fields": ["tenant_id"]}', '{"target_version": 1, "fields": ["id"]}',
        '{"target_version": 1, "reason": "\\u0000"}', '{"target_version": 1, "dry_run": "perhaps"}',
        json.dumps({"target_version": 1, "reason": "x" * 2001}),
        json.dumps({"target_version": 1, "fields": ["bio"] * 51}),
    ],
)  # fmt: skip
def test_a_body_that_says_something_else_is_refused(rest, own, body):
    answer = rest.send("POST", f"{own}/rollback", body)

    assert answer.status_code in (400, 422), answer.content
    assert answer.json()["code"] in ("bad_json", "invalid")


def test_a_resource_is_not_found_under_another_agent_or_another_type(rest, cast, agent):
    other = make_agent(cast.eve, slug="other")
    theirs, ours = AgentTrigger.objects.of(other).get().pk, AgentTrigger.objects.of(agent).get().pk
    never = uuid.uuid4()

    paths = [
        f"agents/desk/versions/trigger/{theirs}", f"agents/desk/versions/agent/{other.pk}",
        f"agents/desk/versions/schema/{ours}", f"agents/desk/versions/agent/{ours}",
        f"agents/desk/versions/trigger/{never}", f"agents/desk/versions/triggers/{ours}",
        f"agents/desk/versions/prompt/{agent.pk}", f"agents/desk/versions/AGENT/{agent.pk}",
        f"agents/desk/versions/agent/{str(agent.pk)[:-1]}", f"agents/{never}/versions/agent/{agent.pk}",
        "agents/desk/versions/agent/desk", "agents/desk/versions/%00/x",
    ]  # fmt: skip
    answers = [rest.get(path + end) for path in paths for end in ("", "/1", "/compare?from=1&to=1")]
    answers += [rest.post(f"{path}/rollback", target_version=1) for path in paths]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, NOTHING)}


def test_a_prompt_is_no_resource_of_an_agent_and_an_agent_none_of_a_prompt(rest, agent, prompt):
    answers = [
        rest.get(f"agents/desk/versions/prompt/{prompt.pk}"), rest.get("prompts/desk/history"),
        rest.get("agents/greeting/history"), rest.get("prompts/desk/as-of"),
        rest.get("agents/greeting/as-of"),
    ]  # fmt: skip

    assert {answer.content for answer in answers} == {NOTHING}


def test_a_snapshot_is_not_found_under_another_agent(rest, cast, agent):
    make_agent(cast.eve, slug="other", locked=1, live=1)
    theirs = rest.get("agents/other/snapshots").json()["items"][0]["id"]

    answers = [
        rest.get(f"agents/desk/snapshots/{theirs}"), rest.post(f"agents/desk/snapshots/{theirs}/rollback"),
        rest.get(f"agents/desk/snapshots/compare?from=1&to={theirs}"),
        rest.get(f"agents/desk/snapshots/{uuid.uuid4()}"), rest.get("agents/desk/snapshots/2"),
        rest.get(f"agents/desk/snapshots/{theirs.replace('-', '')}"), rest.get("agents/desk/snapshots/x%00"),
    ]  # fmt: skip

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, NOTHING)}


def test_another_workspaces_ids_are_as_if_they_had_never_been(rest, cast, agent, own):
    with told(cast.elsewhere.id, cast.charlie.person_id):
        make_agent(cast.charlie, slug="desk", locked=1, live=1)
    charlie = rest.of(cast.charlie)
    snapshot = rest.get("agents/desk/snapshots").json()["items"][0]["id"]
    trigger = AgentTrigger.objects.of(agent).get().pk

    answers = [
        charlie.get(own), charlie.get(f"{own}/1"), charlie.post(f"{own}/rollback", target_version=1),
        charlie.get(f"agents/desk/versions/trigger/{trigger}"), charlie.get(f"agents/{agent.pk}/history"),
        charlie.get(f"agents/desk/snapshots/{snapshot}"),
        charlie.post(f"agents/desk/snapshots/{snapshot}/rollback"),
        charlie.get(f"agents/desk/snapshots/compare?from=1&to={snapshot}"),
    ]  # fmt: skip

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, NOTHING)}
    assert charlie.get(f"history?changed_by={cast.eve.id}&include=events").json()["items"] == []


def cursor_of(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


STRANGE = [
    "x", "é", "a" * 1001, "_".join("0000"), "1_0_0_x", "1_9_0_" + "0" * 32, "1_0_-1_" + "0" * 32,
    "9" * 400 + "_0_0_" + "0" * 32, "9" * 5000, f"1_0_{2**63}_{'0' * 32}", cursor_of("version", 1),
    cursor_of("created_at", "pk", "2026-01-01T00:00:00Z", str(uuid.UUID(int=0))), "\0", "1_0_0_",
]  # fmt: skip


@pytest.mark.parametrize("path", ["agents/desk/history", "history", "prompts/greeting/history"])
@pytest.mark.parametrize("include", ["", "events"])
def test_a_strange_cursor_is_refused(rest, agent, prompt, path, include):
    for cursor in STRANGE:
        answer = rest.get(path, cursor=cursor, include=include)

        assert is_problem(answer, 422, "invalid"), (cursor[:80], answer.content)


@pytest.mark.parametrize("path", ["agents/desk/history", "history", "prompts/greeting/history"])
@pytest.mark.parametrize(
    "query",
    [
        {"limit": -1}, {"limit": 0}, {"limit": 201}, {"limit": 10**9}, {"limit": "all"}, {"offset": -1},
        {"offset": 2**63}, {"offset": 10_001, "include": "events"}, {"offset": 10_001, "act": "changed"},
        {"resource_type": "agents"}, {"resource_type": "\0"}, {"act": "x"}, {"act": "version.published"},
        {"act": "live"}, {"changed_by": "eve"}, {"changed_by": "{" + "0" * 34 + "}"}, {"from": "yesterday"},
        {"to": "x"}, {"to": "0001-01-01T00:00:00+14:00"}, {"q": "x" * 201}, {"include": "everything"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_query_is_refused_with_its_field(rest, agent, prompt, path, query):
    answer = rest.get(path, **query)

    assert is_problem(answer, 422, "invalid"), answer.content


def test_a_cursor_goes_with_no_offset_and_opens_no_other_list(rest, cast, agent):
    cursor = rest.get("agents/desk/history", limit=1).json()["next_cursor"]
    own = rest.get(f"agents/desk/versions/agent/{agent.pk}", limit=1).json()["next_cursor"]

    both = rest.get("agents/desk/history", cursor=cursor, offset=1)
    elsewhere = [
        rest.get("agents/desk/history", cursor=own), rest.get("agents/desk/snapshots", cursor=cursor),
        rest.get("events", cursor=cursor), rest.get(f"agents/desk/versions/agent/{agent.pk}", cursor=cursor),
    ]  # fmt: skip

    assert {answer.status_code for answer in (both, *elsewhere)} == {422}
    # It names a place in time alone: in another workspace that place holds nothing of ours.
    assert rest.of(cast.charlie).get("history", cursor=cursor).json()["items"] == []


@pytest.mark.parametrize(
    "words", ["%", "_", "\\", "' OR 1=1 --", "(a+)+$", "‮", "$1", "{}", "%s", "%L", "\ud800"]
)
@pytest.mark.parametrize("include", ["", "events"])
def test_search_takes_words_as_they_were_typed(rest, agent, words, include):
    answer = rest.get("agents/desk/history", q=words.encode("utf-8", "replace"), include=include)

    assert answer.status_code == 200
    assert answer.json()["items"] == []


def test_a_parameter_that_is_said_twice_is_its_last(rest, agent):
    answer = rest.get("agents/desk/history?limit=-1&limit=1")

    assert len(answer.json()["items"]) == 1


def test_a_rollback_of_a_rollback_goes_back_and_forth(rest, own, agent):
    for target, bio in ((1, "First."), (2, "Second."), (3, "First."), (4, "Second.")):
        answer = rest.post(f"{own}/rollback", target_version=target)
        assert answer.json()["restored"]["bio"] == bio
    assert rest.get(own).json()["total"] == 6


def test_a_field_that_is_not_tracked_is_refused_with_those_that_are(rest, agent):
    server = McpServer.objects.of(agent).get()
    rest.patch(f"agents/desk/mcp-servers/{server.pk}", name="renamed")

    answer = rest.post(
        f"agents/desk/versions/mcp_server/{server.pk}/rollback", target_version=1, fields=["last_error"]
    )

    assert is_problem(answer, 422, "invalid")
    assert "endpoint" in answer.json()["title"]
