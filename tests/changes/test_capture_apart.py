"""What programs read never touches the record, and never waits for it."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from agents.models import Conversation
from tests.changes.capture import by_owner
from tests.delivery.house import House, rows, until
from tests.server import Server

RECORD = ("config_history", "config_counter", "config_history_gap", "config_mode", "builder_versions")
SCANS = "SELECT relname, seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = ANY(%s)"
STARTED = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'agents_conversation'"
ROUNDS = 20


@pytest.fixture
def house(transactional_db: None) -> House:
    """A committed workspace that the server reads."""
    return House.build()


@pytest.fixture
def locked() -> Iterator[psycopg.Connection[Any]]:
    """Another connection holds every lock there is on the tables of the record. Enter it when all is made."""
    params = connections["owner"].get_connection_params() | {"context": None}
    with psycopg.connect(**params) as other:
        yield other
        other.rollback()


def statistics(question: str, *values: Any) -> list[Any]:
    """What PostgreSQL counted, as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(question, values)
        return list(cursor.fetchall())


def use(server: Server, key: str, agents: list[Any], prompt: str) -> None:
    """A read of each that no memory can answer, and a conversation of each that is started and read."""
    for agent in agents:
        begun = server.begin(f"agents/{agent.slug}", key)
        assert begun.status_code == 201
        assert server.get(begun.headers["location"], key).status_code == 200
        assert server.read("agent", agent.slug, key).status_code == 200
        assert server.read("agent", agent.slug, key, version=1).status_code == 200
    assert server.prompt(prompt, key).status_code == 200


def test_cold_reads_and_conversations_do_not_wait_for_the_record(
    house: House, server: Server, locked: psycopg.Connection[Any]
) -> None:
    agents, prompt, key = [house.agent(), house.agent(live=2)], house.prompt(), house.key()

    locked.execute(f"LOCK TABLE {', '.join(RECORD)} IN ACCESS EXCLUSIVE MODE")
    with pytest.raises(Exception, match="lock timeout"):
        by_owner("SET lock_timeout = '100ms'; SELECT count(*) FROM config_history")
    start = time.monotonic()
    use(server, key, agents, prompt.slug)
    took = time.monotonic() - start

    assert took < 5, "it waited for something"
    locked.rollback()
    assert len(rows(house, Conversation)) == 2
    by_owner("SET lock_timeout = '10s'")


def test_reads_and_conversations_never_look_at_the_record(house: House, server: Server) -> None:
    """As PostgreSQL counts it; what it counts of conversations shows that it has counted to the end."""
    agents, prompts, key = [house.agent() for _ in range(2)], [house.prompt() for _ in range(2)], house.key()
    use(server, key, agents, prompts[0].slug)

    def looked() -> set[str]:
        """The tables that were scanned in a round of use."""
        time.sleep(1.1)  # a connection tells its counts once a second
        use(server, key, agents[:1], prompts[1].slug)
        before, started = dict(statistics(SCANS, list(RECORD))), statistics(STARTED)[0][0]
        for _ in range(ROUNDS):
            use(server, house.key(), agents[:1], prompts[1].slug)
        time.sleep(1.1)
        use(server, key, agents[:1], prompts[1].slug)
        until(lambda: statistics(STARTED)[0][0] >= started + ROUNDS, within=15)
        after = dict(statistics(SCANS, list(RECORD)))
        return {name for name in RECORD if after[name] != before[name]}

    # The server looks for Snapshots that are missing each half minute: not twice in so short a time.
    assert looked() & (looked() or set()) == set()
    assert statistics(SCANS, ["versions_version"])[0][1] > 0
