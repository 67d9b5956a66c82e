"""How many conversations start a second: `python -m benchmarks.conversations`.

Beside it, round by round in the same run, a bare INSERT of one row through psycopg, over as many connections
of the same kind as the server starts conversations on: the disk's commits are in both. A start checks the
key, finds the version, hashes and keeps its content, and answers with all of it.
"""

import asyncio
import os
import statistics
import sys
import time
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import psycopg

from tests.server import Installation, Server

ROUNDS = int(os.environ.get("ROUNDS", "9"))
SECONDS = int(os.environ.get("SECONDS", "2"))
CLIENTS = 16

SET_UP = """
from tests.factories import make_agent
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

workspace = create_workspace("bench")
operator = Actor.of_operator(workspace, via="command")
with told(workspace.id):
    make_agent(operator, slug="desk", locked=2, live=2, bio="Answers the phone. " * 400)
    print(create_key(operator, name="bench", kind="live")[1])
"""
BARE = "CREATE TABLE bare (id uuid PRIMARY KEY, words text, at timestamptz DEFAULT now())"
OPEN = "GRANT INSERT ON bare TO pv_rw"
INSERT = "INSERT INTO bare (id, words) VALUES (%s, %s)"


def run() -> list[dict[str, Any]]:
    """Starts a second, bare INSERTs a second, and their ratio: figures without a limit."""
    from versioning.delivery.source import FOR_STARTS

    installation = Installation()
    with ExitStack() as stack:
        stack.callback(installation.remove)
        installation.start()
        key = installation.run(SET_UP).splitlines()[-1]
        with psycopg.connect(installation.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute(BARE)
            owner.execute(OPEN)
        server = Server(installation.environment).start()
        stack.callback(server.stop)
        address = installation.environment["DATABASE_URL"]
        asyncio.run(_starts(server, key, 1))
        rounds = [
            (
                asyncio.run(_starts(server, key, SECONDS)),
                asyncio.run(_inserts(address, FOR_STARTS, SECONDS)),
                asyncio.run(_starts(server, key, 1, clients=1)),
            )
            for _ in range(ROUNDS)
        ]
    starts, inserts, alone = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(one / other for one, other, _ in rounds)
    return [
        _row(f"conversations started, {CLIENTS} clients", round(starts), "per second"),
        _row(f"bare INSERTs of one row, {FOR_STARTS} connections", round(inserts), "per second"),
        _row("the ratio of both", round(ratio, 3), ""),
        _row("one client, one conversation after the other", round(1000 / alone, 2), "ms each"),
    ]


async def _starts(server: Server, key: str, seconds: int, *, clients: int = CLIENTS) -> float:
    """Conversations a second, each on a content of some 8 kB that is kept already."""
    lines = (
        "POST /v1/agents/desk/conversations HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}",
        "Content-Length: 0",
    )  # fmt: skip
    request = "\r\n".join((*lines, "", "")).encode()
    end, answers = time.monotonic() + seconds, 0

    async def client() -> None:
        nonlocal answers
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while time.monotonic() < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 201"), head
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
            answers += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answers / seconds


async def _inserts(address: str, connections: int, seconds: int) -> float:
    """Single rows a second, each its own transaction."""
    end, rows = time.monotonic() + seconds, 0

    async def one() -> None:
        nonlocal rows
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            while time.monotonic() < end:
                await connection.execute(INSERT, (uuid4(), "a conversation, in short"))
                rows += 1

    await asyncio.gather(*(one() for _ in range(connections)))
    return rows / seconds


def _row(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "limit": "", "ok": True}


def main() -> int:
    """Print what `run` found."""
    for row in run():
        print(f"{row['name']}: {row['value']} {row['unit']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
