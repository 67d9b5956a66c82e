"""Clients of before 2026-07-28: the handshake, no envelope, no session that is kept."""

import pytest

from tests.factories import make_agent, make_prompt
from tests.mcp.assistant import ACCEPTED

OLD = ["2025-11-25", "2025-06-18", "2025-03-26"]


def send(world, body, *, version="", bearer=""):
    headers = {"Authorization": f"Bearer {bearer or world.token(world.cast.eve)}", "Accept": ACCEPTED}
    if version:
        headers["MCP-Protocol-Version"] = version
    return world.server.client.post("/mcp", json=body, headers=headers)


def hello(version):
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


def ask(method, params=None):
    return {"jsonrpc": "2.0", "id": 2, "method": method, "params": params or {}}


@pytest.mark.parametrize("version", OLD)
def test_the_handshake_is_answered_in_the_version_that_is_asked_for(world, version):
    answer = send(world, hello(version))

    found = answer.json()["result"]
    assert answer.status_code == 200
    assert "Mcp-Session-Id" not in answer.headers
    assert (found["protocolVersion"], found["serverInfo"]["name"]) == (version, "previse")
    assert set(found["capabilities"]) == {"tools", "prompts"}
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert send(world, ready, version=version).status_code == 202


@pytest.mark.parametrize("version", [*OLD, ""])
def test_tools_and_prompts_are_listed_and_called(world, version):
    slug = f"old-{version or 'none'}"
    world.act(world.cast.eve, make_agent, slug=slug)
    world.act(world.cast.eve, make_prompt, slug=slug, source="Hello {{ name }}", live=1)

    tools = send(world, ask("tools/list"), version=version).json()["result"]["tools"]
    called = {"name": "list_versions", "arguments": {"resource_type": "agent", "resource_id": slug}}
    result = send(world, ask("tools/call", called), version=version).json()["result"]
    wanted = {"name": slug, "arguments": {"name": "Ann"}}
    prompt = send(world, ask("prompts/get", wanted), version=version).json()["result"]

    assert len(tools) == 8
    assert all(tool["outputSchema"]["type"] == "object" for tool in tools if "outputSchema" in tool)
    assert slug in result["content"][0]["text"] or '"total": 1' in result["content"][0]["text"]
    assert prompt["messages"][0]["content"]["text"] == "Hello Ann"


def test_keys_are_shown_and_let_do_no_more_than_today(world):
    key = world.key("history")
    names = [
        tool["name"]
        for tool in send(world, ask("tools/list"), version=OLD[0], bearer=key).json()["result"]["tools"]
    ]

    called = {"name": "rollback_snapshot", "arguments": {"snapshot_id": "1"}}
    result = send(world, ask("tools/call", called), version=OLD[0], bearer=key).json()["result"]

    assert len(names) == 6
    assert result["isError"]
    assert '"code": "forbidden"' in result["content"][0]["text"]


def test_refusals_are_the_same(world):
    called = {"name": "get_snapshot", "arguments": {"agent_id": "nobody", "snapshot_id": "1"}}

    result = send(world, ask("tools/call", called), version=OLD[1]).json()["result"]
    unknown = send(world, ask("tools/call", {"name": "x", "arguments": {}}), version=OLD[1]).json()

    assert "Resource not found" in result["content"][0]["text"]
    assert unknown["error"]["code"] == -32602


def test_a_batch_of_the_oldest_is_not_taken(world):
    answer = send(world, [ask("tools/list"), ask("tools/list")], version="2025-03-26")

    assert answer.status_code == 400


def test_the_official_client_speaks_it_when_told_to(world):
    eve = world.of(world.cast.eve)

    async def version(client):
        return client.protocol_version, len((await client.list_tools()).tools)

    assert eve.do(version) == ("2026-07-28", 8)
    assert eve.do(version, mode="legacy") == ("2025-11-25", 8)
