"""What stands behind `/mcp` is loaded at the first call, once, and left as it was entered."""

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from tests.mcp.test_load import HEAVY
from tests.server import ROOT
from versioning.assistants import Assistants


class Door:
    """Writes down what is done with it."""

    def __init__(self):
        self.done = []

    @asynccontextmanager
    async def running(self):
        entered = asyncio.current_task()
        self.done.append("entered")
        yield
        assert asyncio.current_task() is entered  # a task group wants it
        self.done.append("left")

    async def __call__(self, scope, receive, send):
        self.done.append(scope["path"])


class Loading:
    """Hands out a door, the first times after a failure."""

    def __init__(self, failures=0):
        self.times, self.failures, self.door = 0, failures, Door()

    def __call__(self):
        self.times += 1
        if self.times <= self.failures:
            raise ImportError("planted")
        return self.door


def ask(assistants):
    return assistants({"path": "/mcp"}, None, None)


def test_it_is_loaded_once_for_all_who_come_at_once_and_left_at_the_end():
    load = Loading()

    async def serve():
        assistants = Assistants(load)
        async with assistants.running():
            await asyncio.gather(*(ask(assistants) for _ in range(5)))
            await ask(assistants)

    asyncio.run(serve())

    assert load.times == 1
    assert load.door.done == ["entered", *["/mcp"] * 6, "left"]


def test_without_a_call_nothing_is_loaded():
    load = Loading()

    async def serve():
        async with Assistants(load).running():
            pass

    asyncio.run(serve())

    assert load.times == 0


def test_the_first_caller_who_hangs_up_ends_it_for_nobody_else():
    load = Loading()

    async def serve():
        assistants = Assistants(load)
        async with assistants.running():
            first = asyncio.create_task(ask(assistants))
            await asyncio.sleep(0)
            first.cancel()
            await ask(assistants)

    asyncio.run(serve())

    assert (load.times, load.door.done) == (1, ["entered", "/mcp", "left"])


def test_after_a_failure_the_next_call_tries_again():
    load = Loading(failures=1)

    async def serve():
        assistants = Assistants(load)
        async with assistants.running():
            with pytest.raises(ImportError, match="planted"):
                await ask(assistants)
            await ask(assistants)

    asyncio.run(serve())

    assert (load.times, load.door.done) == (2, ["entered", "/mcp", "left"])


def test_the_process_starts_without_the_sdk():
    code = f"import versioning.asgi, sys\nprint([name for name in {HEAVY} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
