"""`/v1` reads of an agent while people edit it 20 times a second, against the same reads in quiet.

The edits are the product's own verb, `change_agent`, by a process beside the server: each changes the agent's
draft, is recorded, and leaves an Event. Loud and quiet rounds take turns on one server. The gate is answers
for each second of the server's processor time, as in `delivery`: the editor and the database take their own
part of the cores, which moves the clock. ROUNDS and SECONDS make it longer or shorter.
"""

import statistics
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

from benchmarks.delivery import ROUNDS, SECONDS, SET_UP, SLUG, _can_pin, _load, _measure, _row
from tests.server import ROOT, Installation, Server

EDITS = 20  # a second
LEAST_RATIO = 0.9

# For each line of its input, which is a number of seconds: edits at an even pace, then prints how many.
EDITOR = f"""
import sys, time
import django; django.setup()
from agents.models import Agent
from agents.services import change_agent
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace

with told(operator=True):
    workspace = Workspace.objects.get(slug="bench")
operator = Actor.of_operator(workspace, via="command")
made = 0

def edit():
    global made
    with told(workspace.id):
        change_agent(operator, Agent.objects.get(slug={SLUG!r}), bio=f"Answers the phone, edit {{made}}.")
    made += 1

edit()
print("ready", flush=True)
for line in sys.stdin:
    started, wanted = time.monotonic(), {EDITS} * int(line)
    for turn in range(wanted):
        time.sleep(max(0, started + turn / {EDITS} - time.monotonic()))
        edit()
    print(wanted, time.monotonic() - started, flush=True)
"""


def run() -> list[dict[str, Any]]:
    """The ratio, and what stood behind it."""
    installation = Installation()
    with ExitStack() as stack:
        stack.callback(installation.remove)
        installation.start()
        key = installation.run(SET_UP).splitlines()[-1]
        environment = installation.environment | {"DELIVERY_TOUCH_SECONDS": "3600"}
        server = Server(environment).start(prefix=("taskset", "-c", "0") if _can_pin() else ())
        stack.callback(server.stop)
        editor = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", EDITOR], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                             env=installation.environment, stdout=subprocess.PIPE)
        )  # fmt: skip
        assert editor.stdin
        assert editor.stdout
        assert editor.stdout.readline() == "ready\n", "the editor did not start, see above"
        assert server.read("agent", SLUG, key).status_code == 200
        _load(server, key, 1, "agent")
        rounds, paces = [], []
        for _ in range(ROUNDS):
            quiet = _measure(server, key, "agent")
            editor.stdin.write(f"{SECONDS}\n")
            editor.stdin.flush()
            loud = _measure(server, key, "agent")
            made, took = editor.stdout.readline().split()
            paces.append(int(made) / float(took))
            rounds.append((loud, quiet))
        editor.stdin.close()
    ratio, on_the_clock = (
        statistics.median(loud[column] / quiet[column] for loud, quiet in rounds) for column in (1, 0)
    )
    return [
        _row(f"/v1/agents reads during {EDITS} edits a second, ratio to none", round(ratio, 3), "",
             f">= {LEAST_RATIO}", ratio >= LEAST_RATIO),
        _row("the same on the clock", round(on_the_clock, 3), "", "", True),
        _row("edits made meanwhile", round(statistics.median(paces), 1), "per second", "", True),
    ]  # fmt: skip


def main() -> None:
    """Print the rows."""
    for row in run():
        print(f"{row['name']}: {row['value']} {row['unit']} {row['limit']} {'ok' if row['ok'] else 'MISSED'}")


if __name__ == "__main__":
    main()
