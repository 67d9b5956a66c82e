"""Who may do what over MCP: the table of permissions, cell by cell, and the same answer as in REST."""

import json
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from agents.services import change_agent
from tests.factories import make_agent
from tests.mcp.assistant import call, message, post
from versioning.lib.transaction import told
from versioning.workspaces.models import Event, Member, MemberToken, Workspace
from versioning.workspaces.services.keys import revoke_key
from versioning.workspaces.services.tokens import make_token, revoke_token, tokens_of

_numbers = count(1)
PEOPLE = ("alice", "ada", "eve", "bob")
KEYS = {"key": (), "key history": ("history",), "key drafts": ("drafts",)}
READS = (
    ("list_versions", {"resource_type": "agent", "resource_id": "{slug}"}),
    ("get_version", {"resource_type": "agent", "resource_id": "{slug}", "version": 1}),
    (
        "compare_versions",
        {"resource_type": "agent", "resource_id": "{slug}", "from_version": 1, "to_version": 2},
    ),
    ("list_agent_history", {"agent_id": "{slug}"}),
    ("list_snapshots", {"agent_id": "{slug}"}),
    ("get_snapshot", {"agent_id": "{slug}", "snapshot_id": "1"}),
)
WRITES = (
    ("rollback_version", {"resource_type": "agent", "resource_id": "{slug}", "target_version": 1}),
    ("rollback_snapshot", {"agent_id": "{slug}", "snapshot_id": "1"}),
)
PATHS = {
    "rollback_version": ("{id}/versions/agent/{id}/rollback", {"target_version": 1}),
    "rollback_snapshot": ("{id}/snapshots/1/rollback", {}),
}


@pytest.fixture(scope="module")
def agent(world):
    """Version 2 of the agent's own row; live, with Snapshot 1."""
    return fresh(world)


def fresh(world):
    made = world.act(world.cast.eve, make_agent, locked=1, live=1, slug=f"right-{next(_numbers)}")
    world.act(world.cast.eve, change_agent, made, bio="Changed since")
    return made


def bearer(world, who):
    return world.key(*KEYS[who]) if who in KEYS else world.token(getattr(world.cast, who))


def of(agent, arguments):
    return {
        name: value.format(slug=agent.slug) if isinstance(value, str) else value
        for name, value in arguments.items()
    }


def by_rest(world, agent, tool, secret):
    path, body = PATHS[tool]
    return world.server.client.post(
        f"/api/agents/{path.format(id=agent.pk)}", json=body, headers={"Authorization": f"Bearer {secret}"}
    )


@pytest.mark.parametrize("who", [*PEOPLE, *KEYS])
def test_members_read_and_keys_with_the_scope_history(world, agent, who):
    async def each(client):
        return {tool: await client.call_tool(tool, of(agent, arguments)) for tool, arguments in READS}

    results = world.by(bearer(world, who)).do(each)

    for tool, result in results.items():
        said = result.structured_content
        assert json.loads(result.content[0].text) == said, tool
        if who in PEOPLE or who == "key history":
            assert not result.is_error, (tool, said)
        else:
            assert result.is_error, tool
            assert (said["code"], said["scope"]) == ("missing_scope", "history"), tool
            assert said["title"] == "This key lacks the scope 'history'.", tool


@pytest.mark.parametrize("who", [*PEOPLE, *KEYS])
@pytest.mark.parametrize(("tool", "arguments"), WRITES, ids=[tool for tool, _ in WRITES])
def test_editors_restore_and_no_key_does_as_in_rest(world, agent, tool, arguments, who):
    may = who in PEOPLE[:3]
    called, sent_to = (fresh(world), fresh(world)) if may else (agent, agent)
    secret = bearer(world, who)
    in_rest = world.jwt(getattr(world.cast, who)) if who in PEOPLE else secret

    result = world.by(secret).call(tool, **of(called, arguments))
    answer = by_rest(world, sent_to, tool, in_rest)

    assert (not result.is_error, answer.is_success) == (may, may)
    if not may:
        assert result.structured_content == answer.json()
        assert result.structured_content["code"] == "forbidden"


def test_a_key_is_told_the_same_whatever_it_sends(world):
    secret = world.key("history")

    for name, arguments in (("rollback_version", {}), ("rollback_snapshot", {"snapshot_id": "7"})):
        refused = world.by(secret).refused(name, **arguments)
        assert refused["title"] == "A key cannot do this. Sign in as a member."


