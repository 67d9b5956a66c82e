"""An agent's settings: its slug, its copy, archive and unarchive."""

import pytest

from agents.models import Agent
from tests.factories import make_agent
from tests.versions.pages import body
from versioning.versions import services
from versioning.workspaces.services.workspaces import change_workspace


def test_it_names_the_slug_and_leads_to_the_editor_for_all_else(cast, web):
    make_agent(cast.eve, slug="desk", name="Front desk")

    page = web.get("agents/desk/settings/")

    assert "Slug desk Name Front desk" in body(page)
    assert "The slug was fixed when the agent was made" in body(page)
    assert "Copy…" in body(page)
    assert 'href="/w/demo/agents/desk/"' in page.content.decode()


def test_a_live_agent_must_be_unpublished_first(cast, web):
    make_agent(cast.eve, slug="desk", locked=1, live=1)

    page = web.get("agents/desk/settings/")
    answer = web.post("agents/desk/archive/")

    assert "v1 is live, and an agent that is live cannot be archived. Unpublish… it first." in body(page)
    assert answer.status_code == 409
    assert Agent.objects.get(slug="desk").archived_at is None


def test_who_may_not_publish_is_told_whom_to_ask(cast, web):
    make_agent(cast.eve, slug="desk", locked=1, live=1)
    change_workspace(cast.alice, protect_live=True)

    assert "Ask an admin to unpublish it first." in body(web.of(cast.eve).get("agents/desk/settings/"))


def test_archived_it_leaves_the_list_and_can_be_taken_out_again(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    services.stage(cast.eve, agent, 1)

    said = body(web.get("agents/desk/settings/"))
    web.post("agents/desk/archive/")
    archived, listed = web.get("agents/desk/settings/"), body(web.get("agents/"))
    web.post("agents/desk/unarchive/")

    assert "v1 leaves staging." in said
    assert "Archived on" in body(archived)
    assert "0 agents" in listed
    assert "1 agent" in body(web.get("agents/"))


def test_a_viewer_reads_and_has_no_controls(cast, web):
    make_agent(cast.eve, slug="desk")

    page = web.of(cast.bob).get("agents/desk/settings/")

    assert page.status_code == 200
    for words in ("Copy…", "Archive"):
        assert words not in body(page), words


@pytest.mark.parametrize("path", ["archive/", "unarchive/"])
def test_a_viewer_and_a_stranger_archive_nothing(cast, web, path):
    make_agent(cast.eve, slug="desk")

    assert web.of(cast.bob).post(f"agents/desk/{path}").status_code == 403
    assert web.of(cast.charlie).post(f"agents/desk/{path}").status_code == 404
    assert web.get(f"agents/desk/{path}").status_code == 405
