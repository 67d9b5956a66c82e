"""Assistants: the official MCP client in somebody's hands; and raw requests, for what it would never send."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import httpx2
import mcp_types as protocol
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.inbound import encode_header_value

from tests.cast import Cast
from tests.server import Server
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.tokens import make_token
from versioning.workspaces.tokens import issue

CURRENT = "2026-07-28"
ACCEPTED = "application/json, text/event-stream"


class World:
    """The cast, committed, behind a real server; and how each of them enters at /mcp."""

    def __init__(self, cast: Cast, server: Server):
        self.cast, self.server = cast, server
        self._tokens: dict[Any, str] = {}

    def act(self, actor: Actor, verb: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Let a member do something by a service, committed at once."""
        with told(actor.workspace.id, actor.person_id):
            return verb(actor, *args, **options)

    def token(self, actor: Actor) -> str:
        """An MCP token of a member."""
        if actor.id not in self._tokens:
            self._tokens[actor.id] = self.act(actor, make_token, name="assistant")[1]
        return self._tokens[actor.id]

    def jwt(self, actor: Actor) -> str:
        """An access token of a member, as REST has it."""
        assert actor.user
        return issue(actor.user, actor.workspace.slug)

    def key(self, *scopes: str, kind: str = "live", of: Actor | None = None) -> str:
        """A new key of `demo`, or of that owner's workspace."""
        return self.act(of or self.cast.alice, create_key, name="program", kind=kind, scopes=scopes)[1]

    def of(self, actor: Actor) -> "Assistant":
        """A member's assistant, which entered by an MCP token."""
        return Assistant(self.server.url, self.token(actor))

    def by(self, bearer: str) -> "Assistant":
        """An assistant with any credential."""
        return Assistant(self.server.url, bearer)


class Assistant:
    """The official client. Each verb is a connection of its own."""

    def __init__(self, url: str, bearer: str):
        self.url, self.bearer = f"{url}/mcp", bearer

    def do[T](self, what: Callable[[Client], Awaitable[T]], **options: Any) -> T:
        """Something with a client."""

        async def run() -> T:
            headers = {"Authorization": f"Bearer {self.bearer}"}
            async with (
                httpx2.AsyncClient(headers=headers, timeout=30) as http,
                Client(streamable_http_client(self.url, http_client=http), **options) as client,
            ):
                return await what(client)

        try:
            return asyncio.run(run())
        except ExceptionGroup as group:  # the client wraps what it raises
            raise _alone(group) from group

    def tools(self, **options: Any) -> dict[str, protocol.Tool]:
        """What is offered, by name, in the order of the list."""
        listed = self.do(lambda client: client.list_tools(), **options)
        return {tool.name: tool for tool in listed.tools}

    def call(self, name: str, /, **arguments: Any) -> protocol.CallToolResult:
        """A tool's result."""
        return self.do(lambda client: client.call_tool(name, arguments))

    def said(self, name: str, /, **arguments: Any) -> Any:
        """What a tool answered; it must not have refused."""
        result = self.call(name, **arguments)
        assert not result.is_error, result.content
        assert json.loads(result.content[0].text) == result.structured_content
        return result.structured_content

    def refused(self, name: str, /, **arguments: Any) -> Any:
        """How a tool refused; it must have."""
        result = self.call(name, **arguments)
        assert result.is_error, result.structured_content
        assert json.loads(result.content[0].text) == result.structured_content
        return result.structured_content

    def prompts(self) -> dict[str, protocol.Prompt]:
        """What is offered, by name, all pages of it."""

        async def all_of(client: Client) -> list[protocol.Prompt]:
            page = await client.list_prompts()
            found = list(page.prompts)
            while page.next_cursor:
                page = await client.list_prompts(cursor=page.next_cursor)
                found += page.prompts
            return found

        return {prompt.name: prompt for prompt in self.do(all_of)}

    def prompt(self, name: str, /, **arguments: str) -> protocol.GetPromptResult:
        """A prompt, rendered."""
        return self.do(lambda client: client.get_prompt(name, arguments))


def _alone(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def message(method: str, params: dict[str, Any] | None = None, *, version: str = CURRENT) -> dict[str, Any]:
    """A request of the current protocol, with its envelope."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**(params or {}), "_meta": meta}}


def call(name: str, arguments: Any) -> dict[str, Any]:
    """A call of a tool."""
    return message("tools/call", {"name": name, "arguments": arguments})


def post(server: Server, bearer: str, body: Any, *, headers: dict[str, str] | None = None) -> httpx.Response:
    """Send a body as it is, with the headers that agree with it; `headers` replace or (empty) remove them."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", "Accept": ACCEPTED, "MCP-Protocol-Version": CURRENT}
    if bearer:
        sent["Authorization"] = f"Bearer {bearer}"
    if isinstance(body, dict):
        sent["Mcp-Method"] = str(body.get("method"))
        name = (body.get("params") or {}).get("name")
        if isinstance(name, str):
            sent["Mcp-Name"] = encode_header_value(name)
    sent |= headers or {}
    return server.client.post(
        "/mcp", content=content, headers={name: value for name, value in sent.items() if value}
    )
