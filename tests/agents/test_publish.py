"""Publishing an agent's version: a locked one, the draft after locking it, or the draft itself."""

import json

from agents.services import change_agent
from prompts.services import create_prompt
from tests.cast import Cast
from tests.factories import AgentFactory, make_agent
from tests.refusals import refused
from versioning.versions.models import Version
from versioning.versions.services import promote, roll_back, stage
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.models import Event, Workspace


def test_publishing_the_draft_locks_it_first_in_one_act(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    promote(cast.eve, agent, 1, message="Go")

    agent.refresh_from_db()
    assert (agent.live.number, agent.live.is_draft) == (1, False)
    assert draft_of(agent).number == 2
    acts = Event.objects.filter(artifact_id=agent.pk, name__in=["version.locked", "version.published"])
    assert acts.count() == 2
    assert acts.values("act_id").distinct().count() == 1


def test_a_draft_that_is_live_serves_its_later_saves(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    promote(cast.eve, agent, 1, lock=False)
    agent.refresh_from_db()
    before = agent.generation

    change_agent(cast.eve, agent, bio="Answers at once.")

    agent.refresh_from_db()
    assert agent.live.is_draft
    assert json.loads(agent.live.source)["agent"]["bio"] == "Answers at once."
    assert agent.generation > before


def test_where_live_is_protected_the_draft_itself_cannot_be_published(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)
    cast.alice.workspace.refresh_from_db()

    with refused("live_protected"):
        promote(cast.alice, agent, 1, lock=False)


def test_an_older_locked_version_can_be_published_or_rolled_back_to(cast: Cast):
    agent = make_agent(cast.eve, locked=3, live=3)

    roll_back(cast.eve, agent, 1)
    promote(cast.eve, agent, 2)

    agent.refresh_from_db()
    assert agent.live.number == 2
    assert draft_of(agent).number == 4


def test_a_locked_version_of_the_past_is_published_again(cast: Cast):
    agent = make_agent(cast.eve, locked=3, live=3)

    promote(cast.eve, agent, 1)

    agent.refresh_from_db()
    assert agent.live.number == 1
    assert json.loads(agent.live.source)["agent"]["bio"] == "Answers the phone."
    assert draft_of(agent).source == Version.objects.get(artifact=agent, number=3).source


def test_a_prompt_named_by_live_becomes_a_number_when_the_agent_is_locked(cast: Cast):
    prompt = create_prompt(cast.eve, slug="greeting", source="Hello.")
    promote(cast.eve, prompt, 1)
    agent = AgentFactory(actor=cast.eve, llm_config={"prompts": {"greeting": "live"}})

    promote(cast.eve, agent, 1)

    live = Version.objects.get(artifact=agent, number=1)
    assert json.loads(live.source)["agent"]["llm_config"]["prompts"] == {"greeting": 1}
    agent.refresh_from_db()
    assert agent.llm_config["prompts"] == {"greeting": "live"}
    assert draft_of(agent).digest == live.digest


def test_an_agent_cannot_be_locked_while_a_prompt_that_it_follows_is_not_live(cast: Cast):
    create_prompt(cast.eve, slug="greeting", source="Hello.")
    agent = AgentFactory(actor=cast.eve, llm_config={"prompts": {"greeting": "live"}})

    with refused("prompt_not_live"):
        promote(cast.eve, agent, 1)
    with refused("prompt_not_live"):
        stage(cast.eve, agent, 1)


def test_staging_a_draft_serves_what_it_names_as_numbers(cast: Cast):
    prompt = create_prompt(cast.eve, slug="greeting", source="Hello.")
    promote(cast.eve, prompt, 1)
    agent = AgentFactory(actor=cast.eve, llm_config={"prompts": {"greeting": "live"}})

    stage(cast.eve, agent, 1)

    staged = Version.objects.get(artifact=agent, number=1)
    assert json.loads(staged.source)["agent"]["llm_config"]["prompts"] == {"greeting": 1}
