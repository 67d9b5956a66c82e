"""What belongs to another workspace does not exist: byte for byte the answer for what never was."""

import pytest

from tests.objects import SLUG, everything, filled, never
from versioning.api import api

OF_RESOURCES = ("versions/{resource_type}/{resource_id}/rollback", "history/rollback")
BODIES = {
    "rollback": '{"version": 1}', "staging": '{"version": 1}', "versions": '{"source": "x"}',
    "{n}": '{"source": "x"}', "{slug}": '{"name": "x"}', "{member_id}": '{"role": "viewer"}',
    "publish": '{"version": "draft"}', "copy": '{"slug": "x"}', "runs": "{}",
    "schemas": '{"schema_data": {"title": "x"}}', "triggers": '{"name": "x"}',
    "mcp-servers": '{"name": "x"}', "{id}": "{}", "{part_id}": "{}",
    "connectors": '{"name": "x", "channel": "api"}', "{connector_id}": "{}",
    "{endpoint_id}": "{}",
}  # fmt: skip
LISTS = ("prompts", "agents", "invites", "keys", "history")


def operations():
    """Every operation that names an object, from the description itself: none can be forgotten."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        if "{" in path:
            yield from ((method.upper(), path.removeprefix("/api/")) for method in methods)


def body_for(method, path):
    if path.endswith(OF_RESOURCES):
        return '{"target_version": 1, "dry_run": true}'
    if path.endswith("{snapshot_id}/rollback"):
        return '{"dry_run": true}'
    last = path.rsplit("/", 1)[-1]
    return BODIES.get(last, "") if method in ("POST", "PUT", "PATCH") else ""


@pytest.fixture
def objects(cast):
    """One of each in `demo`, as a stranger would name them."""
    return everything(cast)


def ask(program, method, path, names):
    query = "?from=1&to=1" if path.endswith("compare") else ""
    return program.send(method, filled(path, names) + query, body_for(method, path))


def test_a_stranger_gets_what_anyone_gets_for_what_never_was(rest, cast, objects):
    charlie, unknown = rest.of(cast.charlie), never(objects)
    nowhere = charlie.get("no/such/address")

    for method, path in operations():
        foreign, missing = ask(charlie, method, path, objects), ask(charlie, method, path, unknown)
        assert foreign.status_code == missing.status_code == nowhere.status_code == 404, (method, path)
        assert foreign.content == missing.content == nowhere.content, (method, path)
        assert {**foreign.headers, "X-Request-ID": ""} == {**missing.headers, "X-Request-ID": ""}


def test_what_strangers_do_not_find_is_there_for_its_members(rest, objects):
    order = ["GET", "PATCH", "PUT", "POST", "DELETE"]  # what takes away comes last

    answers = {
        f"{method} {path}": ask(rest, method, path, objects).status_code
        for method, path in sorted(operations(), key=lambda each: order.index(each[0]))
    }

    assert [asked for asked, status in answers.items() if status in (400, 404, 405)] == []


def test_an_agents_slug_tells_a_stranger_no_more_than_its_id(rest, cast, objects):
    charlie = rest.of(cast.charlie)
    nowhere = charlie.get("no/such/address").content

    telling = [
        f"{method} {path}"
        for method, path in operations()
        if "agents/{id}" in path and ask(charlie, method, path, objects | {"id": SLUG}).content != nowhere
    ]

    assert telling == []


def test_a_part_of_another_workspace_is_not_found_under_ones_own_agent(rest, cast, objects):
    charlie = rest.of(cast.charlie)
    nowhere = charlie.get("no/such/address").content
    mine = objects | {"id": charlie.post("agents", slug="mine").json()["id"]}

    telling = [
        f"{method} {path}"
        for method, path in operations()
        if "{part_id}" in path and ask(charlie, method, path, mine).content != nowhere
    ]

    assert telling == []


def test_lists_hold_nothing_of_another_workspace(rest, cast, objects):
    charlie = rest.of(cast.charlie)

    totals = [charlie.get(path).json()["total"] for path in LISTS]
    seen = charlie.get("events").content + charlie.get("members").content + charlie.get("workspace").content

    assert totals == [0] * len(LISTS)
    assert not any(word in seen for word in (SLUG.encode(), b"alice", b"demo"))


def test_a_slug_that_another_workspace_has_is_free_here(rest, cast, objects):
    charlie = rest.of(cast.charlie)

    made = charlie.post("prompts", slug="greeting"), charlie.post("agents", slug="greeting")

    assert [answer.status_code for answer in made] == [201, 201]