def test_where_live_is_protected_editors_do_not_publish(world):
    agent = fresh(world)
    with told(world.cast.demo.id):
        Workspace.objects.update(protect_live=True)
    asked = of(agent, WRITES[1][1]) | {"publish": True}
    try:
        refused = world.of(world.cast.eve).refused("rollback_snapshot", **asked)
        done = world.of(world.cast.ada).said("rollback_snapshot", **asked)
    finally:
        with told(world.cast.demo.id):
            Workspace.objects.update(protect_live=False)

    assert (refused["code"], refused["role"]) == ("forbidden", "admin")
    assert done["published"]


def test_an_access_token_of_rest_enters_too(world, agent):
    assistant = world.by(world.jwt(world.cast.bob))

    assert assistant.said("list_versions", **of(agent, READS[0][1]))["total"] == 2
    assert len(assistant.tools()) == 8


def test_the_role_is_read_at_every_call(world):
    agent, eve = fresh(world), world.of(world.cast.eve)
    asked = of(agent, WRITES[0][1])
    with told(world.cast.demo.id):
        Member.objects.filter(user=world.cast.eve.user).update(role="viewer")
    try:
        refused = eve.refused("rollback_version", **asked)
    finally:
        with told(world.cast.demo.id):
            Member.objects.filter(user=world.cast.eve.user).update(role="editor")

    assert refused["code"] == "forbidden"
    assert eve.said("rollback_version", **asked)


def test_what_was_refused_left_nothing(world):
    agent, before = fresh(world), Event.objects
    world.of(world.cast.bob).refused("rollback_version", **of(agent, WRITES[0][1]))

    with told(world.cast.demo.id):
        assert not before.filter(artifact_id=agent.pk, name="resource.restored").exists()
    assert world.of(world.cast.bob).said("list_versions", **of(agent, READS[0][1]))["total"] == 2


@pytest.mark.parametrize(
    "secret",
    ["", "x", "pv_mcp_" + "0" * 42, "pv_live_" + "0" * 42, "pv_mcp_" + "9" * 5000, "e30.e30.e30", "\tx"],
)
def test_nobody_is_refused_before_the_protocol(world, secret):
    answer = post(world.server, secret, message("tools/list"))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="previse"'
    assert answer.json()["code"] == "unauthorized"


def test_a_credential_in_another_place_is_none(world):
    token = world.token(world.cast.bob)
    asked = message("tools/list")

    answers = [
        post(world.server, "", asked, headers={"Authorization": f"Basic {token}"}),
        post(world.server, "", asked, headers={"X-API-Key": token}),
        world.server.client.post(f"/mcp?token={token}", json=asked),
    ]
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer x")]
    answers.append(world.server.client.post("/mcp", json=asked, headers=twice))

    assert [answer.status_code for answer in answers] == [401] * 4


def test_revoked_and_expired_ones_are_nobody_at_once(world):
    bob = world.cast.bob
    token, secret = world.act(bob, make_token, name="short")
    old, expired = world.act(bob, make_token, name="old")
    before = post(world.server, secret, message("tools/list")).status_code
    world.act(bob, revoke_token, token.pk)
    with told(world.cast.demo.id):
        MemberToken.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    after = [post(world.server, each, message("tools/list")).status_code for each in (secret, expired)]

    assert (before, after) == (200, [401, 401])


def test_a_revoked_key_is_nobody(world):
    secret = world.key("history")
    with told(world.cast.demo.id):
        newest = world.cast.demo.keys.order_by("-created_at").first()
    world.act(world.cast.alice, revoke_key, newest.pk)

    assert post(world.server, secret, message("tools/list")).status_code == 401


def test_a_token_does_not_open_rest_or_delivery(world):
    token = world.token(world.cast.alice)

    answers = [world.server.get(path, key=token) for path in ("/api/agents", "/v1/bundle", "/v1/prompts/x")]

    assert [answer.status_code for answer in answers[:1]] == [401]
    assert all(answer.status_code in (401, 404) for answer in answers)
    assert "/mcp" in answers[0].json()["title"]


def test_when_it_was_used_is_kept(world):
    post(world.server, world.token(world.cast.ada), message("tools/list"))

    with told(world.cast.demo.id):
        assert [token.last_used_at for token in tokens_of(world.cast.alice) if token.name == "assistant"]
        assert tokens_of(world.cast.ada).filter(member__user=world.cast.ada.user).get().last_used_at


def test_authorization_looks_at_the_body_and_not_at_the_header(world, agent):
    forged = call("rollback_version", of(agent, WRITES[0][1]))

    answer = post(world.server, world.key("history"), forged, headers={"Mcp-Name": "get_version"})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == -32020
