"""An answer as it comes, as server-sent events: raw ASGI, so that a long one holds no page's thread.

The page hands its reader an address that is signed, for this run and this person, for a quarter of an hour.
That they are still a member who may try is asked at the start. The words come out of memory where the run is
in this process, else out of its row.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.core import signing
from django.db import Error, connection

from versioning.lib.transaction import tell, told
from versioning.playground.models import Run
from versioning.playground.runner import runner
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Member
from versioning.workspaces.policy import Act, may

type Scope = Any
type Receive = Callable[[], Awaitable[Any]]
type Send = Callable[[Any], Awaitable[None]]

PATH = re.compile(r"/w/([^/]+)/playground/runs/([0-9a-f-]{36})/stream")
SALT, LASTS = "playground stream", 15 * 60  # seconds; longer than any answer may take
MOST_WATCHERS = 200  # of a process
FRAME, LOOK, STILL = 0.03, 0.5, 15.0  # seconds: between two events, two looks at a row, signs of life
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_watchers = 0


def stream_url(actor: Actor, run: Run) -> str:
    """Where this person reads this run as it comes."""
    token = signing.dumps({"run": str(run.pk), "person": str(actor.person_id)}, salt=SALT)
    return f"/w/{actor.workspace.slug}/playground/runs/{run.pk}/stream?token={token}"


def is_stream(path: str) -> bool:
    """Whether an address is one of these."""
    return PATH.fullmatch(path) is not None


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer such an address."""
    global _watchers
    found = PATH.fullmatch(scope["path"])
    reader = None
    if found and scope["method"] == "GET" and _watchers < MOST_WATCHERS:
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        slug, run_id = found.groups()
        reader = await _reader(slug, run_id, token)
    if reader is None:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    _watchers += 1
    try:
        await _until_gone(receive, _write(reader, _already(scope), send))
    finally:
        _watchers -= 1


@dataclass(frozen=True)
class Reader:
    """Who reads which run, in which workspace."""

    run_id: UUID
    workspace_id: UUID
    person_id: UUID


async def _reader(slug: str, run_id: str, token: str) -> Reader | None:
    """Who asks, if the address was given to them and they may still try."""
    try:
        signed = signing.loads(token, salt=SALT, max_age=LASTS)
        run, person = UUID(run_id), UUID(signed["person"])
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None
    if signed["run"] != str(run):
        return None
    try:
        return await runner.in_thread(partial(_admitted, slug, run, person))
    except Error:
        return None


def _admitted(slug: str, run: UUID, person: UUID) -> Reader | None:
    with told(None, person):
        with connection.cursor() as cursor:
            cursor.execute("SELECT workspace_id, member_id FROM my_workspace(%s, %s)", [person, slug])
            found = cursor.fetchone()
        if found is None:
            return None
        workspace_id, member_id = found
        tell(workspace_id, person)
        member = Member.objects.select_related("workspace", "user").get(pk=member_id)
        allowed = member.user.is_active and may(Actor.of_member(member, via="web"), Act.TRY)
        there = Run.objects.filter(pk=run, workspace_id=workspace_id).exists()
        return Reader(run, workspace_id, person) if allowed and there else None


def _already(scope: Scope) -> int:
    """How many characters a reader has, who comes again after a broken connection."""
    said = dict(scope["headers"]).get(b"last-event-id", b"")
    return int(said) if said.isdigit() and len(said) <= 7 else 0


async def _until_gone(receive: Receive, writing: Any) -> None:
    """Write until all is written, or the reader is gone."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = [asyncio.ensure_future(writing), asyncio.ensure_future(gone())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _write(reader: Reader, at: int, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    quiet = 0.0
    while True:
        here = runner.under_way(reader.run_id)
        bell = here.changed if here else None  # taken before the words are read: what comes after them rings
        words, ended = (here.since(at), False) if here else await _from_row(reader, at)
        if words:
            at, quiet = at + len(words), 0.0
            await _send(send, f"id: {at}\ndata: {json.dumps({'text': words})}\n\n")
        if ended:
            await _send(send, "event: end\ndata: {}\n\n")
            await send({"type": "http.response.body", "body": b""})
            return
        waited = await _wait(bell)
        quiet += waited
        if quiet >= STILL:
            quiet = 0.0
            await _send(send, ": still under way\n\n")


async def _wait(bell: asyncio.Event | None) -> float:
    """Wait for more, at most a while; for how long."""
    if bell is None:
        await asyncio.sleep(LOOK)
        return LOOK
    try:
        async with asyncio.timeout(STILL):
            await bell.wait()
    except TimeoutError:
        return STILL
    await asyncio.sleep(FRAME)  # several words go into one event
    return FRAME


async def _from_row(reader: Reader, at: int) -> tuple[str, bool]:
    """What the row has beyond that, and whether that is all."""

    def read() -> tuple[str, bool]:
        with told(reader.workspace_id, reader.person_id):
            run = Run.objects.filter(pk=reader.run_id).only("answer", "status", "seen_at").first()
            return (run.answer[at:], not run.is_open) if run else ("", True)

    try:
        return await runner.in_thread(read)
    except Error:
        return "", False


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
