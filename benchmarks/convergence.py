"""Whether a release arrives: two server processes, 20 programs that keep what they have for a second, 200
publishes, one every 3 seconds.

Each program asks by its ETag once a second. Measured are the time from each commit to either server and to
each program; every 20 publishes the servers are asked who serves what, once with a quarter of the programs
held up, and that is compared with what the programs hold.

It takes eleven minutes, so `make bench` leaves it out; tests/delivery/test_convergence.py does a tenth of
it. `python -m benchmarks.convergence` prints it; PUBLISHES and PACE make it shorter.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import Any

from tests.delivery.fleet import Fleet, Found
from tests.server import ROOT, Installation, Server

PUBLISHES = int(os.environ.get("PUBLISHES", "200"))
PACE = float(os.environ.get("PACE", "3"))
PROGRAMS, SERVERS, FRESHNESS, CHECK_EVERY = 20, 2, 1.0, 20
MOST_MS, IN_TIME = 100.0, 1.1  # of a server at p99; of a program, which asks once a second
SLUG = "greeting"

SET_UP = f"""
from tests.factories import make_prompt
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

workspace = create_workspace("bench")
operator = Actor.of_operator(workspace, via="command")
with told(workspace.id):
    make_prompt(operator, slug={SLUG!r}, live=2)
    for name, scopes in (("program", ()), ("probe", ()), ("history", ("history",))):
        print(name, create_key(operator, name=name, kind="live", scopes=scopes)[1])
"""


def measure() -> Found:
    """What two servers and their programs showed."""
    from benchmarks.delivery import PUBLISHER

    installation = Installation()
    with ExitStack() as stack:
        stack.callback(installation.remove)
        installation.start()
        keys = dict(line.split() for line in installation.run(SET_UP).splitlines()[-3:])
        servers = [Server(installation.environment).start() for _ in range(SERVERS)]
        for server in servers:
            stack.callback(server.stop)
        publisher = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", PUBLISHER, "prompt"], cwd=ROOT, text=True,
                             env=installation.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )  # fmt: skip

        def publish(number: int) -> float:
            assert publisher.stdin
            assert publisher.stdout
            publisher.stdin.write(f"{number}\n")
            publisher.stdin.flush()
            return float(publisher.stdout.readline())

        urls = [server.url for server in servers]
        with Fleet(urls, SLUG, keys, programs=PROGRAMS, freshness=FRESHNESS) as fleet:
            _all_publishes(fleet, publish)
        assert publisher.stdin
        publisher.stdin.close()
        return fleet.found


def _all_publishes(fleet: Fleet, publish: Any) -> None:
    for turn in range(PUBLISHES):
        due = time.monotonic() + PACE
        held_up = fleet.programs[:5] if turn % (2 * CHECK_EVERY) == CHECK_EVERY - 1 else []
        for program in held_up:
            program.paused.set()
        fleet.publish(1 + turn % 2, publish)
        if turn % CHECK_EVERY == CHECK_EVERY - 1:
            fleet.check()
        for program in held_up:
            program.paused.clear()
        if held_up:
            time.sleep(2 * FRESHNESS)  # until they have caught up
        time.sleep(max(0.0, due - time.monotonic()))


def rows_of(found: Found) -> list[dict[str, Any]]:
    """The measurements: name, value, unit, limit, and whether it holds."""
    servers, programs = sorted(each * 1000 for each in found.servers), sorted(found.programs)
    p99 = servers[int(len(servers) * 0.99)]
    late = sum(each > IN_TIME for each in programs)
    return [
        _row(f"commit to fresh read, {PUBLISHES} publishes, {SERVERS} processes: p50",
             round(servers[len(servers) // 2], 1), "ms", "", True),
        _row("the same: p99", round(p99, 1), "ms", f"<= {MOST_MS:.0f}", p99 <= MOST_MS),
        _row("the same: worst", round(servers[-1], 1), "ms", "", True),
        _row(f"commit to each of {PROGRAMS} programs: p50", round(programs[len(programs) // 2], 3), "s",
             "", True),
        _row("the same: worst", round(programs[-1], 3), "s", "", True),
        _row(f"of {len(programs):,} arrivals, later than {IN_TIME} s", late, "", "0", not late),
        _row(f"of {found.checks} questions who serves what, answered wrongly", len(found.disagreements), "",
             "0", not found.disagreements),
    ]  # fmt: skip


def _row(name: str, value: float, unit: str, limit: str, ok: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "limit": limit, "ok": ok}


def main() -> int:
    """Print what was measured; 1 where a limit does not hold."""
    found = measure()
    rows = rows_of(found)
    for row in rows:
        mark = "ok  " if row["ok"] else "MISS"
        print(f"{mark} {row['name']}: {row['value']} {row['unit']} {row['limit'] and f'({row["limit"]})'}")
    for each in found.disagreements:
        print(f"     {each}")
    return 0 if all(row["ok"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
