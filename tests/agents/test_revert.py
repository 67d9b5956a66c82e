"""Reverting the draft to the version that it was forked from."""

from agents.models import AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, remove_part
from prompts.services import create_prompt
from tests.cast import Cast
from tests.factories import AgentFactory, make_agent
from tests.refusals import refused
from versioning.versions.models import Version
from versioning.versions.services import promote, revert
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.models import Event


def test_revert_puts_every_row_back_under_its_id(cast: Cast):
    agent = make_agent(cast.eve, locked=1)
    base = Version.objects.of(agent).numbered(1)
    trigger = AgentTrigger.objects.of(agent).get()
    server = McpServer.objects.of(agent).get()
    change_agent(cast.eve, agent, bio="Changed.", tags=["x"])
    change_part(cast.eve, agent, AgentTrigger, trigger.pk, enabled=False)
    remove_part(cast.eve, agent, McpServer, server.pk)
    add_part(cast.eve, agent, AgentTrigger, name="extra")

    draft = revert(cast.eve, agent)

    assert draft_of(agent).source == base.source
    assert draft.number == 2
    assert McpServer.objects.of(agent).get().pk == server.pk
    assert AgentTrigger.objects.of(agent).get().pk == trigger.pk


def test_revert_keeps_what_the_draft_was_in_its_event(cast: Cast):
    agent = make_agent(cast.eve, locked=1)
    change_agent(cast.eve, agent, bio="Changed.")

    revert(cast.eve, agent)

    event = Event.objects.get(name="version.reverted")
    assert (event.from_number, event.to_number) == (1, 2)
    assert '"bio": "Changed."' in event.data["former"]["source"]


def test_the_first_draft_has_nothing_to_revert_to(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("nothing_to_revert"):
        revert(cast.eve, agent)


def test_a_draft_that_equals_its_base_is_not_reverted(cast: Cast):
    agent = make_agent(cast.eve, locked=1)

    with refused("unchanged"):
        revert(cast.eve, agent)


def test_a_prompt_that_follows_live_goes_on_following(cast: Cast):
    prompt = create_prompt(cast.eve, slug="greeting", source="Hello.")
    promote(cast.eve, prompt, 1)
    agent = make_agent(cast.eve, locked=1, llm_config={"prompts": {"greeting": "live"}})
    change_agent(cast.eve, agent, bio="Changed.")

    revert(cast.eve, agent)

    agent.refresh_from_db()
    assert agent.llm_config == {"prompts": {"greeting": "live"}}
