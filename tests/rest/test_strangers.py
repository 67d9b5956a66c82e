"""What belongs to another workspace does not exist: byte for byte the answer for what never was."""

import uuid

import pytest

from agents.models import AgentSchema, AgentTrigger, McpServer
from tests.factories import make_agent, make_prompt
from versioning.api import api
from versioning.playground.services import start_runs
from versioning.workspaces.models import Event, Member
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.members import invite

BODIES = {
    "rollback": '{"version": 1}', "staging": '{"version": 1}', "versions": '{"source": "x"}',
    "{n}": '{"source": "x"}', "{slug}": '{"name": "x"}', "{member_id}": '{"role": "viewer"}',
    "publish": '{"version": "draft"}', "copy": '{"slug": "x"}', "runs": "{}",
    "schemas": '{"schema_data": {"title": "x"}}', "triggers": '{"name": "x"}',
    "mcp-servers": '{"name": "x"}', "{id}": "{}", "{part_id}": "{}",
}  # fmt: skip
LISTS = ("prompts", "agents", "invites", "keys")
SECTIONS = {"schemas": AgentSchema, "triggers": AgentTrigger, "mcp-servers": McpServer}


def operations():
    """Every operation that names an object, from the description itself: none can be forgotten."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        if "{" in path:
            yield from ((method.upper(), path.removeprefix("/api/")) for method in methods)


def body_for(method, path):
    last = path.rsplit("/", 1)[-1]
    return BODIES.get(last, "") if method in ("POST", "PUT", "PATCH") else ""


@pytest.fixture
def objects(cast):
    """One of each in `demo`, as a stranger would name them."""
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    agent = make_agent(cast.eve, slug="desk", locked=1, live=1)
    made, _ = invite(cast.alice, role="viewer")
    key, _ = create_key(cast.alice, name="k", kind="live")
    [run] = start_runs(cast.eve, prompt, [1], values={"name": "Ann"})
    return {
        "slug": "greeting", "n": 1, "member_id": Member.objects.get(user=cast.bob.user).id,
        "invite_id": made.id, "key_id": key.id, "event_id": Event.objects.first().id,
        "collection": "prompts", "run_id": run.id, "id": agent.id,
    } | {section: model.objects.of(agent).get().id for section, model in SECTIONS.items()}  # fmt: skip


def ask(program, method, path, names):
    query = "?from=1&to=1" if path.endswith("compare") else ""
    section = next((section for section in SECTIONS if f"/{section}/" in path), "schemas")
    address = path.format(**names, part_id=names[section])
    return program.send(method, address + query, body_for(method, path))


@pytest.mark.parametrize(("method", "path"), list(operations()))
def test_a_stranger_gets_what_anyone_gets_for_what_never_was(rest, cast, objects, method, path):
    charlie = rest.of(cast.charlie)
    never = {name: uuid.uuid4() for name in objects} | {"slug": "never-was", "n": 77, "collection": "prompts"}

    foreign, missing = ask(charlie, method, path, objects), ask(charlie, method, path, never)
    own = ask(rest, method, path, objects)
    nowhere = charlie.get("no/such/address")

    assert own.status_code != 404
    assert foreign.status_code == missing.status_code == nowhere.status_code == 404
    assert foreign.content == missing.content == nowhere.content
    assert {**foreign.headers, "X-Request-ID": ""} == {**missing.headers, "X-Request-ID": ""}


@pytest.mark.parametrize(("method", "path"), [each for each in operations() if "agents/{id}" in each[1]])
def test_an_agents_slug_tells_a_stranger_no_more_than_its_id(rest, cast, objects, method, path):
    charlie = rest.of(cast.charlie)

    by_slug, by_id = (ask(charlie, method, path, objects | {"id": name}) for name in ("desk", objects["id"]))

    assert (by_slug.status_code, by_slug.content) == (404, by_id.content)


@pytest.mark.parametrize(("method", "path"), [each for each in operations() if "{part_id}" in each[1]])
def test_a_part_of_another_workspace_is_not_found_under_ones_own_agent(rest, cast, objects, method, path):
    charlie = rest.of(cast.charlie)
    mine = objects | {"id": charlie.post("agents", slug="mine").json()["id"]}

    foreign = ask(charlie, method, path, mine)
    missing = ask(charlie, method, path, mine | dict.fromkeys(SECTIONS, uuid.uuid4()))

    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert foreign.content == charlie.get("no/such/address").content


def test_lists_hold_nothing_of_another_workspace(rest, cast, objects):
    charlie = rest.of(cast.charlie)

    totals = [charlie.get(path).json()["total"] for path in LISTS]
    seen = charlie.get("events").content + charlie.get("members").content + charlie.get("workspace").content

    assert totals == [0] * len(LISTS)
    assert not any(word in seen for word in (b"greeting", b"desk", b"alice", b"demo"))


def test_a_slug_that_another_workspace_has_is_free_here(rest, cast, objects):
    charlie = rest.of(cast.charlie)

    made = charlie.post("prompts", slug="greeting"), charlie.post("agents", slug="desk")

    assert [answer.status_code for answer in made] == [201, 201]
