"""How fast `/v1` answers, of prompts and of agents, and how soon after a commit.

Absolute numbers of a machine that others use say little, so speed is a ratio to a bare ASGI application
on the same server in the same run, round by round: of answers for each second of processor time, which is
what decides once a core is full, and beside it of answers a second on the clock, which neighbours disturb.
PUBLISHES, ROUNDS and SECONDS make it longer or shorter. `python -m benchmarks.delivery` prints it.
"""

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from tests.server import ROOT, Installation, Server

ROUNDS = int(os.environ.get("ROUNDS", "9"))
SECONDS = int(os.environ.get("SECONDS", "2"))
PUBLISHES = int(os.environ.get("PUBLISHES", "1000"))
CLIENTS = 32
LEAST_RATIO = 0.8
MOST_MS = 100.0
SLUG = "greeting"
TEXT = "You are a helpful assistant of {{ company }}. " * 18  # some 0.9 kB, a common prompt
KINDS = ("prompt", "agent")

SET_UP = f"""
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

workspace = create_workspace("bench")
operator = Actor.of_operator(workspace, via="command")
with told(workspace.id):
    make_prompt(operator, slug={SLUG!r}, source={TEXT!r}, live=2)
    model = {{"model": "small", "instructions": {TEXT!r}}}
    make_agent(operator, slug={SLUG!r}, llm_config=model, locked=2, live=2)
    print(create_key(operator, name="bench", kind="live")[1])
"""

# Publishes v1 and v2 in turn, one for each line it reads, and prints the moment after the commit. The
# clock is the machine's, the same in every process.
PUBLISHER = f"""
import sys, time
import django; django.setup()
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace

with told(operator=True):
    workspace = Workspace.objects.get(slug="bench")
operator = Actor.of_operator(workspace, via="command")
with told(workspace.id):
    artifact = Artifact.objects.get(slug={SLUG!r}, kind=sys.argv[1])
for line in sys.stdin:
    with told(workspace.id):
        services.promote(operator, artifact, int(line))
    print(time.monotonic(), flush=True)
"""


def run() -> list[dict[str, Any]]:
    """The measurements of each kind: name, value, unit, limit, and whether it holds."""
    installation = Installation()
    with ExitStack() as stack:
        stack.callback(installation.remove)
        installation.start()
        key = installation.run(SET_UP).splitlines()[-1]
        return [
            row
            for kind in KINDS
            for measure in (_speed, _freshness)
            for row in measure(installation, key, kind)
        ]


def _speed(installation: Installation, key: str, kind: str) -> list[dict[str, Any]]:
    """Warm reads against the bare application, and the queries that they cost."""
    pin = ("taskset", "-c", "0") if _can_pin() else ()
    with ExitStack() as stack:
        # The write of when a key was last used, one a minute, is not a read's: it waits until the end.
        ours = Server(installation.environment | {"DELIVERY_TOUCH_SECONDS": "3600"}).start(prefix=pin)
        stack.callback(ours.stop)
        answer = ours.read(kind, SLUG, key)
        environment = installation.environment | {"BARE_BYTES": str(_bytes_of(answer))}
        bare = Server(environment, application="benchmarks.bare:application").start(prefix=pin)
        stack.callback(bare.stop)
        assert bare.read(kind, SLUG, key).status_code == 200
        for server in (ours, bare):
            _load(server, key, 1, kind)
        before = _queries(installation, ours)
        rounds = [(_measure(ours, key, kind), _measure(bare, key, kind)) for _ in range(ROUNDS)]
        asked = _queries(installation, ours) != before
    ratio, on_the_clock = (
        statistics.median(mine[column] / theirs[column] for mine, theirs in rounds) for column in (1, 0)
    )
    mine, theirs = (statistics.median(pair[side][0] for pair in rounds) for side in (0, 1))
    return [
        _row(f"/v1/{kind}s warm reads, ratio to a bare ASGI answer", round(ratio, 3), "",
             f">= {LEAST_RATIO}", ratio >= LEAST_RATIO),
        _row("the same on the clock", round(on_the_clock, 3), "", "", True),
        _row(f"/v1/{kind}s warm reads", round(mine), "per second", "", True),
        _row("bare ASGI answers of as many bytes", round(theirs), "per second", "", True),
        _row(f"queries in {round(mine * SECONDS * ROUNDS):,} warm reads", int(asked), "", "0", not asked),
    ]  # fmt: skip


def _measure(server: Server, key: str, kind: str) -> tuple[float, float]:
    """Answers per second on the clock, and per second of the server's processor time."""
    before = _processor_seconds(server)
    rate = _load(server, key, SECONDS, kind)
    spent = _processor_seconds(server) - before
    return rate, rate * SECONDS / spent if spent else rate


