"""The way to the door of assistants: what stands behind `/mcp` is loaded at the first call of a process.

Loading the SDK takes as long as all the rest of Previse, and memory: a start does not wait for it, and who
has no assistants never pays for it. The first call waits until it is there; reads and pages go on meanwhile.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from versioning.lib.asgi import Receive, Scope, Send


def _loaded() -> Any:
    from versioning.mcp import Door

    return Door()


class Assistants:
    """The ASGI application at `/mcp`. `running()` is entered once, for as long as the process serves."""

    def __init__(self, load: Callable[[], Any] = _loaded) -> None:
        self._load = load
        self._opening: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Inside, requests are answered."""
        self._ending = asyncio.Event()
        self._kept: set[asyncio.Task[None]] = set()
        try:
            yield
        finally:
            self._ending.set()
            await asyncio.gather(*self._kept, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        opening = self._opening
        try:
            door = await asyncio.shield(opening)  # whoever hangs up first ends it for nobody else
        except Exception:
            if self._opening is opening:
                self._opening = None  # the next call tries again
            raise
        await door(scope, receive, send)

    async def _open(self) -> Any:
        door = await asyncio.to_thread(self._load)
        gc.freeze()  # as at the start: it stays for good
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._kept.add(asyncio.create_task(self._keep(door, opened)))
        await opened
        return door

    async def _keep(self, door: Any, opened: asyncio.Future[None]) -> None:
        """Hold it open. It is entered and left by one task, as its task group wants it."""
        try:
            async with door.running():
                opened.set_result(None)
                await self._ending.wait()
        except Exception as error:
            if opened.done():
                raise
            opened.set_exception(error)
