"""An agent's History tab and its lines in the log: what was changed, and what it replaced."""

import pytest

from agents.models import AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, remove_part
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from tests.versions.pages import body
from versioning.versions import services
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event


def beginning(cast):
    """Every act that an agent's lifecycle has."""
    made = make_agent(cast.eve, slug="desk", parts={})
    services.lock(cast.eve, made, message="First")
    trigger = add_part(cast.eve, made, AgentTrigger, name="nightly", trigger_type="schedule")
    change_part(cast.eve, made, AgentTrigger, trigger.pk, enabled=False)
    remove_part(cast.eve, made, AgentTrigger, trigger.pk)
    add_part(cast.eve, made, McpServer, name="mail", endpoint="https://mail.example/mcp")
    change_agent(cast.ada, made, section="identity", bio="Answers at night.")
    change_agent(cast.ada, made, tags=["voice"])
    services.revert(cast.ada, made)
    services.promote(cast.ada, made, 1, message="Go")
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


SENTENCES = (
    "Locked v1 and opened draft v2",
    "Created trigger nightly",
    "Turned off trigger nightly",
    "Deleted trigger nightly",
    "Created MCP server mail",
    "Changed bio",
    "Added voice to tags",
    "Reverted the draft v2 to v1",
    "Published v1 before: nothing",
)


def test_each_act_is_said_in_the_words_of_agents(web, agent):
    page = body(web.get("agents/desk/history/"))

    for words in SENTENCES:
        assert words in page, words
    assert "Promoted" not in page
    assert "The text that it replaced" not in page


def test_saves_are_told_by_their_changes_alone(web, agent):
    page = body(web.get("agents/desk/history/"))

    assert "Saved Identity" not in page
    assert "version.updated" not in page


def test_the_log_says_them_too(cast, web, agent):
    make_prompt(cast.eve, slug="greeting", live=1)

    page = body(web.get("settings/log/"))

    for words in (
        "locked v1", "added a trigger to the draft v2", "saved Identity of the draft v2",
        "reverted the draft v2 to v1", "published v1", "promoted v1",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    ("words", "found"), [("locked", 1), ("published", 1), ("trigger", 3), ("reverted", 1), ("identity", 1)]
)
def test_the_log_is_found_by_the_words_that_it_says(web, agent, words, found):
    page = body(web.get("settings/log/", q=words))

    assert "Nothing of that in the log" not in page


def test_what_a_save_changed_is_shown_field_by_field(web, agent):
    event = Event.objects.get(artifact_id=agent.pk, name=EventName.VERSION_UPDATED, actor_label="Ada",
                              data__section="identity")  # fmt: skip

    page = body(web.get("agents/desk/history/", former=event.sequence))

    assert "What changed when Ada saved Identity of v2" in page
    assert "Identity 1 change bio" in page
    assert "MCP servers" not in page.partition("What changed when")[2].partition("Close")[0]


def test_what_the_last_save_changed_is_compared_with_the_draft_as_it_is(cast, web, agent):
    change_agent(cast.eve, agent, section="identity", commercial_name="Desk")
    event = Event.objects.of(agent.pk).order_by("-sequence").first()

    page = body(web.get("agents/desk/history/", former=event.sequence))

    assert "commercial_name" in page.partition("What changed when")[2].partition("Close")[0]


def test_no_secret_is_said_of_a_former_configuration(cast, web, agent):
    server = add_part(
        cast.eve, agent, McpServer, name="web", endpoint="https://web.example/mcp",
        config={"token": "sk-abcdefghijklmnopqrstuv"},
    )  # fmt: skip
    change_part(cast.eve, agent, McpServer, server.pk, config={"token": "sk-zyxwvutsrqponmlkjihgfed"})
    event = Event.objects.of(agent.pk).order_by("-sequence").first()

    html = web.get("agents/desk/history/", former=event.sequence).content.decode()

    assert "secret changed" in html
    for words in ("abcdefgh", "zyxwvut", "$secret"):
        assert words not in html, words


def test_the_filter_of_drafts_finds_locks_and_reverts(web, agent):
    page = body(web.get("agents/desk/history/", acts="drafts"))

    assert "Locked v1" in page
    assert "Reverted the draft" in page
    assert "Published v1" not in page


def test_a_locked_version_is_compared_with_what_it_was_forked_from(cast, web, agent):
    change_agent(cast.eve, agent, bio="Answers at noon.")
    services.lock(cast.eve, agent)

    assert "/w/demo/agents/desk/compare/1...2/" in web.get("agents/desk/history/").content.decode()


def test_what_was_live_then_is_said_in_the_words_of_agents(web, agent):
    assert "was live, published by Ada on" in body(web.get("agents/desk/history/", at="2099-01-01T00:00"))
