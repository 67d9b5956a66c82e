"""Committed data for a whole module: emptying all tables after every test would take longest of all."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.delivery.house import House, until
from tests.server import Server


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """A workspace that the servers see. Tests make prompts and keys of their own in it."""
    with django_db_blocker.unblock():
        yield House.build()
        connection.close()
        call_command("flush", verbosity=0, interactive=False, database="owner", allow_cascade=True,
                     reset_sequences=False)  # fmt: skip


class Queries:
    """What the delivery connections of a server did, as PostgreSQL itself tells it."""

    def __call__(self, server: Server) -> list[tuple[Any, ...]]:
        """Each connection and when its last query began: equal lists, no query between them."""
        found = self._ask("pid, query_start", server)
        assert found, "the server never asked the database, so nothing can be told from this"
        return found

    def settled(self, server: Server) -> list[tuple[Any, ...]]:
        """The same, once the uses of keys that other tests made are written (each second, by itself)."""
        until(lambda: self.seconds_since(server) > 1.2, within=8)
        return self(server)

    def connections(self, server: Server) -> int:
        """How many connections there are."""
        return len(self._ask("pid", server))

    def seconds_since(self, server: Server) -> float:
        """How long ago the last query began."""
        return float(self._ask("extract(epoch FROM clock_timestamp() - max(query_start))", server)[0][0])

    def _ask(self, what: str, server: Server) -> list[tuple[Any, ...]]:
        order = "" if "max(" in what else "ORDER BY pid"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {what} FROM pg_stat_activity WHERE datname = current_database()"
                f" AND application_name = ANY(%s) {order}",
                [[f"previse delivery {pid}" for pid in server.workers()]],
            )
            return cursor.fetchall()


@pytest.fixture
def queries() -> Queries:
    """See `Queries`."""
    return Queries()
