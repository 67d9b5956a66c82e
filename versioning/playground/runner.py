"""Runs under way: each a coroutine on the server's own event loop, so that no answer holds a page's thread.

A page hands a job over once its row is committed. The words come into memory, where whoever watches reads
them, and into the row twice a second, in short transactions of two threads of this room. The row rules: a
run that was stopped there, by whichever process, ends here. Without a server (in a command, in a test) runs
have a loop of their own.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib import import_module
from io import StringIO
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from django.db import Error, connection
from django.utils import timezone

from versioning.lib.transaction import told
from versioning.playground.models import LOST, Run
from versioning.playground.pieces import NoAnswer, Piece
from versioning.playground.states import OPEN, RunStatus

log = logging.getLogger("previse.playground")

AT_ONCE, AT_ONCE_HERE = 4, 12  # answers at the same time: of a workspace, of a process
LONGEST = 300.0  # seconds that an answer may take
MOST_TEXT = 200_000  # characters that are kept of one
WRITE_EVERY, SIGN_EVERY = 0.5, 2.0  # seconds between two writes of new words; of a sign of life without any
INSIST = 30.0  # seconds for which the end of a run is written again and again while the database is away
ASKING = "versioning.playground.asking"  # loaded by the first run: it takes a second
NO_KEY = "The key of the model server can no longer be read. Enter it again in Settings → Playground."


@dataclass(frozen=True)
class Job:
    """What a run needs to be answered. `key`: '' for none; None where it can no longer be unsealed."""

    run_id: UUID
    workspace_id: UUID
    person_id: UUID | None
    base_url: str
    key: str | None
    body: dict[str, Any]


@dataclass(eq=False)
class Answering:
    """One run under way in this process, as far as it is."""

    job: Job
    length: int = 0  # characters that have come
    status: RunStatus = RunStatus.WAITING
    error: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    started_at: datetime | None = None
    first_token_at: datetime | None = None
    task: "asyncio.Task[Any] | None" = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _text: StringIO = field(default_factory=StringIO)  # grows without being copied for every word

    def take(self, piece: Piece) -> None:
        """More of the answer; whoever waits for it is woken."""
        if piece.text and not self.first_token_at:
            self.first_token_at = timezone.now()
        self._text.seek(self.length)
        self.length += self._text.write(piece.text[: MOST_TEXT - self.length])
        self.error = piece.note or self.error
        self.tokens_in = self.tokens_in if piece.tokens_in is None else piece.tokens_in
        self.tokens_out = self.tokens_out if piece.tokens_out is None else piece.tokens_out
        self.ring()

    def since(self, at: int) -> str:
        """What has come after the first so many characters."""
        self._text.seek(min(at, self.length))
        return self._text.read()

    def ring(self) -> None:
        """Wake all who wait now; who waits from now on waits for the next time."""
        self.changed.set()
        self.changed = asyncio.Event()

    def end(self, status: RunStatus, error: str = "") -> None:
        """How it ended."""
        self.status, self.error = status, error or self.error

    def words(self) -> dict[str, Any]:
        """What has come so far, as the row says it. Any thread may ask."""
        return {
            "answer": self._text.getvalue(), "tokens_in": self.tokens_in, "tokens_out": self.tokens_out,
            "started_at": self.started_at, "first_token_at": self.first_token_at,
        }  # fmt: skip

    def row(self) -> dict[str, Any]:
        """All that the row shall say."""
        return self.words() | {"status": self.status, "error": self.error, "seen_at": timezone.now()}


class Runner:
    """The runs of this process."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="playground")
        self._under_way: dict[UUID, Answering] = {}
        self._handed: set[Future[None]] = set()
        self._closing = False

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run on this loop from now on."""
        self._loop, self._closing = loop, False
        self._here = asyncio.Semaphore(AT_ONCE_HERE)
        self._of_workspace: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    async def close(self) -> None:
        """End what is under way, each row saying why."""
        self._closing = True
        tasks = [each.task for each in self._under_way.values() if each.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loop = None

    def submit(self, job: Job) -> None:
        """Take a run over, from any thread. Its row is committed."""
        handed = asyncio.run_coroutine_threadsafe(self._run(job), self._loop_of_ours())
        self._handed.add(handed)
        handed.add_done_callback(self._handed.discard)

    def stop(self, run_id: UUID) -> None:
        """End a run if it is here; in another process its row, which says so already, ends it."""
        if self._loop and (found := self._under_way.get(run_id)) and found.task:
            self._loop.call_soon_threadsafe(found.task.cancel)

    def under_way(self, run_id: UUID) -> Answering | None:
        """The run as it is in memory, if it is here."""
        return self._under_way.get(run_id)

    def join(self, seconds: float = 30) -> None:
        """Wait until all that was handed over has ended: for commands and tests."""
        wait_for(list(self._handed), timeout=seconds)

    async def in_thread[T](self, work: Callable[[], T]) -> T:
        """Work with the database in a thread of this room; its connection goes back afterwards."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_connection, work)

    def _loop_of_ours(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, name="playground", daemon=True).start()
                self.open(loop)
            assert self._loop
            return self._loop

    async def _run(self, job: Job) -> None:
        one = Answering(job, task=asyncio.current_task())
        self._under_way[job.run_id] = one
        keeping = asyncio.create_task(self._keep(one))
        try:
            await self._answer(one)
            one.end(RunStatus.DONE)
        except NoAnswer as error:
            one.end(RunStatus.FAILED, str(error))
        except TimeoutError:
            one.end(RunStatus.FAILED, f"The answer was not complete after {LONGEST / 60:.0f} minutes.")
        except asyncio.CancelledError:
            one.end(*((RunStatus.FAILED, LOST) if self._closing else (RunStatus.STOPPED, "")))
        except Exception:
            log.exception("run %s failed", job.run_id)
            one.end(RunStatus.FAILED, "Something failed on our side. The log of the server says what.")
        finally:
            keeping.cancel()
            await self._write_end(one)
            del self._under_way[job.run_id]
            one.ring()

    async def _answer(self, one: Answering) -> None:
        job = one.job
        if job.key is None:
            raise NoAnswer(NO_KEY)
        asking = await asyncio.get_running_loop().run_in_executor(self._threads, import_module, ASKING)
        mine = self._of_workspace.setdefault(job.workspace_id, asyncio.Semaphore(AT_ONCE))
        pieces = asking.ask(job.base_url, job.key, job.body)
        async with mine, self._here, asyncio.timeout(LONGEST), aclosing(pieces):
            one.status, one.started_at = RunStatus.STREAMING, timezone.now()
            one.ring()
            async for piece in pieces:
                one.take(piece)
                if one.length >= MOST_TEXT:
                    raise NoAnswer(f"The answer was cut off at {MOST_TEXT:,} characters.")
                await asyncio.sleep(0)  # a fast server holds up nobody else on this loop

    async def _keep(self, one: Answering) -> None:
        """Write what is new, and a sign of life; end the run when its row was ended elsewhere."""
        written, at = (one.length, one.status), time.monotonic()
        while True:
            await asyncio.sleep(WRITE_EVERY)
            now = (one.length, one.status)
            if now == written and time.monotonic() - at < SIGN_EVERY:
                continue
            row = one.row()
            try:
                there = await self.in_thread(partial(_write, one.job, row))
            except Error:
                log.warning("run %s: the database is away, its words stay in memory", one.job.run_id)
                continue
            written, at = now, time.monotonic()
            if not there and one.task:
                one.task.cancel()
                return

    async def _write_end(self, one: Answering) -> None:
        """Write how it ended. A run that was stopped stays so, with the words that came until then."""
        row = one.row() | {"finished_at": timezone.now()}
        deadline = time.monotonic() + INSIST
        while True:
            try:
                if not await self.in_thread(partial(_write, one.job, row)):
                    await self.in_thread(partial(_write, one.job, one.words(), status=RunStatus.STOPPED))
                return
            except Error:
                log.warning("run %s: its end cannot be written yet", one.job.run_id)
                if self._closing or time.monotonic() > deadline:
                    return
            await asyncio.sleep(1)


def _write(job: Job, row: dict[str, Any], *, status: RunStatus | None = None) -> bool:
    """Write to a run's row while it is open (or in that status); whether it was."""
    wanted = (status,) if status else OPEN
    with told(job.workspace_id, job.person_id):
        return Run.objects.filter(pk=job.run_id, status__in=wanted).update(**row) > 0


def _with_connection[T](work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connection.close()


runner = Runner()
