"""A reader over a database that a test plays itself: for races that real processes show too rarely."""

import asyncio
import json
import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from versioning.delivery import freshness as freshness_module
from versioning.delivery import memory as memory_module
from versioning.delivery.freshness import Freshness
from versioning.delivery.memory import Memory
from versioning.delivery.reader import Reader
from versioning.delivery.source import Row
from versioning.workspaces import keys

WORKSPACE = uuid.uuid4()
KEY = keys.generate("live")
TOKEN = b"Bearer " + KEY.encode()


def row(generation: int, *, number: int | None = 1, expires_at: datetime | None = None) -> Row:
    """What the database gives for the prompt `greeting` at a generation."""
    return Row(
        key_id=uuid.uuid4(), workspace_id=WORKSPACE, key_kind="live", expires_at=expires_at,
        artifact_id=uuid.uuid4(), generation=generation, served_from="live", number=number,
        source=f"text {generation}", digest="d", since=datetime.now(UTC),
    )  # fmt: skip


class FakeSource:
    """A database whose answers a test holds back and lets go."""

    def __init__(self, *rows: Row | Exception | None):
        self.rows, self.asked, self.suspect = list(rows), 0, False
        self.gates: list[asyncio.Event] = []

    async def read(self, *_: Any, known: bool) -> Row | None:
        index = self.asked
        self.asked += 1
        if index < len(self.gates):
            await self.gates[index].wait()
        found = self.rows[min(index, len(self.rows) - 1)]
        if isinstance(found, Exception):
            raise found
        return found


class Scene:
    """A reader over a fake database, listening."""

    def __init__(self, *rows: Row | Exception | None):
        self.memory = Memory(1_000_000)
        self.freshness = Freshness(self.memory)
        self.freshness.begin()
        self.source = FakeSource(*rows)
        self.reader = Reader(self.memory, self.freshness, self.source)  # type: ignore[arg-type]

    async def read(self, token: bytes = TOKEN, number: int | None = None) -> tuple[str, int]:
        """The content and the staleness of a read."""
        _, answer, stale_for = await self.reader.read(token, "prompt", "greeting", number)
        return json.loads(answer.body)["content"], stale_for

    def hear(self, **told: Any) -> None:
        """A trigger's message."""
        self.freshness.hear(json.dumps({"w": str(WORKSPACE), **told}))

    def hear_move(self, generation: int) -> None:
        """A pointer of `greeting` moved."""
        self.hear(k="prompt", s="greeting", g=generation)


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


async def settle() -> None:
    """Let what is ready run."""
    for _ in range(5):
        await asyncio.sleep(0)


def stop_clock(monkeypatch: Any) -> list[float]:
    """A clock that stands still until a test sets it."""
    now = [1_000.0]
    for module in (freshness_module, memory_module):
        monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr("versioning.delivery.reader.monotonic", lambda: now[0])
    return now
