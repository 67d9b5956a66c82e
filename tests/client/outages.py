"""Reads through a trouble, by threads and by tasks of one process at once; and what must be true of them."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.client.door import Door
from tests.server import Installation, Server

MOST_MS = 1.0
EARLY = 0.98  # of an interval: two clocks read one after the other
SLUG = "greeting"
SET_UP = f"""
from tests.factories import make_prompt
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

workspace = create_workspace("demo")
operator = Actor.of_operator(workspace, via="command")
with told(workspace.id):
    make_prompt(operator, slug={SLUG!r}, live=2)
    print(create_key(operator, name="a", kind="live")[1])
"""
ACT = f"""
import sys
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace

with told(operator=True):
    workspace = Workspace.objects.get(slug="demo")
with told(workspace.id):
    artifact = Artifact.objects.get(slug={SLUG!r})
    operator = Actor.of_operator(workspace, via="command")
    """
UNPUBLISH = ACT + "services.unpublish(operator, artifact)\n"


@dataclass
class Tally:
    """What came of reads: how long each took (seconds), what failed, and who read from where."""

    took: list[float] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)

    @property
    def p99(self) -> float:
        """Milliseconds."""
        ordered = sorted(self.took)
        return ordered[int(len(ordered) * 0.99)] * 1000

    def check(self, reads: int) -> None:
        """Every read was answered, with a text that once was live."""
        assert not self.failed, f"{len(self.failed)} reads failed: {self.failed[0]!r}"
        assert len(self.took) == reads
        assert len(self.texts) == 1, self.texts


def read_through(client: Any, asynchronous: Any, *, reads: int, seconds: float) -> Tally:
    """That many reads in that many seconds: half of them by two threads, half by two tasks in a loop."""
    tally, each = Tally(), reads // 4
    burst = max(1, round(each * 0.002 / seconds))
    pause = seconds * burst / each

    def note(began: float, found: Any) -> None:
        tally.took.append(time.perf_counter() - began)
        if isinstance(found, Exception):
            tally.failed.append(found)
        else:
            tally.texts.add(found.content)

    def thread() -> None:
        for number in range(each):
            began = time.perf_counter()
            try:
                note(began, client.prompt(SLUG))
            except Exception as error:
                note(began, error)
            if number % burst == 0:
                time.sleep(pause)

    async def task() -> None:
        for number in range(each):
            began = time.perf_counter()
            try:
                note(began, await asynchronous.prompt(SLUG))
            except Exception as error:
                note(began, error)
            if number % burst == 0:
                await asyncio.sleep(pause)

    async def tasks() -> None:
        await asyncio.gather(task(), task())

    threads = [threading.Thread(target=thread) for _ in range(2)]
    threads.append(threading.Thread(target=lambda: asyncio.run(tasks())))
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return tally


def check_requests(door: Door, fresh: float) -> int:
    """At most one request an interval came; how many came."""
    moments = [asked.at for asked in door.asked if asked.path == f"/v1/prompts/{SLUG}"]
    gaps = [after - before for before, after in pairwise(moments)]
    too_soon = [gap for gap in gaps if gap < fresh * EARLY]
    assert not too_soon, f"{len(moments)} requests, one {min(too_soon):.3f} s after another; limit {fresh} s"
    return len(moments)


@dataclass
class World:
    """An installation, its server and the door before it, and ways to take them away."""

    installation: Installation
    key: str
    door: Door
    server: Server

    @classmethod
    @contextmanager
    def build(cls, start: Callable[[Installation], Any] = Installation.start) -> Iterator["World"]:
        """A world with one prompt that is live."""
        installation = Installation()
        try:
            start(installation)
            key = installation.run(SET_UP).splitlines()[-1]
            server = Server(installation.environment).start()
            with Door(server.url) as door:
                world = cls(installation, key, door, server)
                yield world
                world.server.stop()
        finally:
            installation.remove()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The server is ended as an operator does."""
        assert self.server.stop() == 0
        yield
        self._start()

    @contextmanager
    def killed(self) -> Iterator[None]:
        """The server's processes are killed."""
        for pid in (*map(int, self.server.workers()), self.server.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.server.process.wait(10)
        yield
        self._start()

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """The server has lost its database."""
        self.installation.database.stop()
        yield
        self.installation.database.start()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Who asks gets no word."""
        self.door.hang()
        yield
        self.door.pass_on()

    @contextmanager
    def talking_nonsense(self) -> Iterator[None]:
        """Who asks is told what makes no sense."""
        self.door.talk_nonsense()
        yield
        self.door.pass_on()

    def _start(self) -> None:
        self.server = Server(self.installation.environment).start()
        self.door.to = self.server.url


TROUBLES: dict[str, Callable[[World], Any]] = {
    "the server is stopped": World.stopped,
    "the server is killed": World.killed,
    "the database is gone": World.without_database,
    "the server hangs": World.hanging,
    "answers are garbage": World.talking_nonsense,
}
