"""The process that compares, so that a comparison can be killed: `python -m …diff.worker`."""

import os
import signal
import sys
from collections.abc import Callable

from .plan import Plan, make_plan, unaligned
from .wire import ANSWER, REQUEST, Readable, Writable, decode, receive, send

MEMORY = 512 * 1024 * 1024  # bytes of address space
GRACE = 1.0  # seconds past its time after which a worker ends by itself

TOO_MUCH_MEMORY = "These texts need too much memory to align; both are shown whole."


def serve(
    plan: Callable[[str, str], Plan] = make_plan, *, memory: int = MEMORY
) -> None:  # `plan` is replaced by tests alone
    """Answer requests on stdin until it ends."""
    _guard(memory)
    # Whatever prints would spoil the answers: it prints to stderr.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    while _answer(sys.stdin.buffer, answers, plan):
        pass


def _answer(requests: Readable, answers: Writable, plan: Callable[[str, str], Plan]) -> bool:
    """One request; False where there are no more, or none can be taken."""
    try:
        limit, old_size, new_size = REQUEST.unpack(receive(requests, REQUEST.size))
        old, new = receive(requests, old_size), receive(requests, new_size)
    except EOFError:
        return False
    _set_alarm(limit + GRACE)
    fits = True
    try:
        answer = plan(decode(old), decode(new)).as_json()
    except MemoryError:
        # The heap is in pieces: say so and leave, a new worker is cheap.
        answer, fits = unaligned(TOO_MUCH_MEMORY).as_json(), False
    _set_alarm(0)
    try:
        send(answers, ANSWER.pack(len(answer)) + answer)
    except BrokenPipeError:
        return False
    return fits


def _guard(memory: int) -> None:
    """Limit the memory where the system can, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        # A lower limit may be set already, which cannot be raised.
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _set_alarm(seconds: float) -> None:
    """End by oneself when the parent, which should have ended us, was killed first."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    serve()