def _processor_seconds(server: Server) -> float:
    """What the worker spent so far, all its threads together; 0 where the system does not tell."""
    told = [
        path.read_text() for pid in server.workers() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")
    ]
    return sum(int(line.split()[0]) for line in told) / 1e9


def _freshness(installation: Installation, key: str, kind: str) -> list[dict[str, Any]]:
    """From a commit to the first fresh answer of each of two processes."""
    with ExitStack() as stack:
        servers = [Server(installation.environment).start() for _ in range(2)]
        for server in servers:
            stack.callback(server.stop)
        readers = [Reader(server, key, kind) for server in servers]
        for reader in readers:
            reader.read()
        publisher = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", PUBLISHER, kind], cwd=ROOT, text=True,
                             env=installation.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )  # fmt: skip
        assert publisher.stdin
        assert publisher.stdout
        took: list[float] = []
        for turn in range(PUBLISHES):
            number = 1 + turn % 2
            publisher.stdin.write(f"{number}\n")
            publisher.stdin.flush()
            seen = _seen(readers, number)
            committed = float(publisher.stdout.readline())
            took += [max(0.0, at - committed) * 1000 for at in seen]
        publisher.stdin.close()
    took.sort()
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    what = f"{kind}: commit to fresh read, {PUBLISHES} publishes, 2 processes"
    return [
        _row(f"{what}: p50", round(p50, 2), "ms", "", True),
        _row(f"{what}: p99", round(p99, 2), "ms", f"<= {MOST_MS:.0f}", p99 <= MOST_MS),
        _row(f"{what}: worst", round(took[-1], 2), "ms", "", True),
    ]


def _seen(readers: list["Reader"], number: int) -> list[float]:
    """When each process first answered with that number, asked in turn every half millisecond."""
    label = f'"number":{number},'.encode()
    waiting, seen = list(readers), []
    deadline = time.monotonic() + 30
    while waiting:
        for reader in list(waiting):
            if label in reader.read():
                seen.append(time.monotonic())
                waiting.remove(reader)
        assert time.monotonic() < deadline, "a publish was never served"
        time.sleep(0.0005)
    return seen


class Reader:
    """A client so light that what it takes itself does not show in what it measures."""

    def __init__(self, server: Server, key: str, kind: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = _request(key, kind)

    def read(self) -> bytes:
        """One answer, headers and all: it is small enough to come in one piece."""
        self._socket.sendall(self._request)
        return self._socket.recv(65_536)


def _request(key: str, kind: str) -> bytes:
    lines = (f"GET /v1/{kind}s/{SLUG} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}")
    return "\r\n".join((*lines, "", "")).encode()


def _load(server: Server, key: str, seconds: int, kind: str) -> float:
    """Answers per second at CLIENTS connections."""
    if not shutil.which("wrk"):
        return asyncio.run(_clients(server, key, seconds, kind))
    pin = ["taskset", "-c", "1"] if _can_pin() else []
    done = subprocess.run(
        [*pin, "wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-H", f"Authorization: Bearer {key}",
         f"{server.url}/v1/{kind}s/{SLUG}"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "Non-2xx" not in done.stdout, done.stdout
    return float(done.stdout.partition("Requests/sec:")[2].split()[0])


async def _clients(server: Server, key: str, seconds: int, kind: str) -> float:
    """The same without wrk: slower, so that it flatters both sides alike."""
    request = _request(key, kind)
    end, answers = time.monotonic() + seconds, 0

    async def client() -> None:
        nonlocal answers
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while time.monotonic() < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
            answers += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return answers / seconds


def _bytes_of(answer: Any) -> int:
    """As long a body as makes the bare answer, with its fewer headers, as long as ours in all."""
    both = ("content-type", "content-length", "server", "date")
    more = sum(len(f"{n}: {v}\r\n") for n, v in answer.headers.items() if n not in both)
    return len(answer.content) + more


def _queries(installation: Installation, server: Server) -> list[Any]:
    """Each delivery connection and when its last query began."""
    with psycopg.connect(installation.database.url("postgres")) as connection:
        found = connection.execute(
            "SELECT pid, query_start FROM pg_stat_activity WHERE application_name = ANY(%s) ORDER BY pid",
            [[f"previse delivery {pid}" for pid in server.workers()]],
        ).fetchall()
    assert found, "the server never asked the database, so nothing can be told from this"
    return found


def _can_pin() -> bool:
    return bool(shutil.which("taskset")) and (os.cpu_count() or 1) > 1


def _row(name: str, value: float, unit: str, limit: str, ok: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "limit": limit, "ok": ok}


def main() -> int:
    """Print what `run` found; 1 where a limit does not hold."""
    found = run()
    for row in found:
        mark = "ok  " if row["ok"] else "MISS"
        print(
            f"{mark} {row['name']}: {row['value']} {row['unit']} {row['limit'] and '(' + row['limit'] + ')'}"
        )
    return 0 if all(row["ok"] for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
