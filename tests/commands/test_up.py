"""`up`: from nothing to a server that answers; each refusal says what to do. All of it in real processes."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.commands.test_postgres import remove
from versioning.lib.postgres import Embedded

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Installation:
    """A data folder."""

    data: Path

    def say(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py in it."""
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.env(**env), text=True,
            capture_output=True, timeout=300,
        )  # fmt: skip

    def env(self, **more: str) -> dict[str, str]:
        """What its processes are told."""
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "DJANGO_", "PREVISE_"))
        }
        return clean | {"PREVISE_DATA": str(self.data)} | more

    def url(self, login: str) -> str:
        """Its database, as if it were one of one's own."""
        return Embedded(self.data).url(login)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder that is not there yet; its server is gone afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="pv-"))
    parent.chmod(0o755)
    yield parent / "data"
    remove(parent / "data")
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="module")
def starts(folder: Path) -> list[subprocess.CompletedProcess[str]]:
    """The first two starts, from nothing and at once."""
    command = [sys.executable, "manage.py", "up", "--no-serve"]
    begun = [
        subprocess.Popen(
            command, cwd=ROOT, env=Installation(folder).env(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=300) for process in begun]
    return [
        subprocess.CompletedProcess(command, process.returncode, *each)
        for process, each in zip(begun, said, strict=True)
    ]


@pytest.fixture(scope="module")
def installation(folder: Path, starts: list[subprocess.CompletedProcess[str]]) -> Installation:
    """What they made."""
    assert [each.returncode for each in starts] == [0, 0], starts
    return Installation(folder)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def test_of_two_first_starts_at_once_one_makes_the_demo_and_prints_its_password(installation, starts):
    later = installation.say("up", "--no-serve")

    first, other = sorted((each.stdout for each in starts), key=len, reverse=True)
    assert re.search(r"password +[a-z0-9]{5}(-[a-z0-9]{5}){3}\n", first)
    assert "password" not in other
    assert (later.returncode, later.stdout) == (0, "")
    with psycopg.connect(installation.url("pv_owner")) as connection:
        slugs = connection.execute("SELECT slug FROM workspaces_workspace").fetchall()
        owner = connection.execute(
            "SELECT u.is_superuser, m.role FROM workspaces_user u"
            " JOIN workspaces_member m ON m.user_id = u.id"
            " WHERE u.email = 'owner@example.com'"
        ).fetchall()
    assert slugs == [("demo",)]
    assert owner == [(True, "owner")]


def test_it_serves_and_says_where_and_ends_on_ctrl_c(installation):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=installation.env(PORT=str(port)), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        line = server.stdout.readline()

        assert line.startswith(f"Previse is at http://127.0.0.1:{port}"), line + server.stdout.read()
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        asked.request("GET", "/account/login/")
        assert asked.getresponse().status == 200
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
    assert server.returncode == 0


def test_a_taken_port_is_told_at_once_with_what_to_do(installation):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = installation.say("up", PORT=str(port))

    assert refused.returncode == 1
    assert f"Cannot listen at 127.0.0.1:{port}" in refused.stderr
    assert f"PORT={port + 1} make run" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_WORKERS", "many"), ("PORT", "70000"), ("PORT", "eighty"), ("SECRET_KEY", "short")],
)
def test_a_setting_that_makes_no_sense_is_named(installation, name, value):
    refused = installation.say("up", **{name: value})

    assert refused.returncode == 1
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_login_that_could_bypass_the_walls_is_refused_with_the_remedy(installation):
    refused = installation.say("up", "--no-serve", DATABASE_URL=installation.url("postgres"))

    assert refused.returncode == 1
    assert "postgres is a superuser" in refused.stderr
    assert "CREATE ROLE pv_app LOGIN NOSUPERUSER" in refused.stderr


def test_the_owner_of_the_tables_may_not_serve(installation):
    refused = installation.say("up", "--no-serve", DATABASE_URL=installation.url("pv_owner"))

    assert refused.returncode == 1
    assert "pv_owner" in refused.stderr


def test_waiting_migrations_ask_for_the_owners_address(installation):
    with psycopg.connect(
        Embedded(installation.data).url("postgres", "postgres"), autocommit=True
    ) as connection:
        connection.execute("CREATE DATABASE fresh OWNER pv_owner")
    fresh = Embedded(installation.data).url("pv_app", "fresh")

    refused = installation.say("up", "--no-serve", DATABASE_URL=fresh)

    assert refused.returncode == 1
    assert "DATABASE_OWNER_URL" in refused.stderr


def test_a_database_of_ones_own_is_set_up_with_two_addresses(installation):
    server = Embedded(installation.data)
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE own OWNER pv_owner")
    addresses = {
        "DATABASE_URL": server.url("pv_app", "own"),
        "DATABASE_OWNER_URL": server.url("pv_owner", "own"),
    }

    first = installation.say("up", "--no-serve", **addresses)
    without_owner = installation.say("up", "--no-serve", DATABASE_URL=addresses["DATABASE_URL"])

    assert first.returncode == 0, first.stderr
    assert "owner@example.com" in first.stdout
    assert (without_owner.returncode, without_owner.stdout) == (0, "")


def test_a_database_that_is_away_is_told_in_words(installation):
    refused = installation.say("up", "--no-serve", DATABASE_URL="postgresql://pv_app@127.0.0.1:1/previse")

    assert refused.returncode == 1
    assert "The database of DATABASE_URL cannot be reached" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_roles_are_printed_for_the_database_that_is_named(installation):
    said = installation.say("database_roles", DATABASE_URL="postgresql://pv_app@db.example/prompts")

    assert "ALTER DATABASE prompts OWNER TO pv_owner" in said.stdout


def test_stop_ends_the_embedded_server_and_up_starts_it_again(installation):
    stopped = installation.say("stop")
    again = installation.say("stop")
    started = time.monotonic()
    up = installation.say("up", "--no-serve")

    assert "is stopped" in stopped.stdout
    assert "was not running" in again.stdout
    assert up.returncode == 0
    assert time.monotonic() - started < 60


def test_stop_leaves_a_database_of_ones_own_alone(installation):
    refused = installation.say("stop", DATABASE_URL=installation.url("pv_app"))

    assert refused.returncode == 1
    assert "nothing here to stop" in refused.stderr
