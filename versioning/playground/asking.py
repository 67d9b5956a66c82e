"""Asking a model server, by the official client: its answer piece by piece; what went wrong, in words.

The client takes a second to load, so this module is loaded by the first run, in a thread.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai
from django.conf import settings
from openai import AsyncOpenAI
from openai.resources.chat import AsyncCompletions  # noqa: F401  the client loads its parts when they are used
from openai.types.chat import ChatCompletionChunk

from versioning.lib import outbound
from versioning.playground.pieces import NoAnswer, Piece

outbound.tls()

CONNECT, SILENCE = 10.0, 120.0  # seconds until it takes the call, and between two pieces of an answer
MOST_BYTES = 20_000_000  # of an answer as it travels
MOST_WORDS = 500  # characters of what a server says of an error
CUT = {
    "length": "The answer was cut off: the model reached its limit of tokens.",
    "content_filter": "The answer was cut off by the content filter of the model server.",
}


async def ask(base_url: str, key: str, body: dict[str, Any]) -> AsyncGenerator[Piece]:
    """The answer, as it comes. Error: `NoAnswer`."""
    calls, heard = _Calls(), False
    async with _server(base_url, key) as server:
        try:
            async for chunk in await _begin(server, key, body):
                heard = True
                yield _piece(chunk, calls)
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise NoAnswer(words_for(error, body.get("model", ""), key)) from error
    if not heard:
        raise NoAnswer(
            "The address answers, but not as an OpenAI-compatible server does. Does it end in /v1, or as the "
            "documents of the server say?"
        )
    yield Piece(text=calls.end())


@asynccontextmanager
async def _server(base_url: str, key: str) -> AsyncIterator[AsyncOpenAI]:
    timeout = httpx2.Timeout(SILENCE, connect=CONNECT)
    allowed = settings.PLAYGROUND_ALLOW_PRIVATE
    async with outbound.client(allow_private=allowed, most=MOST_BYTES, timeout=timeout) as http:
        yield openai.AsyncOpenAI(
            base_url=base_url, api_key=key or "none", http_client=http, max_retries=0, timeout=timeout
        )


async def _begin(server: AsyncOpenAI, key: str, body: dict[str, Any]) -> AsyncIterator[ChatCompletionChunk]:
    """Send the request as it is kept, with the key and with nothing of this process's environment."""
    without: dict[str, Any] = dict.fromkeys(("OpenAI-Organization", "OpenAI-Project"), openai.omit)
    if not key:
        without["Authorization"] = openai.omit
    rest = {name: value for name, value in body.items() if name not in ("model", "messages", "stream")}
    begun: Any = await server.chat.completions.create(
        model=body["model"], messages=body["messages"], stream=True, extra_body=rest, extra_headers=without
    )
    found: AsyncIterator[ChatCompletionChunk] = begun
    return found


def _piece(chunk: ChatCompletionChunk, calls: "_Calls") -> Piece:
    text, note = "", ""
    for choice in (chunk.choices or [])[:1]:
        delta = choice.delta
        if delta and delta.content:
            text += delta.content
        for call in (delta and delta.tool_calls) or []:
            text += calls.add(call.index, call.function)
        note = CUT.get(choice.finish_reason or "", "")
    usage = chunk.usage
    return Piece(
        text=_sound(text), note=note, tokens_in=usage.prompt_tokens if usage else None,
        tokens_out=usage.completion_tokens if usage else None,
    )  # fmt: skip


class _Calls:
    """The calls of tools that a model answers with, as text: `lookup_order({"id": 7})`, one a line."""

    def __init__(self) -> None:
        self._open: int | None = None

    def add(self, index: int, function: Any) -> str:
        """A part of a call."""
        text = ""
        if index != self._open:
            text = f"{')' if self._open is not None else ''}\n{(function and function.name) or '?'}("
            self._open = index
        return text + str((function and function.arguments) or "")

    def end(self) -> str:
        """What closes the last one."""
        return ")" if self._open is not None else ""


def words_for(error: Exception, model: str, key: str) -> str:
    """What went wrong, for people, with what to do; no word of it is the key."""
    said = _said(error, key)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, model, said)
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
        return _of_connection(error)
    if isinstance(error, openai.APIError):
        return f"The model server broke off.{said}"
    return "The model server sent something that is no answer of an OpenAI-compatible server."


def _of_status(status: int, model: str, said: str) -> str:
    if status == 401:
        return f"The model server does not accept the key. Enter it again in Settings → Playground.{said}"
    if status == 404:
        return f"The model server knows no model “{model}”, or answers at another address.{said}"
    if status == 429:
        return f"The model server takes no more requests just now. Try again later.{said}"
    if status < 400:
        return "The address leads on to another one. Enter that one in Settings → Playground."
    if status < 500:
        return f"The model server refused the request ({status}).{said}"
    return f"The model server failed ({status}). Try again later.{said}"


def _of_connection(error: Exception) -> str:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, outbound.AddressRefused):
            return f"{cause} The operator can allow it with PLAYGROUND_ALLOW_PRIVATE=1."
        if isinstance(cause, outbound.TooLarge):
            return str(cause)
    if any(isinstance(cause, httpx2.ConnectTimeout) for cause in causes):
        return f"The model server did not take the call within {CONNECT:.0f} seconds."
    if any(isinstance(cause, httpx2.TimeoutException) for cause in causes):
        return f"The model server said nothing for {SILENCE:.0f} seconds."
    if any(isinstance(cause, httpx2.ConnectError) for cause in causes):
        return f"No connection to the model server. Is its address right, and is it running?{_reason(causes)}"
    return "The connection to the model server broke off. Try again."


def _reason(causes: list[BaseException]) -> str:
    words = next((str(cause) for cause in causes if isinstance(cause, httpx2.ConnectError)), "")
    return f" ({words[:MOST_WORDS]})" if words else ""


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _said(error: Exception, key: str) -> str:
    """The server's own words, bounded, and without the key should it repeat it."""
    body = getattr(error, "body", None)
    words = body.get("message", "") if isinstance(body, dict) else ""
    words = words if isinstance(words, str) else ""
    if key:
        words = words.replace(key, "••••")
    words = _sound(" ".join(words.split()))
    return f" It says: {words[:MOST_WORDS]}{'…' if len(words) > MOST_WORDS else ''}" if words else ""


def _sound(text: str) -> str:
    """A text that can be kept and shown: without NUL and without halves of surrogate pairs."""
    return (
        text.replace("\0", "\N{REPLACEMENT CHARACTER}")
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )
