"""`python -m benchmarks.webhook_kills [TIMES]`: 50 workers killed in mid-delivery, and what became of it.

No part of `make bench`, for it takes minutes. Fails where an Event was lost, altered or told out of order.
"""

import os
import sys
import time

from benchmarks.scratch import scratch_database


def main(times: int) -> None:
    """Kill, wait, count, and print."""
    with scratch_database():
        from django.conf import settings

        from tests.webhooks.killing import kill_often
        from tests.webhooks.process import Worker

        environment = os.environ | {"SECRET_KEY": settings.SECRET_KEY}
        began = time.monotonic()
        started: list[Worker] = []

        def start() -> Worker:
            started.append(Worker(environment, timeout=2))
            return started[-1].start()

        try:
            found = kill_often(start, times, say=lambda said: print(said, flush=True))
        finally:
            for one in started:
                one.process.kill()
        took = time.monotonic() - began
    print(f"{found.kills} workers killed in {took:.0f} s, {found.under_way} with a request under way")
    print(f"{found.owed} deliveries owed, {found.lost} lost")
    print(f"{found.repeats} came again, {found.altered} of them altered")
    print(f"{found.disordered} endpoints first told of a later act")
    print(f"the last worker had brought everything after {found.recovered:.1f} s")
    if not found.meant:
        sys.exit("The kills fell into no delivery, or another worker was at it.")
    if not found.whole:
        sys.exit("An Event was lost, altered, or told out of order.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
