"""A publish reaches every program, and what the servers say of it is true: a tenth of the benchmark.

`python -m benchmarks.convergence` is the whole of it: 200 publishes, one every 3 seconds.
"""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.delivery import fleet as fleet_module
from tests.delivery.fleet import Fleet
from tests.delivery.house import House
from tests.server import Server
from versioning.versions import services
from versioning.workspaces.services.keys import create_key

PROGRAMS, PUBLISHES = 20, 20
FRESHNESS = 0.3
MARGIN = 1.5  # what a busy machine may take: within 100 ms is what the benchmark measures


@pytest.fixture
def keys(house: House) -> dict[str, str]:
    """A key for the programs, one for the probe, one that may ask who reads."""
    return {
        name: house.act(create_key, name=name, kind="live", scopes=scopes)[1]
        for name, scopes in (("program", ()), ("probe", ()), ("history", ("history",)))
    }


@pytest.fixture
def servers(server_environment: dict[str, str]) -> Iterator[list[Server]]:
    """Two processes of our own: nobody else reads from them."""
    started = [Server(server_environment).start() for _ in range(2)]
    yield started
    for each in started:
        each.stop()


def fleet_of(
    house: House, servers: list[Server], keys: dict[str, str], programs: int
) -> tuple[Fleet, Callable[[int], float]]:
    """Programs that read a prompt of two versions, and how one of them is published."""
    prompt = house.prompt(live=2)
    urls = [server.url for server in servers]

    def publish(number: int) -> float:
        house.act(services.promote, prompt, number)
        return time.monotonic()

    return Fleet(urls, prompt.slug, keys, programs=programs, freshness=FRESHNESS), publish


def test_every_program_serves_what_was_published_and_the_servers_say_so(
    house: House, servers: list[Server], keys: dict[str, str]
):
    fleet, publish = fleet_of(house, servers, keys, PROGRAMS)

    with fleet:
        for turn in range(PUBLISHES):
            fleet.publish(1 + turn % 2, publish)
        fleet.check()
        for program in fleet.programs[:5]:
            program.paused.set()
        fleet.publish(1, publish)
        fleet.check()
        said = fleet.asked(servers[0].url)

    found = fleet.found
    assert (found.checks, found.disagreements) == (4, [])
    assert len(found.programs) == PROGRAMS * PUBLISHES + PROGRAMS - 5
    assert max(found.servers) < MARGIN
    assert max(found.programs) < FRESHNESS + MARGIN
    behind = [item for item in said["items"] if item["behind_seconds"] is not None]
    assert {item["instance"] for item in behind} == {f"program-{n}" for n in range(5)}
    assert (said["total"], said["serving"]) == (PROGRAMS + 1, PROGRAMS + 1 - 5)  # and the probe
    assert said["furthest_behind_seconds"] > fleet_module.WRITTEN


@pytest.mark.parametrize("fault", ["unwritten", "old"])
def test_a_planted_fault_in_one_of_two_servers_is_seen(
    house: House, server_environment: dict[str, str], server: Server, keys: dict[str, str], fault: str,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    """Without this the silence above would prove nothing."""
    monkeypatch.setattr(fleet_module, "PATIENCE", 4.0)
    environment = server_environment | {"PREVISE_FAULT": fault}
    faulty = Server(environment, application="tests.delivery.faulty:application").start()
    fleet, publish = fleet_of(house, [server, faulty], keys, 4)

    try:
        with fleet:
            if fault == "old":
                with pytest.raises(AssertionError, match=f"never: v1 is served by {faulty.url}"):
                    fleet.publish(1, publish)
            else:
                fleet.publish(1, publish)
                fleet.check()
    finally:
        faulty.stop()

    if fault == "unwritten":
        assert len(fleet.found.disagreements) == 2
