"""A listener that is lost: nothing is served for longer than 5 s after it changed."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from tests.delivery.house import KINDS, House, until
from tests.delivery.link import Link
from tests.server import Server, url_of
from versioning.versions import services

WITHIN = 5.0


def listener_of(server: Server) -> list[int]:
    """The backends of a server's listener."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = ANY(%s)",
            [[f"previse listener {pid}" for pid in server.workers()]],
        )
        return [pid for (pid,) in cursor.fetchall()]


def kill(pids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) pid", [pids])


@pytest.mark.parametrize("kind", KINDS)
def test_a_publish_in_the_gap_is_served_once_the_listener_is_back(house: House, server: Server, kind: str):
    prompt, key = house.thing(kind, live=2), house.key()
    for number in (1, 2, 1):
        server.read(kind, prompt.slug, key)

        kill(listener_of(server))
        house.act(services.promote if number == 2 else services.roll_back, prompt, number)

        served = lambda: server.read(kind, prompt.slug, key).json()["number"]  # noqa: E731
        until(lambda: served() == number, within=WITHIN)  # noqa: B023
    until(lambda: bool(listener_of(server)))


def test_it_listens_again_by_itself(house: House, server: Server):
    before = listener_of(server)

    kill(before)

    until(lambda: bool(set(listener_of(server)) - set(before)), within=3)
    assert before
    until(server.is_ready, within=3)


@pytest.fixture
def link(house: House) -> Iterator[Link]:
    """A link to the database that can be cut or made silent."""
    with Link(connection.settings_dict["HOST"], connection.settings_dict["PORT"]) as made:
        yield made


@pytest.fixture
def far_server(link: Link, server_environment: dict[str, str]) -> Iterator[Server]:
    """A server at the end of that link."""
    url = url_of(connection.settings_dict, HOST="127.0.0.1", PORT=link.port)
    started = Server(server_environment | {"DATABASE_URL": url, "SECRET_KEY": settings.SECRET_KEY}).start()
    yield started
    started.stop()


def test_a_link_that_dies_silently_is_found_and_what_it_hid_is_served(
    house: House, link: Link, far_server: Server
):
    """Nothing is closed: the connections stay open and bring nothing. New ones work."""
    prompt, key = house.prompt(live=2), house.key()
    far_server.prompt(prompt.slug, key)

    link.silence_open_connections()
    house.act(services.roll_back, prompt, 1)

    took = until(lambda: far_server.prompt(prompt.slug, key).json()["number"] == 1, within=WITHIN + 1)
    assert took < WITHIN
    until(far_server.is_ready, within=3)


def test_a_database_that_answers_nothing_at_all_delays_no_warm_read_for_long(
    house: House, link: Link, far_server: Server
):
    prompt, key = house.prompt(), house.key()
    far_server.prompt(prompt.slug, key)

    link.silence()
    until(lambda: "previse-stale" in far_server.prompt(prompt.slug, key).headers, within=8)
    start = time.monotonic()
    answers = [far_server.prompt(prompt.slug, key) for _ in range(20)]
    took = time.monotonic() - start
    unknown = far_server.prompt("never-asked-for", key)
    link.speak()

    assert {answer.status_code for answer in answers} == {200}
    assert took < 3
    assert (unknown.status_code, unknown.json()["code"]) == (503, "busy")
    until(lambda: "previse-stale" not in far_server.prompt(prompt.slug, key).headers, within=8)
