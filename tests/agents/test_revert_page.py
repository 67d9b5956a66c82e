"""Reverting on its page: what would be thrown away is shown, and the button is bound to it."""

import pytest

from agents.models import Agent, McpServer
from agents.services import add_part, change_agent
from tests.factories import make_agent
from tests.kept import begin_with
from tests.versions.pages import body, shown
from versioning.versions import services
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace

BOUND = ("expected", "sequence", "once")


def bio(agent):
    return Agent.objects.get(pk=agent.pk).bio


def beginning(cast):
    made = make_agent(cast.eve, slug="desk", locked=1, live=1)
    change_agent(cast.eve, made, bio="Answers at night.")
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def test_it_shows_what_is_thrown_away_and_puts_the_draft_back(cast, web, agent):
    page = web.get("agents/desk/revert/")

    answer = web.post("agents/desk/revert/", **shown(page, *BOUND))

    assert "Review before reverting v2 to v1" in body(page)
    assert "What is thrown away ~1 1 field changed in Identity" in body(page)
    assert "at night" in body(page)
    assert answer.status_code == 303
    assert bio(agent) == "Answers the phone."
    after = web.client.get(answer["Location"])
    assert "v2 is back to v1. What it was stays in the history" in body(after)


def test_what_it_was_is_shown_field_by_field_in_the_history(cast, web, agent):
    services.revert(cast.eve, agent)
    event = Event.objects.get(artifact_id=agent.pk, name=EventName.VERSION_REVERTED)

    page = body(web.get("agents/desk/history/", former=event.sequence))

    assert "reverted the draft v2 to v1" in page
    assert "What changed when Eve reverted the draft v2 to v1" in page
    assert "at night" in page.partition("What changed")[2]


def test_a_draft_saved_since_is_not_reverted(cast, web, agent):
    page = web.get("agents/desk/revert/")
    change_agent(cast.ada, agent, section="identity", bio="Answers at noon.")

    answer = web.post("agents/desk/revert/", **shown(page, *BOUND))

    assert answer.status_code == 412
    assert "Ada saved Identity of v2" in body(answer)
    assert "at noon" in body(answer)
    assert bio(agent) == "Answers at noon."


def test_a_draft_that_somebody_else_reverted_leads_back(cast, web, agent):
    page = web.get("agents/desk/revert/")
    services.revert(cast.ada, agent)

    answer = web.post("agents/desk/revert/", **shown(page, *BOUND))

    assert answer.status_code == 303
    assert "there is nothing to revert" in body(web.client.get(answer["Location"]))


def test_a_first_draft_leads_back_to_the_editor(cast, web):
    make_agent(cast.eve, slug="first")

    answer = web.get("agents/first/revert/")

    assert answer.status_code == 303
    assert answer["Location"].endswith("/agents/first/")


def test_a_live_draft_says_that_it_is_served_at_once(cast, web, agent):
    services.promote(cast.eve, agent, 2, lock=False)

    assert "v2 is live: what it goes back to is served at once." in body(web.get("agents/desk/revert/"))


def test_the_layout_is_changed_without_the_page(cast, htmx, agent):
    part = htmx.get("agents/desk/revert/", layout="unified").content.decode()

    assert part.strip().startswith('<section class="card diff-card" id="changes"')
    assert "Revert v2 to v1" not in part


def test_a_secret_that_changed_is_not_said(cast, web):
    agent = make_agent(cast.eve, slug="secretive", locked=1)
    add_part(
        cast.eve, agent, McpServer, name="mail",
        endpoint="https://mail.example/mcp", config={"token": "sk-abcdefghijklmnopqrstuv"},
    )  # fmt: skip

    page = web.get("agents/secretive/revert/").content.decode()

    assert "abcdefghijkl" not in page
    assert "$secret" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_viewer_and_a_stranger_revert_nothing(cast, web, agent, method):
    assert getattr(web.of(cast.bob), method)("agents/desk/revert/").status_code == 403
    assert getattr(web.of(cast.charlie), method)("agents/desk/revert/").status_code == 404
    assert bio(agent) == "Answers at night."


def test_a_live_draft_is_not_reverted_by_an_editor_where_live_is_protected(cast, web, agent):
    services.promote(cast.eve, agent, 2, lock=False)
    change_workspace(cast.alice, protect_live=True)

    assert web.of(cast.eve).get("agents/desk/revert/").status_code == 403
