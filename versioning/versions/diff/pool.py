"""Comparing in a process of its own, which is killed when it takes too long."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from .plan import Plan, read_plan
from .wire import ANSWER, REQUEST, receive, send

COMMAND = (sys.executable, "-m", f"{__package__}.worker")

BUSY = "Too many comparisons are running; both texts are shown whole. Try again in a moment."
FAILED = "These texts could not be aligned; both are shown whole."


def _too_slow(timeout: float) -> str:
    return f"These texts are too different to align within {timeout:g} s; both are shown whole."


class Unanswered(Exception):
    """No worker gave a plan; the message says why, for the page."""


class Gone(Exception):
    """The worker ended while it was asked."""


class Late(Exception):
    """The worker took too long, and was killed."""


class Worker:
    """One process that compares, one request after another."""

    def __init__(self, command: Sequence[str]) -> None:
        # It needs to find this package and nothing else: no secret of ours reaches it.
        kept = {k: v for k, v in os.environ.items() if k in ("SYSTEMROOT", "LD_LIBRARY_PATH")}
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=kept | {"PYTHONPATH": path},
        )
        self.pid = self._process.pid
        self._late = False

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._late and self._process.poll() is None

    def ask(self, old: bytes, new: bytes, timeout: float) -> bytes:
        """The plan in JSON within `timeout` seconds; Late or Gone, and then it has ended."""
        assert self._process.stdin
        assert self._process.stdout
        # A timer that kills works on every platform, and frees us from a pipe that is full as
        # well as from one that is silent.
        timer = threading.Timer(timeout, self._expire)
        timer.daemon = True
        timer.start()
        try:
            send(self._process.stdin, REQUEST.pack(timeout, len(old), len(new)) + old + new)
            (size,) = ANSWER.unpack(receive(self._process.stdout, ANSWER.size))
            return receive(self._process.stdout, size)
        except (EOFError, OSError) as error:
            self.end()
            raise (Late if self._late else Gone) from error
        finally:
            timer.cancel()

    def end(self) -> None:
        """Kill it, by its own id, and take leave."""
        self._process.kill()
        self.let_go()
        self._process.wait()

    def let_go(self) -> None:
        """Close our ends of its pipes: without a parent it ends."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()

    def _expire(self) -> None:
        self._late = True
        self._process.kill()


class Pool:
    """At most `size` workers, started when needed; safe to call from many threads."""

    def __init__(self, size: int = 2, command: Sequence[str] = COMMAND) -> None:
        self._size = size
        self._command = command
        self._reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def pids(self) -> list[int]:
        """The process ids of the workers that run."""
        return [worker.pid for worker in list(self._workers) if worker.alive]

    def plan(self, old: bytes, new: bytes, timeout: float) -> Plan:
        """Align two encoded texts; Unanswered after `timeout` seconds, waiting included."""
        deadline = monotonic() + timeout
        try:
            worker = self._free.get(timeout=timeout)
        except queue.Empty:
            raise Unanswered(BUSY) from None
        try:
            for _ in range(2):  # one that died of something else is replaced once
                if worker is None or not worker.alive:
                    worker = self._replace(worker)
                with suppress(Gone):
                    return read_plan(worker.ask(old, new, max(0.0, deadline - monotonic())))
            raise Unanswered(FAILED)
        except Late:
            raise Unanswered(_too_slow(timeout)) from None
        except OSError as error:  # no process to be had
            raise Unanswered(FAILED) from error
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """End all workers; the pool starts new ones when it is asked again."""
        for worker in list(self._workers):
            worker.end()
        self._workers.clear()

    def _replace(self, worker: Worker | None) -> Worker:
        if worker is not None:
            worker.end()
            self._workers.discard(worker)
        worker = Worker(self._command)
        self._workers.add(worker)
        return worker

    def _reset(self) -> None:
        self._workers: set[Worker] = set()
        # The last one used is asked first, so that a second starts only under load.
        self._free: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(self._size):
            self._free.put(None)

    def _forked(self) -> None:
        """In a forked child: the workers are the parent's, and must see it go."""
        for worker in self._workers:
            worker.let_go()
        self._reset()
