"""The client for threads."""

from __future__ import annotations

import contextlib
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from types import TracebackType
from typing import TYPE_CHECKING, cast

from previse.answers import Place, Reply
from previse.common import SOON, Common, place_of
from previse.crew import Crew
from previse.entry import Flight
from previse.events import Preloaded
from previse.line import Line
from previse.things import Agent, Fallback, Prompt, Thing

if TYPE_CHECKING:
    from typing_extensions import Self


class Previse(Common):
    """Reads prompts and agents: from memory in microseconds, and on while the server is away.

    `Previse("pv_live_…").prompt("greeting").render(name="Ada")`. May be used by many threads at once.
    """

    def prompt(self, slug: str, *, version: int | None = None, fallback: Fallback | None = None) -> Prompt:
        """The prompt as it is served to this key now, or its frozen `version`.

        Raises NotPublished, NotFound, Unauthorized or Unreachable, unless there is a `fallback` (a text).
        """
        return cast(Prompt, self._get(place_of("prompt", slug, version), fallback))

    def agent(self, slug: str, *, version: int | None = None, fallback: Fallback | None = None) -> Agent:
        """The agent as it is served to this key now, or its frozen `version`. Raises as `prompt`."""
        return cast(Agent, self._get(place_of("agent", slug, version), fallback))

    def preload(self, *, timeout: float = 30.0) -> Preloaded:
        """Fetch all that is served, at once: reads then find it in memory.

        Without the server it takes what is on disk; where that is nothing, it raises as a read does.
        """
        self._check_open()
        began = time.monotonic()
        brought: Future[Reply | Exception] = Future()
        self._crew.run(lambda: brought.set_result(self._ask("/v1/bundle", {}, timeout)), seconds=timeout)
        try:
            reply = brought.result(timeout + SOON)
        except TookTooLong:
            reply = TimeoutError("it took too long")
        preloaded, landed = self._unpacked(reply, began)
        for each in landed:
            self._store(each)
        return preloaded

    def close(self) -> None:
        """Hang up. Further reads raise RuntimeError."""
        if self._leave():
            self._crew.dismiss(within=SOON)
            if self._line is not None:
                self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _renew(self) -> None:
        super()._renew()
        self._crew = Crew()
        self._line: Line | None = None
        self._line_lock = threading.Lock()

    def _get(self, place: Place, fallback: Fallback | None) -> Thing:
        found = self._found(place)
        if found is not None:
            return found
        turn, patience = self._begin(place, fallback)
        if turn.start:
            self._send(place, turn.start)
        if turn.wait:
            with contextlib.suppress(TookTooLong):  # what is known then decides
                turn.wait.landed.result(turn.patience)
            turn.answer = self._memory.settle(place, turn.wait, patience)
        assert turn.answer is not None
        return self._answered(place, turn.answer, fallback)

    def _send(self, place: Place, flight: Flight) -> None:
        """Have it refreshed; where that cannot be done, what is known is served on."""
        try:
            self._crew.run(lambda: self._refresh(place, flight), seconds=self._timeout * 2)
        except RuntimeError:
            self._memory.abandon(place, flight)
            flight.land()

    def _refresh(self, place: Place, flight: Flight) -> None:
        """Ask once, in a thread of the crew."""
        try:
            began = time.monotonic()
            etag, headers = self._conditional(place)
            told = self._understood(place, self._ask(place.path, headers, self._timeout), etag)
            self._store(self._landed(place, flight, told, began))
        finally:
            flight.land()

    def _ask(self, path: str, headers: dict[str, str], seconds: float) -> Reply | Exception:
        """The answer, or what went wrong."""
        try:
            with self._line_lock:
                if self._line is None:
                    self._line = Line(self._url, self._headers)
            return self._line.get(path, headers, seconds=seconds)
        except Exception as error:
            return error
