"""The client for asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import time
from types import TracebackType
from typing import TYPE_CHECKING, cast

from previse.answers import Place, Reply
from previse.common import Common, place_of
from previse.entry import Flight
from previse.events import Preloaded
from previse.line import AsyncLine
from previse.things import Agent, Fallback, Prompt, Thing

if TYPE_CHECKING:
    from typing_extensions import Self


class AsyncPrevise(Common):
    """`Previse` for asyncio: `(await client.prompt("greeting")).render(name="Ada")`.

    What is in memory is answered without giving up the turn; refreshes are tasks of the running loop.
    """

    async def prompt(
        self, slug: str, *, version: int | None = None, fallback: Fallback | None = None
    ) -> Prompt:
        """See `Previse.prompt`."""
        return cast(Prompt, await self._get(place_of("prompt", slug, version), fallback))

    async def agent(
        self, slug: str, *, version: int | None = None, fallback: Fallback | None = None
    ) -> Agent:
        """See `Previse.agent`."""
        return cast(Agent, await self._get(place_of("agent", slug, version), fallback))

    async def preload(self, *, timeout: float = 30.0) -> Preloaded:
        """See `Previse.preload`."""
        self._check_open()
        began = time.monotonic()
        reply = await self._ask("/v1/bundle", {}, timeout)
        preloaded, landed = await asyncio.to_thread(self._unpacked, reply, began)
        for each in landed:
            await asyncio.to_thread(self._store, each)
        return preloaded

    async def aclose(self) -> None:
        """Hang up. Further reads raise RuntimeError."""
        if self._leave():
            mine = [task for task in self._tasks if task.get_loop() is asyncio.get_running_loop()]
            for task in mine:
                task.cancel()
            await asyncio.gather(*mine, return_exceptions=True)
            if self._line is not None and self._loop is asyncio.get_running_loop():
                await self._line.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _renew(self) -> None:
        super()._renew()
        self._tasks: set[asyncio.Task[None]] = set()
        self._line: AsyncLine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def _get(self, place: Place, fallback: Fallback | None) -> Thing:
        found = self._found(place)
        if found is not None:
            return found
        turn, patience = self._begin(place, fallback)
        if turn.start:
            task = asyncio.get_running_loop().create_task(self._refresh(place, turn.start))
            self._tasks.add(task)  # a loop holds its tasks only weakly
            task.add_done_callback(self._tasks.discard)
        if turn.wait:
            landed = asyncio.shield(asyncio.wrap_future(turn.wait.landed))
            with contextlib.suppress(asyncio.TimeoutError):  # what is known then decides
                await asyncio.wait_for(landed, turn.patience)
            turn.answer = self._memory.settle(place, turn.wait, patience)
        assert turn.answer is not None
        return self._answered(place, turn.answer, fallback)

    async def _refresh(self, place: Place, flight: Flight) -> None:
        """Ask once, in a task of its own: whoever waits may go."""
        try:
            began = time.monotonic()
            etag, headers = self._conditional(place)
            told = self._understood(place, await self._ask(place.path, headers, self._timeout), etag)
            landed = self._landed(place, flight, told, began)
            if landed.keep or landed.denied:
                await asyncio.to_thread(self._store, landed)
        finally:
            self._memory.abandon(place, flight)
            flight.land()

    async def _ask(self, path: str, headers: dict[str, str], seconds: float) -> Reply | Exception:
        """The answer, or what went wrong."""
        try:
            loop = asyncio.get_running_loop()
            if self._line is None or self._loop is not loop:  # connections belong to their loop
                self._line, self._loop = AsyncLine(self._url, self._headers), loop
            return await self._line.get(path, headers, seconds=seconds)
        except Exception as error:
            return error
