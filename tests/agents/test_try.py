"""An agent in the playground: any version of it is asked as it is, the draft as its rows are."""

import re

import pytest

from agents.services import change_agent
from tests.factories import make_agent, make_prompt
from tests.refusals import refused
from versioning.playground.services import start_runs
from versioning.versions import services
from versioning.versions.models import Version


@pytest.fixture
def agent(cast):
    """v1 is locked and says one thing, the draft v2 another."""
    made = make_agent(
        cast.eve, slug="desk", locked=1, llm_config={"model": "small", "instructions": "Be kind."}
    )
    change_agent(cast.eve, made, llm_config={"model": "large", "instructions": "Be brief.", "temperature": 0})
    return made


def asked(actor, agent, *numbers, said="Hello?"):
    """What would be sent to a model, for each of the versions."""
    return [run.request["body"] for run in start_runs(actor, agent, numbers, said=said, values={})]


def test_the_draft_is_tried_before_anything_of_it_goes_live(cast, agent):
    [body] = asked(cast.eve, agent, 2)

    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello?"},
    ]
    assert (body["model"], body["temperature"]) == ("large", 0)
    agent.refresh_from_db()
    assert agent.live is None


def test_any_version_is_tried_and_two_side_by_side(cast, agent):
    one, other = asked(cast.eve, agent, 1, 2)

    assert [body["messages"][0]["content"] for body in (one, other)] == ["Be kind.", "Be brief."]
    assert [body["messages"][1] for body in (one, other)] == [{"role": "user", "content": "Hello?"}] * 2


def test_the_page_offers_every_version_and_asks_the_one_that_is_chosen(cast, web, agent):
    services.promote(cast.eve, agent, 1)

    page = web.get("agents/desk/playground/", v=1).content.decode()

    offered = re.findall(r'<option value="(\d)"( selected)?>([^<]+)</option>', page.partition('id="with"')[0])
    assert offered == [("2", "", "v2 · draft"), ("1", " selected", "v1 · live, locked")]
    assert "Preview v1" in page


def test_a_run_says_which_text_of_the_draft_it_was(cast, agent):
    [run] = start_runs(cast.eve, agent, [2], said="Hello?", values={})

    assert (run.number, run.digest) == (2, Version.objects.get(artifact=agent, number=2).digest)
    change_agent(cast.eve, agent, bio="Changed since.")
    assert run.digest != Version.objects.get(artifact=agent, number=2).digest


def test_the_prompts_that_it_names_are_said_as_they_would_be_served(cast, agent):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, source="Say hello first.")
    change_agent(cast.eve, agent, llm_config={"instructions": "Be brief.", "prompts": {"greeting": "live"}})
    services.promote(cast.eve, services.save_version(cast.eve, prompt, source="Say hi first.").artifact, 2)

    [body] = asked(cast.eve, agent, 2)

    system = [message["content"] for message in body["messages"] if message["role"] == "system"]
    assert system == ["Be brief.", "Say hi first."]


def test_an_agent_is_said_something(cast, agent):
    with refused("invalid") as caught:
        start_runs(cast.eve, agent, [2], said="  ", values={})

    assert caught.value.data["field"] == "input"
