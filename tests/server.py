"""Real server processes: granian with the whole application, on ports of their own."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from django.conf import settings
from django.db import connection

from versioning.lib import postgres

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a secret of the tests, long enough to be one"
PATIENCE = 30.0
SHARED = "TESTS_SHARED"  # names the folder that all processes of a run share; it is gone when the run ends


def once(name: str, make: Callable[[Path], None]) -> Path:
    """What all processes of this run share: made at a path by whoever comes first."""
    shared = Path(os.environ[SHARED])
    made, making = shared / name, shared / f"{name}.making"
    with (shared / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not made.exists():
            make(making)
            making.rename(made)
    return made


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """One granian process and a client that keeps its connection."""

    def __init__(self, environment: dict[str, str], *, application: str = "versioning.asgi:application"):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115  it lives as long as this
        self._command = [
            sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--host", "127.0.0.1",
            "--port", str(self.port), "--log-level", "warning", application,
        ]  # fmt: skip
        self._environment = environment | {"PREVISE_URL": self.url}
        self.client = httpx.Client(base_url=self.url, timeout=10)

    def start(self, *, wait: bool = True, prefix: tuple[str, ...] = ()) -> "Server":
        """Start it, and wait until it is ready."""
        self.process = subprocess.Popen(
            [*prefix, *self._command], cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=self._log,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while wait and not self.is_ready():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return self

    def is_ready(self) -> bool:
        """Whether `/readyz` says so; where no worker shall run, whether it misses nothing else."""
        try:
            ready = self.client.get("/readyz")
        except httpx.TransportError:
            return False
        apart = self._environment.get("WORKER_APART") == "1"
        return ready.status_code == 200 or (apart and ready.json().get("missing") == ["worker"])

    def stop(self) -> int:
        """End it as an operator does; its exit code."""
        self.client.close()
        below = self.workers() if self.process.poll() is None else []
        self.process.terminate()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            for pid in below:  # whom nobody supervises any more
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            return self.process.wait(10)

    def workers(self) -> list[str]:
        """The ids of its processes below the one that supervises them."""
        pid = self.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    def log(self) -> str:
        """What it printed so far."""
        self._log.seek(0)
        return self._log.read()

    def get(self, path: str, key: str = "", **headers: str) -> httpx.Response:
        """GET with a key."""
        return self.ask("GET", path, key, **headers)

    def ask(self, method: str, path: str, key: str = "", **headers: str) -> httpx.Response:
        """A request with a key; headers are named with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            sent["Authorization"] = f"Bearer {key}"
        return self.client.request(method, path, headers=sent)

    def prompt(self, slug: str, key: str, **query: Any) -> httpx.Response:
        """Read a prompt as a program does."""
        return self.read("prompt", slug, key, **query)

    def read(self, kind: str, slug: str, key: str, **query: Any) -> httpx.Response:
        """Read an artifact of a kind as a program does."""
        return self.client.get(
            f"/v1/{kind}s/{slug}", params=query, headers={"Authorization": f"Bearer {key}"}
        )

    def begin(
        self, where: str, key: str, body: dict[str, Any] | bytes | None = None, **headers: str
    ) -> httpx.Response:
        """Begin a conversation at `agents/{slug}` or `connectors/{id}`."""
        content = body if isinstance(body, bytes) else json.dumps(body) if body is not None else None
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            f"/v1/{where}/conversations", content=content, headers=sent | {"Authorization": f"Bearer {key}"}
        )


def without_database() -> dict[str, str]:
    """This process's environment, without the addresses of its database."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}


def url_of(alias_settings: dict[str, Any], **other: Any) -> str:
    """A Django database as an address."""
    told = alias_settings | other
    password = f":{quote(told['PASSWORD'], safe='')}" if told["PASSWORD"] else ""
    host = str(told["HOST"])
    if host.startswith("/"):
        return f"postgresql://{told['USER']}{password}@/{told['NAME']}?host={quote(host, safe='/')}"
    port = f":{told['PORT']}" if told["PORT"] else ""
    return f"postgresql://{told['USER']}{password}@{host}{port}/{told['NAME']}"


@pytest.fixture(scope="session")
def server_environment(django_db_setup: None) -> dict[str, str]:
    """What a server process needs to serve this run's test database."""
    environment = without_database() | {
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DATABASE_URL": url_of(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "DELIVERY_TOUCH_SECONDS": "1",
        "LOG_LEVEL": "INFO",
        "PLAYGROUND_ALLOW_PRIVATE": "1",  # the model servers of tests are on this machine
        "WORKER_APART": "1",  # the queue is for the workers that tests of webhooks start
    }

    def collect(data: Path) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
            cwd=ROOT, env=environment | {"PREVISE_DATA": str(data)}, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    return environment | {"PREVISE_DATA": str(once("server", collect))}


@pytest.fixture(scope="session")
def server(server_environment: dict[str, str]) -> Iterator[Server]:
    """A server on the test database, for the whole run. What it shall see must be committed."""
    started = Server(server_environment).start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def other_server(server_environment: dict[str, str]) -> Iterator[Server]:
    """A second process on the same database."""
    started = Server(server_environment).start()
    yield started
    started.stop()


class Installation:
    """A whole Previse of its own, with a database server that may be stopped."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="previse-"))
        self.data.chmod(0o755)  # PostgreSQL runs as another user when we are root
        self.database = postgres.Embedded(self.data)
        self.environment = without_database() | {
            "DJANGO_SETTINGS_MODULE": "versioning.settings",
            "DATABASE_URL": self.database.url("pv_app"),
            "DATABASE_OWNER_URL": self.database.url("pv_owner"),
            "SECRET_KEY": SECRET,
            "PREVISE_DATA": str(self.data),
        }

    def start(self) -> "Installation":
        """Start the database and make its tables."""
        self.database.start()
        self._python("manage.py", "migrate", "-v0")
        return self

    def start_copy(self) -> "Installation":
        """The same by a copy of what was made once in this run: for tests that are not about the making."""
        lay_cluster(self.database)
        self.database.start()
        return self

    def run(self, code: str) -> str:
        """Run code inside this installation; what it printed."""
        return self._python("-c", f"import django; django.setup()\n{code}").strip()

    def remove(self) -> None:
        """Stop the database and forget everything."""
        self.database.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.database.socket, ignore_errors=True)

    def _python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def lay_cluster(database: postgres.Embedded) -> None:
    """Lay a copy of a stopped cluster, with all tables, where a server will look for its own."""

    def make(cluster: Path) -> None:
        whole = Installation().start()
        whole.database.stop()
        _copy(whole.database.cluster, cluster)
        whole.remove()

    prepared = once("cluster", make)
    database.data.mkdir(exist_ok=True)
    database._choose_user()  # who decides where its cluster may be
    _copy(prepared, database.cluster)


def _copy(folder: Path, to: Path) -> None:
    """With its owner, who may be another than we."""
    subprocess.run(["cp", "-a", folder, to], check=True)
