"""Threads for refreshes: made when there is work, gone when there is none."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable

MOST = 4


class Crew:
    """At most a few daemon threads that work off what is given to them.

    One whose work takes longer than it may is not waited for: another takes the next work.
    """

    def __init__(self) -> None:
        self.after_fork()

    def run(self, work: Callable[[], None], *, seconds: float) -> None:
        """Do this soon; it should take at most so long. Raises RuntimeError where no thread can be had."""
        with self._lock:
            self._waiting.append((work, seconds))
            now = time.monotonic()
            if sum(until > now for until in self._busy.values()) >= MOST:
                return
            thread = threading.Thread(target=self._work, name="previse-refresh", daemon=True)
            self._busy[thread] = now + seconds
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending, or there are too many threads
            with self._lock:
                self._busy.pop(thread, None)
                with contextlib.suppress(ValueError):  # another has taken it
                    self._waiting.remove((work, seconds))
            raise

    def after_fork(self) -> None:
        """Begin anew: threads do not come along into a child process."""
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Callable[[], None], float]] = deque()
        self._busy: dict[threading.Thread, float] = {}

    def dismiss(self, *, within: float) -> None:
        """Do nothing more, and wait a moment for what is under way."""
        with self._lock:
            self._waiting.clear()
            threads = list(self._busy)
        until = time.monotonic() + within
        for thread in threads:
            if thread is not threading.current_thread() and thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        me = threading.current_thread()
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy.pop(me, None)
                    return
                work, seconds = self._waiting.popleft()
                self._busy[me] = time.monotonic() + seconds
            work()
