"""What a program gets: prompts and agents as `/v1` delivers them, texts with their variables filled in."""

import time
from typing import Any

import httpx
import pytest

from tests.client import made_up
from tests.client.door import Door
from tests.delivery.house import House

TEXT = "Hello {{ name }} of {{company}}.\r\n\r\n{ no } {{ 1 }} {{{ name }}}\n\u2028 é"


def said(door: Door, key: str, path: str) -> dict[str, Any]:
    """What the server itself says."""
    found: dict[str, Any] = httpx.get(
        f"{door.to}/v1/{path}", headers={"Authorization": f"Bearer {key}"}
    ).json()
    return found


def test_a_prompt_is_what_the_server_delivers(clients: Any, house: House, door: Door):
    prompt, key = house.prompt(live=2, source=TEXT), house.key()
    client = clients(key, door)

    live, pinned = client.prompt(prompt.slug), client.prompt(prompt.slug, version=1)

    told = said(door, key, f"prompts/{prompt.slug}")
    for name in ("slug", "number", "label", "content", "served_from", "generation", "digest"):
        assert getattr(live, name) == told[name]
    assert list(live.variables) == told["variables"]
    assert live.since.isoformat().replace("+00:00", "Z") == told["since"]
    assert (live.read_from, live.stale, live.age < 5) == ("server", False, True)
    assert (pinned.content, pinned.served_from, pinned.generation) == (TEXT, "pinned", None)
    assert list(pinned.variables) == ["name", "company"]
    assert client.prompt(prompt.slug).read_from == "memory"


def test_an_agent_is_what_the_server_delivers_and_each_reader_has_a_copy(
    clients: Any, house: House, door: Door
):
    agent, key = house.agent(live=2), house.key()
    client = clients(key, door)

    read = client.agent(agent.slug)
    read.content["agent"].clear()

    assert client.agent(agent.slug).content == said(door, key, f"agents/{agent.slug}")["content"]
    assert (read.number, read.label, read.served_from) == (2, "v2", "live")


def test_a_test_key_reads_what_is_staged(clients: Any, house: House, door: Door):
    from versioning.versions import services

    prompt = house.prompt(live=1, drafts=1)
    house.act(services.stage, prompt, 2)

    staged = clients(house.key("test"), door).prompt(prompt.slug)
    live = clients(house.key(), door).prompt(prompt.slug)

    assert (staged.number, staged.served_from) == (2, "staging")
    assert (live.number, live.served_from) == (1, "live")


def test_a_pinned_version_is_asked_for_once_and_kept_for_good(clients: Any, house: House, door: Door):
    prompt, key = house.prompt(live=2), house.key()
    client = clients(key, door, fresh=0.05, max_stale=0.1)

    client.prompt(prompt.slug, version=1)
    time.sleep(0.2)
    again = client.prompt(prompt.slug, version=1)
    client.close()
    door.hang()
    restarted = clients(key, door, fresh=0.05, max_stale=0.1).prompt(prompt.slug, version=1)

    assert (again.number, again.stale, restarted.stale, restarted.read_from) == (1, False, False, "disk")
    assert len(door.asked) == 1


def test_what_is_not_there_is_told_apart(clients: Any, house: House, door: Door):
    from previse import NotFound, NotPublished, Unauthorized

    empty, key = house.prompt(live=0, drafts=1), house.key()
    client = clients(key, door)

    with pytest.raises(NotPublished, match=f"Nothing of the prompt '{empty.slug}' is published"):
        client.prompt(empty.slug)
    with pytest.raises(NotFound, match="has no prompt 'no-such'"):
        client.prompt("no-such")
    with pytest.raises(NotFound, match="has no frozen v9 of the prompt"):
        client.prompt(empty.slug, version=9)
    with pytest.raises(Unauthorized, match="does not accept this key"):
        clients(made_up.KEY, door).prompt(empty.slug)
    assert len(door.asked) == 4


def test_it_says_who_it_is(clients: Any, stage: Door):
    import previse

    stage.say(made_up.prompt())
    clients(made_up.KEY, stage, instance="web-1").prompt("greeting")
    mine = clients("pv_live_other", stage)
    mine.prompt("greeting")

    first, second = (asked.headers for asked in stage.asked)
    assert first["authorization"] == f"Bearer {made_up.KEY}"
    assert first["previse-instance"] == "web-1"
    assert first["user-agent"].startswith(f"previse-python/{previse.__version__} ")
    assert second["previse-instance"] == mine.instance
    assert 0 < len(mine.instance) <= 64
    assert clients(made_up.KEY, stage).instance == mine.instance  # one process, one name


def test_render_fills_in_variables_and_nothing_else(clients: Any, stage: Door):
    stage.say(made_up.prompt("{{ name }} owes {{n}} to {{name}}: {{ 1 }} { name } {{ {{name}} }}"))

    prompt = clients(made_up.KEY, stage).prompt("greeting")

    assert prompt.variables == ("name", "n")
    assert prompt.render(name="{{n}}", n=3) == "{{n}} owes 3 to {{n}}: {{ 1 }} { name } {{ {{n}} }}"
    assert prompt.render({"name": "A"}, n="") == "A owes  to A: {{ 1 }} { name } {{ A }}"


def test_render_says_which_values_are_missing_and_which_have_no_place(clients: Any, stage: Door):
    from previse import VariableError

    stage.say(made_up.prompt("Hello {{ name }} of {{ company }}."))
    prompt = clients(made_up.KEY, stage).prompt("greeting")

    with pytest.raises(VariableError) as caught:
        prompt.render(nmae="Ada", company=None)

    assert (caught.value.missing, caught.value.unknown) == (("name", "company"), ("nmae",))
    assert str(caught.value) == (
        "The prompt 'greeting' (v1) needs a value for name, company and has no variable nmae."
    )


def test_variables_are_read_as_the_server_reads_them(clients: Any):
    from previse.variables import variables_of as theirs

    from prompts.variables import variables_of as ours

    for text in (TEXT, "{{a}}{{ b\t}}{{\nc}}{{é}}{{ _x1 }}{{a b}}{{{d}}}{{}}", ""):
        assert theirs(text) == tuple(ours(text))


def test_keys_and_addresses_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch, stage: Door):
    from previse import Previse

    stage.say(made_up.prompt())
    monkeypatch.setenv("PREVISE_API_KEY", made_up.KEY)
    monkeypatch.setenv("PREVISE_URL", stage.url + "/")
    with Previse(cache_dir=None) as client:
        assert client.prompt("greeting").number == 1
        assert made_up.KEY not in repr(client)
    monkeypatch.delenv("PREVISE_API_KEY")
    with pytest.raises(ValueError, match="set PREVISE_API_KEY"):
        Previse()
    for wrong in ({"base_url": "ftp://x"}, {"fresh": 0}, {"max_stale": 1}, {"instance": "a b"}):
        with pytest.raises(ValueError, match=r"\w"):
            Previse(made_up.KEY, cache_dir=None, **wrong)


@pytest.mark.parametrize("bad", ["", None, 7])
def test_a_slug_must_be_named(bad: Any, clients: Any, stage: Door):
    with pytest.raises(ValueError, match="Name the prompt"):
        clients(made_up.KEY, stage).prompt(bad)
    with pytest.raises(ValueError, match="by its number"):
        clients(made_up.KEY, stage).prompt("greeting", version=bad or 0 if bad != 7 else -1)
