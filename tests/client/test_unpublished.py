"""Unpublished, unknown, revoked: what the server says with authority is passed on, and what is not is not."""

import time
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door
from tests.delivery.house import House, until


def ends(client: Any, error: type[Exception], slug: str = "greeting") -> bool:
    """Whether a read now raises this."""
    try:
        client.prompt(slug)
    except error:
        return True
    return False


def test_unpublished_takes_the_place_of_the_text_in_memory_and_on_disk(clients: Any, stage: Door):
    from previse import NotPublished

    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, fresh=0.1)
    client.prompt("greeting")
    stage.say(made_up.unpublished())
    time.sleep(0.1)
    until(lambda: ends(client, NotPublished))
    client.close()
    stage.hang()

    again = clients(made_up.KEY, stage, fresh=0.1, timeout=0.1)

    with pytest.raises(NotPublished):
        again.prompt("greeting")


def test_published_again_is_served_again(clients: Any, stage: Door):
    stage.say(made_up.unpublished())
    client = clients(made_up.KEY, stage, fresh=0.1)
    from previse import NotPublished

    assert ends(client, NotPublished)
    stage.say(made_up.prompt(generation=3))

    until(lambda: not ends(client, NotPublished))


def test_unpublished_asks_for_a_fallback_that_was_given(clients: Any, stage: Door):
    stage.say(made_up.unpublished())

    prompt = clients(made_up.KEY, stage).prompt("greeting", fallback="Hi {{ name }}.")

    assert (prompt.render(name="Ada"), prompt.read_from) == ("Hi Ada.", "fallback")


def test_a_404_of_a_proxy_is_no_word_of_previse(clients: Any, stage: Door):
    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, fresh=0.1)
    client.prompt("greeting")
    stage.say(made_up.problem(404, "not_found"))
    time.sleep(0.1)
    client.prompt("greeting")
    time.sleep(0.1)

    assert client.prompt("greeting").content == "Hello {{ name }}."


def test_a_revoked_key_reads_nothing_any_more_not_from_disk_either(clients: Any, house: House, door: Door):
    from previse import Unauthorized

    from versioning.workspaces.services.keys import revoke_key

    prompt, other = house.prompt(), house.prompt()
    secret, key_id = house.key_with_id()
    client = clients(secret, door, fresh=0.2)
    client.prompt(prompt.slug)
    client.prompt(other.slug)
    house.act(revoke_key, key_id)

    until(lambda: ends(client, Unauthorized, prompt.slug), within=4)

    assert ends(client, Unauthorized, other.slug)
    assert client.prompt(other.slug, fallback="Hi.").content == "Hi."
    until(lambda: not list(client._memory.disk.folder.glob("*.previse")))
    door.forget()
    began = time.monotonic()
    for _ in range(300):
        assert ends(client, Unauthorized, prompt.slug)
    assert len(door.asked) <= 1 + (time.monotonic() - began) / 0.2


def test_a_key_that_counts_again_reads_again(clients: Any, stage: Door):
    from previse import Unauthorized

    stage.say(made_up.problem(401, "unauthorized"))
    client = clients(made_up.KEY, stage, fresh=0.1)
    assert ends(client, Unauthorized)
    stage.say(made_up.prompt())

    until(lambda: not ends(client, Unauthorized))
