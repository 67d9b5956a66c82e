"""Becoming the server, and saying so when it really answers."""

import http.client
import os
import socket
import sys
import time

from django.conf import settings
from django.core.management.base import CommandError

from versioning.lib import postgres

PATIENCE = 120  # seconds until nobody waits for the first answer any more


def host_and_workers() -> tuple[str, int]:
    """HOST and WEB_WORKERS."""
    workers = os.environ.get("WEB_WORKERS", "") or "1"
    if not workers.isdigit() or not 1 <= int(workers) <= 64:
        raise CommandError(f"WEB_WORKERS must be a number from 1 to 64, not {workers!r}.")
    return os.environ.get("HOST", "") or "127.0.0.1", int(workers)


def refuse_taken_port(host: str, port: int) -> None:
    """Say it at once, and what to do, if the address cannot be had."""
    if not 1 <= port <= 65_535:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {port}.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise CommandError(
            f"Cannot listen at {host}:{port}: {error.strerror}. Another Previse may be running there. Stop "
            f"it, or choose another port: PORT={port % 65_535 + 1} make run"
        ) from error


def announce(host: str, port: int) -> None:
    """Print the address once the server answers there; done by a child that nobody has to wait for."""
    server = os.getpid()
    if child := os.fork():
        os.waitpid(child, 0)
        return
    if os.fork():
        os._exit(0)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and _runs(server):
        time.sleep(0.05)
        if _answers({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port):  # noqa: S104
            stays = "; the database stays up until `make stop`" if postgres.wanted() else ""
            print(f"Previse is at {settings.PUBLIC_URL}  (Ctrl-C stops it{stays})", flush=True)  # noqa: T201
            break
    os._exit(0)


def serve(host: str, port: int, workers: int) -> None:
    """Become granian: one process a worker, for pages, API and delivery alike."""
    os.chdir(settings.ROOT)
    os.execv(  # noqa: S606
        sys.executable,
        [
            sys.executable, "-m", "granian", "versioning.asgi:application", "--interface", "asgi",
            "--loop", "uvloop", "--host", host, "--port", str(port), "--workers", str(workers),
            "--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws",
            "--log-level", "warning", "--no-access-log",
        ],
    )  # fmt: skip


def _answers(host: str, port: int) -> bool:
    asked = http.client.HTTPConnection(host, port, timeout=2)  # not urllib: it would ask a proxy
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
