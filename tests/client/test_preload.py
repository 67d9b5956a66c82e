"""All that is served, fetched at once; and a start without a network."""

import json
import time
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door, Says
from tests.delivery.house import House


def bundle(*prompts: dict[str, Any], **other: Any) -> Says:
    """The bundle of a live key."""
    body = {"kind": "bundle", "served_to": "live", "prompts": prompts, "agents": [], "stale": False}
    return Says(json.dumps(body | other).encode())


def test_everything_is_in_memory_after_one_request(clients: Any, house: House, door: Door):
    prompts, agent = [house.prompt(), house.prompt()], house.agent()
    house.prompt(live=0, drafts=1)
    client = clients(house.key(), door)

    told = client.preload()

    assert told.read_from == "server"
    assert (told.prompts >= 2, told.agents >= 1) == (True, True)
    for prompt in prompts:
        assert (client.prompt(prompt.slug).number, client.prompt(prompt.slug).read_from) == (1, "memory")
    assert client.agent(agent.slug).number == 1
    assert [asked.path for asked in door.asked] == ["/v1/bundle"]


def test_a_start_without_a_network_finds_all_of_it_on_disk(clients: Any, stage: Door):
    slugs = [f"prompt-{number}" for number in range(30)]
    stage.say(bundle(*(made_up.entry(slug=slug) for slug in slugs)))
    first = clients(made_up.KEY, stage)
    first.preload()
    first.close()
    stage.say(Says(status=0))
    client = clients(made_up.KEY, stage)

    told = client.preload()

    assert (told.prompts, told.agents, told.read_from) == (30, 0, "disk")
    assert {client.prompt(slug).read_from for slug in slugs} == {"disk"}
    assert len(stage.asked) == 2


def test_without_anything_known_it_says_so(clients: Any, stage: Door):
    from previse import Unauthorized, Unreachable

    client = clients(made_up.KEY, stage)
    for answer in (Says(status=0), Says(b"{}"), Says(b"", 500), bundle(made_up.entry() | {"number": 0})):
        stage.say(answer)
        with pytest.raises(Unreachable):
            client.preload()
    stage.say(made_up.problem(401, "unauthorized"))
    with pytest.raises(Unauthorized):
        client.preload()


def test_a_bundle_that_the_server_calls_stale_is_taken_and_not_for_fresh(clients: Any, stage: Door):
    stage.say(bundle(made_up.entry(), stale=True, stale_for=70))
    client = clients(made_up.KEY, stage)

    client.preload()

    prompt = client.prompt("greeting")
    assert (prompt.stale, 70 <= prompt.age < 80) == (True, True)


def test_what_a_later_bundle_lacks_is_asked_for_at_its_next_read(clients: Any, stage: Door):
    from previse import NotPublished

    stage.say(bundle(made_up.entry()))
    client = clients(made_up.KEY, stage)
    client.preload()
    stage.say(bundle())
    client.preload()
    stage.say(made_up.unpublished())

    client.prompt("greeting")
    time.sleep(0.2)
    with pytest.raises(NotPublished):
        client.prompt("greeting")
