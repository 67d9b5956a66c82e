"""Callers who come in by a connector: on which version, the same one always."""

import random
import uuid
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models import Connector
from agents.services.connectors import change_connector
from agents.splitting import moves, place_of
from tests.delivery.house import House
from tests.server import Server
from versioning.lib.transaction import told
from versioning.versions import services


def split(*shares: tuple[int, float]) -> dict[str, Any]:
    """A split as the service takes it."""
    return {"target": "split", "split": [{"version": v, "weight": w} for v, w in shares]}


def callers_at(connector: Connector, places: set[int]) -> dict[int, str]:
    """For each of these places a caller who is at it."""
    found: dict[int, str] = {}
    callers = (f"+41{n:09}" for n in count())
    while found.keys() != places:
        caller = next(callers)
        if (place := place_of(connector.pk, caller)) in places:
            found[place] = caller
    return found


def test_a_connector_on_live_follows_what_is_live(house: House, server: Server):
    agent, key = house.agent(live=2), house.key()
    connector = house.connector(agent)

    before = server.begin(f"connectors/{connector.pk}", key).json()
    house.act(services.roll_back, agent, 1)
    after = server.begin(f"connectors/{connector.pk}", key).json()

    assert [(each["number"], each["served_from"]) for each in (before, after)] == [(2, "live"), (1, "live")]
    assert {before["connector"], after["connector"]} == {str(connector.pk)}


def test_a_connector_on_a_version_stays_there_whatever_is_live(house: House, server: Server):
    agent, key = house.agent(live=3), house.key()
    connector = house.connector(agent, target="version", split=[{"version": 1}])
    house.act(services.unpublish, agent)

    answers = [server.begin(f"connectors/{connector.pk}", each).json() for each in (key, house.key("test"))]

    assert [(each["number"], each["served_from"]) for each in answers] == [(1, "pinned")] * 2


def test_a_test_key_gets_staging_from_a_connector_on_live(house: House, server: Server):
    agent = house.agent(live=2)
    connector = house.connector(agent)
    house.act(services.stage, agent, 1)

    said = server.begin(f"connectors/{connector.pk}", house.key("test")).json()

    assert (said["number"], said["served_from"]) == (1, "staging")


def test_with_nothing_live_a_connector_on_live_refuses_the_call(house: House, server: Server):
    agent = house.agent(live=0)
    connector = house.connector(agent)

    answer = server.begin(f"connectors/{connector.pk}", house.key(), {"caller": "a"})

    assert (answer.status_code, answer.json()["code"]) == (409, "no_live_version")


@pytest.mark.parametrize("body", [None, b"{}", b'{"caller": ""}'])
def test_a_split_needs_to_know_who_calls(house: House, server: Server, body: bytes | None):
    agent = house.agent(live=2)
    connector = house.connector(agent, **split((1, 50), (2, 50)))

    answer = server.begin(f"connectors/{connector.pk}", house.key(), body)

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid", "caller")


def test_a_caller_gets_the_side_that_the_circle_says_and_the_same_one_always(
    house: House, server: Server, other_server: Server
):
    agent, key = house.agent(live=3), house.key()
    connector = house.connector(agent, **split((1, 80), (2, 15), (3, 5)))
    sides = {0: 1, 3_000: 1, 7_999: 1, 8_000: 2, 9_000: 2, 9_499: 2, 9_500: 3, 9_999: 3}
    callers = callers_at(connector, set(sides))

    got = {
        place: [
            one.begin(f"connectors/{connector.pk}", key, {"caller": caller}).json()
            for one in (server, other_server)
        ]
        for place, caller in callers.items()
    }

    assert {place: [each["number"] for each in said] for place, said in got.items()} == {
        place: [side] * 2 for place, side in sides.items()
    }
    assert {each["served_from"] for said in got.values() for each in said} == {"split"}


def test_a_changed_split_moves_only_who_has_to_move(house: House, server: Server):
    agent, key = house.agent(live=3), house.key()
    connector = house.connector(agent, **split((1, 50), (2, 50)))
    callers = [f"caller {n}" for n in range(80)]

    def sides() -> dict[str, int]:
        where = f"connectors/{connector.pk}"
        return {c: server.begin(where, key, {"caller": c}).json()["number"] for c in callers}

    before = sides()
    changed = house.act(change_connector, agent, connector.pk, **split((1, 30), (2, 50), (3, 20)))
    after = sides()

    moved = {caller for caller in callers if before[caller] != after[caller]}
    assert {(before[caller], after[caller]) for caller in moved} == {(1, 3)}
    assert moves(connector.places, changed.places) == {(1, 3): 2_000}


def test_a_conversation_stays_where_it_began_though_the_split_moved_its_caller(house: House, server: Server):
    agent, key = house.agent(live=2), house.key()
    connector = house.connector(agent, target="version", split=[{"version": 1}])
    begun = server.begin(f"connectors/{connector.pk}", key, {"caller": "a"})

    house.act(change_connector, agent, connector.pk, target="version", split=[{"version": 2}])

    assert server.begin(f"connectors/{connector.pk}", key, {"caller": "a"}).json()["number"] == 2
    assert server.get(begun.headers["location"], key).content == begun.content


@given(st.uuids(), st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=200))
@settings(max_examples=100, deadline=None)
def test_the_database_and_the_pages_find_the_same_place(house: House, connector: uuid.UUID, caller: str):
    with connection.cursor() as cursor:
        cursor.execute("SELECT caller_place(%s, %s)", [connector, caller])
        (place,) = cursor.fetchone()

    assert place == place_of(connector, caller)


def test_a_planted_fault_in_the_place_would_be_seen(house: House):
    """Without this the agreement above would prove nothing: another rule gives other places."""
    one, dice = uuid.UUID(int=1), random.Random(1)
    callers = [str(dice.random()) for _ in range(20)]

    other = [place_of(uuid.UUID(int=2), caller) for caller in callers]

    assert other != [place_of(one, caller) for caller in callers]


def test_the_database_refuses_a_second_connector_at_one_number(house: House):
    agent = house.agent()
    first = house.connector(agent, channel="phone", address="+41791234567")
    second = house.connector(agent, channel="phone", address="+41791234568")

    with pytest.raises(Exception, match="one_connector_an_address"), told(house.actor.workspace.id):
        Connector.objects.filter(pk=second.pk).update(address=first.address)
