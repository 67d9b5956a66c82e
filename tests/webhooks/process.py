"""Worker processes: `manage.py worker`, started, killed and stopped."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """One worker process on the tests' database."""

    def __init__(self, environment: dict[str, str], *, timeout: int = 1):
        self._environment = environment | {"WEBHOOK_ALLOW_PRIVATE": "1", "WEBHOOK_TIMEOUT": str(timeout)}
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115  it lives as long as this

    def start(self) -> "Worker":
        """Start it, and wait until it gives a sign of life."""
        before = workers()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=ROOT, env=self._environment,
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not workers() - before:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        """As the machine would, out of memory."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """As an operator does; its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def log(self) -> str:
        """What it printed so far."""
        self._log.seek(0)
        return self._log.read()


def workers() -> set[int]:
    """The workers that are registered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_workers")
        return {row[0] for row in cursor.fetchall()}
