"""What belongs to another workspace does not exist: byte for byte the answer for what never was."""

import uuid

import pytest

from tests.factories import make_prompt
from versioning.api import api
from versioning.workspaces.models import Event, Member
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.members import invite

BODIES = {
    "rollback": '{"version": 1}', "staging": '{"version": 1}', "versions": '{"source": "x"}',
    "{n}": '{"source": "x"}', "{slug}": '{"name": "x"}', "{member_id}": '{"role": "viewer"}',
}  # fmt: skip


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
    make_prompt(cast.eve, slug="greeting", live=1)
    made, _ = invite(cast.alice, role="viewer")
    key, _ = create_key(cast.alice, name="k", kind="live")
    return {
        "slug": "greeting", "n": 1, "member_id": Member.objects.get(user=cast.bob.user).id,
        "invite_id": made.id, "key_id": key.id, "event_id": Event.objects.first().id,
    }  # fmt: skip


def ask(program, method, path, names):
    query = "?from=1&to=1" if path.endswith("compare") else ""
    return program.send(method, path.format(**names) + query, body_for(method, path))


@pytest.mark.parametrize(("method", "path"), list(operations()))
def test_a_stranger_gets_what_anyone_gets_for_what_never_was(rest, cast, objects, method, path):
    charlie = rest.of(cast.charlie)
    never = {name: uuid.uuid4() for name in objects} | {"slug": "never-was", "n": 77}

    foreign, missing = ask(charlie, method, path, objects), ask(charlie, method, path, never)
    own = ask(rest, method, path, objects)
    nowhere = charlie.get("no/such/address")

    assert own.status_code != 404
    assert foreign.status_code == missing.status_code == nowhere.status_code == 404
    assert foreign.content == missing.content == nowhere.content
    assert {**foreign.headers, "X-Request-ID": ""} == {**missing.headers, "X-Request-ID": ""}


def test_lists_hold_nothing_of_another_workspace(rest, cast, objects):
    charlie = rest.of(cast.charlie)

    totals = [charlie.get(path).json()["total"] for path in ("prompts", "invites", "keys")]
    seen = charlie.get("events").content + charlie.get("members").content + charlie.get("workspace").content

    assert totals == [0, 0, 0]
    assert not any(word in seen for word in (b"greeting", b"alice", b"demo"))


def test_a_slug_that_another_workspace_has_is_free_here(rest, cast, objects):
    assert rest.of(cast.charlie).post("prompts", slug="greeting").status_code == 201
