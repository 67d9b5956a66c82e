"""The cast, the clients, and a database whose tests run as the application's own role.

Without `django_db_setup` below the tests would run on the real database: every test names the alias
`default`, which mirrors `owner`, and pytest-django makes only the aliases that tests name.
"""

import gc
import os
import shutil
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "versioning.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # sync Playwright runs a loop of its own

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection, connections
from django.db.models.signals import post_migrate

from tests.again import Again
from tests.api_client import Rest
from tests.cast import Cast, Web, build_cast
from tests.server import SHARED, other_server, server, server_environment
from versioning.lib import postgres, roles
from versioning.lib.transaction import tell, told

APPEND_ONLY = (
    "workspaces_event", "agents_content", "agents_conversation", "config_history", "config_history_gap",
    "builder_versions", "builder_agents", "builder_agent_schemas", "builder_agent_triggers",
    "builder_mcp_servers", "prompts_prompt",
)  # fmt: skip
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
STAY = ("django_content_type", "auth_permission")
# Whole files go to the workers, the longest first. How long they take is a guess, in seconds: by the number
# of their tests, or by name where a few tests are long.
A_TEST = {
    "browser": 3.0, "faces": 3.0, "invariants": 0.8, "client": 0.7, "playground": 0.7, "commands": 0.6,
    "prompts": 0.2, "versions": 0.2, "workspaces": 0.2, "lib": 0.1,
}  # fmt: skip
ORDINARY = 0.5
LONG = {
    "browser/test_agent_workflow.py": 20, "browser/test_main_job.py": 20,
    "changes/test_capture_restores.py": 25, "changes/test_first_records.py": 25,
    "client/test_outages.py": 60, "commands/test_export.py": 30, "commands/test_import_export.py": 25,
    "commands/test_postgres.py": 90, "commands/test_up.py": 130, "delivery/test_convergence.py": 60,
    "delivery/test_database_gone.py": 80, "faces/test_parity.py": 40,
    "faces/test_permission_table.py": 150, "invariants/test_agent_machine.py": 20,
    "invariants/test_agent_machine_faults.py": 30, "invariants/test_lifecycle_machine.py": 25,
    "mcp/test_bleed.py": 30, "playground/test_stream.py": 30, "versions/test_field_diff_hostile.py": 30,
    "webhooks/test_deliver.py": 50, "webhooks/test_hold_up.py": 30, "webhooks/test_kills.py": 45,
    "webhooks/test_worker.py": 45,
}  # fmt: skip


gc.disable()  # until all is collected: little of what is loaded is garbage


def pytest_configure() -> None:
    if not _is_worker():
        os.environ[SHARED] = tempfile.mkdtemp(prefix="previse-tests-")  # the workers inherit it
    postgres.ensure_running()
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    if not _is_worker():
        shutil.rmtree(os.environ[SHARED], ignore_errors=True)


def _is_worker() -> bool:
    """Whether this is one of several processes that share the tests of a run."""
    return "PYTEST_XDIST_WORKER" in os.environ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "transactional_db" in getattr(item, "fixturenames", ()) and not item.get_closest_marker(
            "django_db"
        ):
            item.add_marker(pytest.mark.django_db(transaction=True))
        for marker in item.iter_markers("django_db"):
            if marker.kwargs.get("transaction"):  # the flush skips mirrors: name the real one too
                marker.kwargs.setdefault("databases", ["default", "owner"])
    if _is_worker():
        _longest_first(items)


def _longest_first(items: list[pytest.Item]) -> None:
    """So that at the end no worker is left with a long file while the others have nothing to do."""
    tests = Counter(item.path for item in items)

    def seconds(path: Path) -> float:
        folder = path.parent.name
        return LONG.get(f"{folder}/{path.name}", tests[path] * A_TEST.get(folder, ORDINARY))

    items.sort(key=lambda item: (-seconds(item.path), item.path))


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what is loaded now stays: the collector need not walk through it again and again
    gc.enable()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Make the test database as the owner; the tests then connect as the application."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0, interactive=False, aliases={"owner"}, keepdb=django_db_keepdb,
            serialized_aliases=set(),
        )  # fmt: skip
        _let_flush_pass_append_only_tables()
        _wait_for_no_disk()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database(), current_user")
            database, login = cursor.fetchone()
            assert database.startswith("test_"), database
            assert login == roles.APP, login
            assert roles.weaknesses(cursor) == []
    yield
    with django_db_blocker.unblock():
        for alias in connections:
            connections[alias].close()
        connection.close_pool()  # else: database is being accessed by other users
        if not django_db_keepdb:
            _wait_to_be_alone()
            teardown_databases(made, verbosity=0)


