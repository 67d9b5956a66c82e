"""The door for assistants: `/mcp`, streamable HTTP without sessions, every call for itself.

Importing the SDK takes more than a second, so that versioning/assistants.py alone imports this. In front of
the SDK stands our own check of a request: where it was sent to and from, its size, its JSON, and who sends
it. Who asks then travels with the request as a value; each call tells the database for itself, in one
transaction of one function in one thread. Nothing here remembers a caller.
"""

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any

import mcp_types as protocol
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DataError, OperationalError, connection
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from agents.tools import TOOLS as OF_AGENTS
from prompts.tools import Offered, list_prompts, render_prompt
from versioning.changes.tools import TOOLS as OF_RESOURCES
from versioning.lib import guard, strict_json
from versioning.lib.asgi import Receive, Scope, Send
from versioning.lib.errors import DomainError
from versioning.lib.problems import body_of
from versioning.lib.rest import Renderer
from versioning.lib.tools import Tool
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require
from versioning.workspaces.tokens import actor_of_bearer

log = logging.getLogger("previse.mcp")

TOOLS: dict[str, Tool] = {tool.name: tool for tool in (*OF_RESOURCES, *OF_AGENTS)}
THREADS = 4  # fewer than the connections of the pool, of which pages need some too
LARGEST = 1_000_000  # bytes of a body: what is sent here are ids and short words
NOBODY = (
    "Send an MCP token (Settings, Assistants), an access token or an API key as 'Authorization: Bearer …'."
)
ABOUT = """
Previse version-controls agents and prompts. These tools read what was changed in this workspace, by whom and
why, compare versions, and put a resource or a whole agent back to an earlier state. A restore changes the
draft of an agent; what is live stays live unless `publish` is true. Before a restore call it with `dry_run`,
show the plan, and send the `expected_version` of the plan. The prompts are those that are live.
""".strip()


class Door:
    """The ASGI application at `/mcp`. `running()` is entered once, for as long as the process serves."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mcp")
        server: Server[Any] = Server(
            "previse", title="Previse", version="1", instructions=ABOUT, website_url=settings.PUBLIC_URL,
            get_tool_input_schema=_input_schema, on_list_tools=self._list_tools, on_call_tool=self._call_tool,
            on_list_prompts=self._list_prompts, on_get_prompt=self._get_prompt,
            cache_hints={"tools/list": CacheHint(ttl_ms=300_000), "prompts/list": CacheHint(ttl_ms=5_000)},
        )  # fmt: skip
        self._manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=LARGEST
        )

    def running(self) -> AbstractAsyncContextManager[None]:
        """Inside, requests are answered."""
        return self._manager.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = list(scope["headers"])
        request_id = guard.request_id_of(headers)
        try:
            guard.check_way(headers)
            if scope["method"] != "POST":
                raise DomainError("method_not_allowed", "Send POST here.", allow="POST")
            bearer = guard.bearer_of(headers, NOBODY)
            actor = await self._in_thread(request_id, _enter, bearer, request_id)
            body = await guard.body_within(LARGEST, headers, receive)
        except DomainError as error:
            await guard.refuse(send, error, request_id)
            return
        if (wrong := _not_one_message(body)) is not None:
            await _refuse_message(send, wrong, request_id)
            return
        waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Any:
            return waiting.pop() if waiting else await receive()

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                told_too = [(b"cache-control", b"no-store"), (b"x-request-id", request_id.encode())]
                message = {**message, "headers": [*message["headers"], *told_too]}
            await send(message)

        await self._manager.handle_request({**scope, "actor": actor}, again, answer)

    async def _list_tools(
        self, context: ServerRequestContext[Any, Any], asked: Any
    ) -> protocol.ListToolsResult:
        """All of them to members; to keys those that read."""
        key = _actor(context).kind == "key"
        return protocol.ListToolsResult(
            tools=[_described(tool) for tool in TOOLS.values() if not (key and tool.writes)]
        )

    async def _call_tool(
        self, context: ServerRequestContext[Any, Any], asked: protocol.CallToolRequestParams
    ) -> protocol.CallToolResult:
        """Do a verb. What the domain refuses is told to the model, with its code, as REST tells it."""
        tool = TOOLS.get(asked.name)
        if tool is None:
            raise MCPError(protocol.INVALID_PARAMS, f"Unknown tool: {asked.name[:100]}")
        actor, arguments = _actor(context), asked.arguments or {}
        try:
            said = await self._in_thread(
                actor.request_id, _told, actor, lambda: _used(tool, actor, arguments)
            )
        except DomainError as error:
            return _result(body_of(error).decode(), is_error=True)
        return _result(said)

    async def _list_prompts(
        self, context: ServerRequestContext[Any, Any], asked: Any
    ) -> protocol.ListPromptsResult:
        """The prompts that this caller is served."""
        actor, after = _actor(context), (asked.cursor if asked else None) or ""
        try:
            offered, following = await self._in_thread(
                actor.request_id, _told, actor, lambda: list_prompts(actor, after[:100])
            )
        except DomainError as error:
            raise _refused(error) from error
        return protocol.ListPromptsResult(
            prompts=[_offer(each) for each in offered], next_cursor=following or None
        )

    async def _get_prompt(
        self, context: ServerRequestContext[Any, Any], asked: protocol.GetPromptRequestParams
    ) -> protocol.GetPromptResult:
        """One of them, rendered."""
        actor, values = _actor(context), asked.arguments or {}
        try:
            found = await self._in_thread(
                actor.request_id, _told, actor, lambda: render_prompt(actor, asked.name, values)
            )
        except DomainError as error:
            raise _refused(error) from error
        text = protocol.TextContent(type="text", text=found.text)
        message = protocol.PromptMessage(role="user", content=text)
        return protocol.GetPromptResult(description=found.description, messages=[message])

    async def _in_thread[T](self, request_id: str, work: Callable[..., T], *given: Any) -> T:
        """Work with the database, in a thread of its own that gives its connection back at the end."""
        apart = sync_to_async(_apart, thread_sensitive=False, executor=self._threads)
        return await apart(request_id, work, *given)


def _apart[T](request_id: str, work: Callable[..., T], *given: Any) -> T:
    """Do it, and let what goes wrong be one of the refusals that every face knows."""
    try:
        return work(*given)
    except DomainError:
        raise
    except DataError as error:
        raise DomainError("invalid", "A value is out of range or cannot be kept.") from error
    except OperationalError as error:
        log.exception("no database for MCP (request %s)", request_id)
        words = "The database is busy or away. Try again in a few seconds."
        raise DomainError("busy", words, retry_after=3) from error
    except Exception as error:
        log.exception("an MCP call failed (request %s)", request_id)
        words = "Something failed on our side. Nothing was changed."
        raise DomainError("server_error", words, request_id=request_id) from error
    finally:
        connection.close()  # back to the pool: no end of a request does it here


def _enter(bearer: str, request_id: str) -> Actor:
    """Who bears this, as they are now. Error: `unauthorized`."""
    with told(request_id=request_id):
        return actor_of_bearer(bearer, via="mcp", request_id=request_id)


def _told[T](actor: Actor, work: Callable[[], T]) -> T:
    """Work in the actor's workspace, in a transaction of its own."""
    with told(actor.workspace.id, actor.person_id, actor.request_id):
        return work()


