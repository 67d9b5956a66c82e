"""What is served where nothing else can be; and how old the last known may be."""

import time
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door, Says
from tests.client.later import later
from tests.delivery.house import until

AGENT = {"agent": {"name": "Desk"}, "schemas": []}


def test_a_call_and_a_client_may_have_a_fallback_and_the_call_s_goes_first(clients: Any, stage: Door):
    stage.say(Says(status=0))
    client = clients(made_up.KEY, stage, fallback={
        "greeting": "Hi {{ name }}.", "agents/desk": AGENT, "prompts/desk": "At the desk.",
    })  # fmt: skip

    assert client.prompt("greeting").render(name="Ada") == "Hi Ada."
    assert client.prompt("greeting", fallback="Ho {{ name }}.").render(name="Ada") == "Ho Ada."
    assert client.agent("desk").content == AGENT
    assert client.agent("other", fallback={"a": 1}).content == {"a": 1}
    assert client.prompt("desk").content == "At the desk."
    found = client.prompt("greeting")
    assert (found.number, found.label, found.stale, found.age) == (None, "fallback", True, None)
    assert (found.served_from, found.read_from) == ("fallback", "fallback")


def test_a_fallback_may_be_a_prompt_that_was_read_before(clients: Any, stage: Door):
    stage.say(made_up.prompt())
    kept = clients(made_up.KEY, stage).prompt("greeting")
    stage.say(Says(status=0))

    found = clients("pv_live_other", stage, fallback=kept).prompt("another")

    assert (found.content, found.number, found.read_from) == (kept.content, 1, "fallback")


def test_a_fallback_of_the_wrong_kind_is_refused_before_it_is_needed(clients: Any, stage: Door):
    stage.say(made_up.prompt())

    with pytest.raises(TypeError, match="fallback of 'greeting' is neither a text nor a mapping"):
        clients(made_up.KEY, stage, fallback={"greeting": 7})
    with pytest.raises(TypeError, match="fallback of the prompt 'greeting' must be a text"):
        clients(made_up.KEY, stage).prompt("greeting", fallback={"a": 1})


def test_a_fallback_is_never_preferred_to_what_is_known(clients: Any, stage: Door):
    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, fresh=0.1, fallback="Hi.")
    client.prompt("greeting")
    stage.say(Says(status=0))
    time.sleep(0.2)

    assert client.prompt("greeting").content == "Hello {{ name }}."


def test_who_has_a_fallback_waits_for_a_server_that_hangs_only_once(clients: Any, stage: Door):
    stage.hang()
    client = clients(made_up.KEY, stage, timeout=0.3, fallback="Hi.")
    client.prompt("greeting")

    began = time.monotonic()
    for _ in range(1_000):
        assert client.prompt("greeting").content == "Hi."

    assert time.monotonic() - began < 0.5
    assert len(stage.asked) == 1


def test_beyond_max_stale_nothing_old_is_served(clients: Any, stage: Door):
    from previse import Unreachable

    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, max_stale=100)
    client.prompt("greeting")
    stage.say(Says(status=0))
    later(client, 70)
    assert client.prompt("greeting").stale
    until(lambda: len(stage.asked) == 2)
    later(client, 40)

    with pytest.raises(Unreachable, match=r"11\d\.\d s old, more than max_stale=100 allows"):
        client.prompt("greeting")
    assert client.prompt("greeting", fallback="Hi.").content == "Hi."
    stage.say(made_up.prompt("New.", generation=2))
    later(client, 200)
    until(lambda: client.prompt("greeting", fallback="Hi.").content == "New.")


def test_a_program_that_slept_asks_first_where_what_it_knows_is_too_old(clients: Any, stage: Door):
    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, max_stale=100)
    client.prompt("greeting")
    stage.say(made_up.prompt("New.", generation=2))
    later(client, 101)

    assert client.prompt("greeting").content == "New."


def test_what_the_server_has_not_known_for_too_long_is_too_old_as_well(clients: Any, stage: Door):
    from previse import Unreachable

    stage.say(made_up.prompt(stale_for=500))

    with pytest.raises(Unreachable, match="more than max_stale=300 allows"):
        clients(made_up.KEY, stage, max_stale=300).prompt("greeting")
    assert clients(made_up.KEY, stage, max_stale=900).prompt("greeting").stale
