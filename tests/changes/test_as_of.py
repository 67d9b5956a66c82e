"""As of a moment: what an agent or a prompt was then, and what became of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, remove_part
from prompts.services import change_prompt
from tests.changes.timelines import body, lines
from tests.factories import make_agent, make_prompt
from versioning.changes.services import state_at
from versioning.versions import services

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


def at(hours):
    return NOON + timedelta(hours=hours)


@pytest.fixture
def desk(cast):
    """Created at noon; changed at 13:00, published at 14:00; its trigger deleted, a server added at 15:00."""
    made = make_agent(cast.eve.dated(at(0)), slug="desk", bio="Answers at noon.")
    change_agent(cast.ada.dated(at(1)), made, bio="Answers at one.")
    services.promote(cast.ada.dated(at(2)), made, 1)
    trigger = AgentTrigger.objects.get(agent=made)
    remove_part(cast.eve.dated(at(3)), made, AgentTrigger, trigger.pk)
    add_part(cast.eve.dated(at(3)), made, McpServer, name="mail", endpoint="https://mail.example/mcp")
    return made


def shown(page):
    """The part of the page that answers."""
    return body(page).partition("As of 12 May")[2].partition("What led to it")[0]


def test_each_row_is_shown_as_it_was_with_its_version_and_who(web, desk):
    page = shown(web.get("agents/desk/history/", at="2026-05-12T13:30"))

    assert "nothing was live" in page
    for words in (
        "Answers at one.",
        "version 2, Ada, 12 May 2026, 13:00 UTC",
        "trigger nightly",
        "0 3 * * *",
    ):
        assert words in page, words
    for words in ("mail", "Answers at noon."):
        assert words not in page, words


def test_what_was_live_is_said_beside_it(web, desk):
    page = shown(web.get("agents/desk/history/", at="2026-05-12T16:30+02:00"))

    assert "v1 was live, published by Ada" in page


def test_a_moment_itself_belongs_to_it(web, desk):
    assert "Answers at noon." in shown(web.get("agents/desk/history/", at="2026-05-12T12:00"))
    assert "Answers at one." in shown(web.get("agents/desk/history/", at="2026-05-12T13:00"))


def test_it_can_be_compared_with_now(cast, web, desk):
    change_agent(cast.eve, desk, bio="Answers now.")

    page = shown(web.get("agents/desk/history/", at="2026-05-12T13:30", compare="now"))

    assert "Front desk changed since" in page
    assert "bio Answers at one . now Answers now ." in page
    assert "nightly deleted since" in page
    assert "mail created since" in page
    assert "tools as it is now" in page


def test_what_led_to_it_follows(web, desk):
    page = web.get("agents/desk/history/", at="2026-05-12T13:30")

    assert lines(page)[0] == "Ada: Changed bio from Answers at noon. to Answers at one. version 2"
    assert len(lines(page)) == 5


def test_an_agent_that_did_not_exist_then_is_said_to_be_so(web, desk):
    page = body(web.get("agents/desk/history/", at="2026-05-12T11:59"))

    assert "This agent did not exist then: it was created on 12 May 2026, 12:00 UTC." in page
    assert "What led to it" not in page


def test_a_prompt_is_shown_as_it_was(cast, web):
    prompt = make_prompt(cast.eve.dated(at(0)), slug="one", name="First name")
    change_prompt(cast.ada.dated(at(1)), prompt, name="Second name", tags=["new"])

    then = shown(web.get("prompts/one/history/", at="2026-05-12T12:30"))
    now = shown(web.get("prompts/one/history/", at="2026-05-12T12:30", compare="now"))
    before = body(web.get("prompts/one/history/", at="2026-05-11T12:30"))

    assert "First name" in then
    assert "Second name" not in then
    assert "changed since" in now
    assert "new" in now
    assert "This prompt did not exist then" in before


def test_no_secret_is_shown_of_the_past(cast, web, desk):
    server = McpServer.objects.get(agent=desk, name="mail")
    token = "sk-abcdefghijklmnopqrstuv"
    change_part(cast.eve.dated(at(4)), desk, McpServer, server.pk, config={"token": token})

    html = web.get("agents/desk/history/", at="2026-05-12T17:00").content.decode()

    assert "abcdefgh" not in html
    assert "$secret" not in html


def test_a_long_history_costs_no_more_queries(cast, web, desk):
    def asked():
        with CaptureQueriesContext(connection) as made:
            web.get("agents/desk/history/", at="2026-05-12T13:30", compare="now")
        return len(made)

    asked()
    few = asked()
    for n in range(30):
        change_agent(cast.eve, desk, bio=f"Way {n}.")
        add_part(cast.eve, desk, AgentTrigger, name=f"t{n}", trigger_type="schedule")

    assert asked() <= few


def test_the_state_of_a_moment_is_one_change_for_each_row(cast, desk):
    found = state_at(cast.bob, desk.pk, at(3))

    assert {name: len(rows) for name, rows in found.items()} == {"agent": 1, "schema": 1, "mcp_server": 2}
    assert found["agent"][0].version == 2