def _used(tool: Tool, actor: Actor, arguments: dict[str, Any]) -> str:
    """A tool's answer as JSON: the bytes that REST answers."""
    if tool.writes and actor.kind == "key":
        require(actor, Act.EDIT)  # before its arguments are looked at: to a key it is not there
    try:
        asked = tool.asks.model_validate(arguments)
    except ValidationError as error:
        raise _invalid(error) from error
    said = tool.plain(tool.run(actor, asked))
    return Renderer().render(None, said, response_status=200)  # type: ignore[arg-type]


def _invalid(error: ValidationError) -> DomainError:
    """What was wrong with which argument, as REST says it of a body's fields."""
    told_of = error.errors(include_url=False, include_context=False, include_input=False)[:100]
    errors = [
        {"field": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in told_of
    ]  # fmt: skip
    title = "; ".join(f"{each['field'] or 'arguments'}: {each['message']}" for each in errors[:3])
    return DomainError("invalid", title, errors=errors)


def _input_schema(name: str) -> dict[str, Any] | None:
    """What the SDK compares headers with, at every call: else it would make the whole list for it."""
    tool = TOOLS.get(name)
    return tool.input_schema if tool else None


def _described(tool: Tool) -> protocol.Tool:
    """A tool as clients list it. All four hints are said: what is unsaid is taken for dangerous."""
    hints = protocol.ToolAnnotations(
        title=tool.title, read_only_hint=not tool.writes, destructive_hint=tool.writes,
        idempotent_hint=not tool.writes, open_world_hint=False,
    )  # fmt: skip
    return protocol.Tool(
        name=tool.name, title=tool.title, description=tool.about, input_schema=tool.input_schema,
        output_schema=tool.output_schema, annotations=hints,
    )  # fmt: skip


def _offer(offered: Offered) -> protocol.Prompt:
    arguments = [protocol.PromptArgument(name=name, required=True) for name in offered.variables]
    return protocol.Prompt(
        name=offered.slug, title=offered.name, description=offered.description or None, arguments=arguments
    )


def _result(text: str, *, is_error: bool = False) -> protocol.CallToolResult:
    """The same JSON twice: as it is, and as text for older clients."""
    content: list[Any] = [protocol.TextContent(type="text", text=text)]
    return protocol.CallToolResult(content=content, structured_content=json.loads(text), is_error=is_error)


def _refused(error: DomainError) -> MCPError:
    """A refusal where the protocol has no result that could say it."""
    ours = error.code in ("busy", "server_error")
    return MCPError(
        protocol.INTERNAL_ERROR if ours else protocol.INVALID_PARAMS, error.message,
        json.loads(body_of(error)),
    )  # fmt: skip


def _actor(context: ServerRequestContext[Any, Any]) -> Actor:
    """Who asks, as this very request carries it."""
    assert context.request is not None  # every message came by HTTP
    actor: Actor = context.request.scope["actor"]
    return actor


def _not_one_message(body: bytes) -> protocol.ErrorData | None:
    """Why this is no message: no JSON that can be trusted, or not one object."""
    try:
        found = strict_json.read(body)
    except DomainError as error:
        code = protocol.INVALID_PARAMS if error.code == "invalid" else protocol.PARSE_ERROR
        return protocol.ErrorData(code=code, message=error.message)
    if not isinstance(found, dict):
        return protocol.ErrorData(code=protocol.INVALID_REQUEST, message="Send one message, as an object.")
    return None


async def _refuse_message(send: Send, error: protocol.ErrorData, request_id: str) -> None:
    said = {"jsonrpc": "2.0", "id": None, "error": {"code": error.code, "message": error.message}}
    await guard.say(send, 400, json.dumps(said).encode(), request_id)