def _wait_to_be_alone() -> None:
    """What a server that was ended had asked for may still be under way; the database goes after that.

    Whoever stays for longer is named, and put out: a database in use cannot be dropped.
    """
    until = time.monotonic() + 20
    with connections["owner"].cursor() as cursor:
        while (others := _others(cursor)) and time.monotonic() < until:
            time.sleep(0.1)
    if others:
        warnings.warn(f"still in the test database: {others}", stacklevel=1)
        for alias in ("default", "owner"):  # a login may end its own sessions
            with connections[alias].cursor() as cursor:
                cursor.execute(f"SELECT pg_terminate_backend(pid) {OTHERS} AND usename = current_user")
    for alias in ("default", "owner"):
        connections[alias].close()
    connection.close_pool()


def _others(cursor: Any) -> list[Any]:
    """The other sessions in this database."""
    cursor.execute(f"SELECT application_name, usename, state, query {OTHERS}")
    return list(cursor.fetchall())


def _wait_for_no_disk() -> None:
    """Nothing of this database outlives the run: what is committed need not be on the disk first."""
    with connections["owner"].cursor() as cursor:
        name = connections["owner"].ops.quote_name(connections["owner"].settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        cursor.execute("SET synchronous_commit = off")


def _let_flush_pass_append_only_tables() -> None:
    """A transactional test empties all tables; the append-only ones refuse even their owner.

    Content types and permissions are the same for every test and stay, so that what a migration makes after
    itself need not be made again: but for what the record is told, whose table is emptied.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
    ops = connections["owner"].ops
    empty = ops.execute_sql_flush

    def around(statements: list[str]) -> Any:
        off = [f"ALTER TABLE {t} DISABLE TRIGGER append_only_all;" for t in APPEND_ONLY]
        on = [f"ALTER TABLE {t} ENABLE ALWAYS TRIGGER append_only_all;" for t in APPEND_ONLY]
        for table in STAY:
            statements = [one.replace(f'"{table}", ', "").replace(f', "{table}"', "") for one in statements]
        return empty([*off, *statements, *on])

    def tell_the_record(verbosity: int, interactive: bool, db: str, **_: Any) -> None:
        config = apps.get_app_config("changes")
        post_migrate.send(
            config, app_config=config, verbosity=0, interactive=False, using=db, apps=apps, plan=[]
        )

    ops.execute_sql_flush = around  # type: ignore[method-assign]
    flush.emit_post_migrate_signal = tell_the_record


@pytest.fixture(scope="session")
def cast_again(django_db_setup: None, django_db_blocker: Any) -> Again[Cast]:
    """The cast, made once by the services and kept."""
    with django_db_blocker.unblock():
        kept = Again(build_cast)
        connection.close()
    return kept


@pytest.fixture
def cast(cast_again: Again[Cast], db: None) -> Iterator[Cast]:
    """alice owns `demo`, ada administers, eve edits, bob views; charlie owns `elsewhere`.

    The test runs inside `demo`, as a request of alice's would.
    """
    made = cast_again.put_back()
    with told(made.demo.id, made.alice.person_id):
        yield made


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """The same cast, committed: for threads, servers and browsers. Enter a workspace by `told(…)`."""
    return build_cast()


@pytest.fixture
def web(cast: Cast) -> Web:
    """alice's browser without JavaScript. `web.of(actor)` is another's."""
    return Web(cast, cast.alice)


@pytest.fixture
def htmx(cast: Cast) -> Web:
    """alice's browser with htmx."""
    return Web(cast, cast.alice, htmx=True)


@pytest.fixture
def rest(cast: Cast) -> Rest:
    """alice's program at `/api/`. `rest.of(actor)` is another's, `rest.with_key("history")` has a key."""
    return Rest(cast).of(cast.alice)


__all__ = ["other_server", "server", "server_environment", "tell"]
