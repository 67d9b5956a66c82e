"""Use in code: the calls of this very agent, honest examples, and no secret."""

import json
import re
from html import unescape

from django.conf import settings

from agents.models import McpServer
from agents.services import add_part, change_agent
from tests.factories import make_agent
from tests.versions.pages import body
from versioning.versions import services
from versioning.workspaces.services.workspaces import change_workspace


def answers(page):
    """The JSON of the page's examples."""
    found = re.findall(r'<pre tabindex="0" aria-label="the answer"><code>(.*?)</code>', page, re.DOTALL)
    return [json.loads(unescape(text)) for text in found]


def test_the_calls_name_the_agent_and_this_server(cast, web):
    make_agent(cast.eve, slug="desk", locked=2, live=1)

    page = unescape(web.get("agents/desk/code/").content.decode())

    for words in (
        f"{settings.PUBLIC_URL}/v1/agents/desk", "?version=2", "pv_live_", "pv_test_", "If-None-Match",
        f"-X POST {settings.PUBLIC_URL}/v1/agents/desk/conversations", "Idempotency-Key",
        f"{settings.PUBLIC_URL}/v1/conversations/", "404", "409", "no_live_version",
    ):  # fmt: skip
        assert words in page, words


def test_the_example_is_what_is_live(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1, live=1, bio="A long bio. " * 30)
    change_agent(cast.eve, agent, bio="Only in the draft.")

    read, conversation = answers(web.get("agents/desk/code/").content.decode())

    assert (read["kind"], read["label"], read["number"], read["served_from"]) == ("agent", "v1", 1, "live")
    assert read["content"]["agent"]["bio"].endswith("…")
    assert (conversation["agent"], conversation["number"]) == ("desk", 1)
    assert set(read) >= {"content", "generation", "since", "digest", "stale"}
    assert set(conversation) == {
        "id", "agent", "label", "number", "digest", "served_from", "connector", "started_at", "content",
    }  # fmt: skip


def test_an_agent_that_is_not_live_says_so_and_shows_its_draft(cast, web):
    make_agent(cast.eve, slug="desk", bio="Only a draft.")

    page = web.get("agents/desk/code/")

    assert "Nothing of this agent is live now" in body(page)
    assert answers(page.content.decode())[0]["content"]["agent"]["bio"] == "Only a draft."
    assert "?version=" not in page.content.decode()


def test_a_live_draft_is_shown_as_it_is(cast, web):
    agent = make_agent(cast.eve, slug="desk")
    services.promote(cast.eve, agent, 1, lock=False)
    change_agent(cast.eve, agent, bio="Saved since.")

    read = answers(web.get("agents/desk/code/").content.decode())[0]

    assert read["content"]["agent"]["bio"] == "Saved since."


def test_no_secret_is_shown(cast, web):
    agent = make_agent(cast.eve, slug="desk")
    add_part(
        cast.eve, agent, McpServer, name="mail", endpoint="https://mail.example/mcp",
        config={"token": "sk-abcdefghijklmnopqrstuv"},
    )  # fmt: skip

    page = web.get("agents/desk/code/").content.decode()

    assert "abcdefghijk" not in page


def test_with_staging_off_no_call_reads_it(cast, web):
    make_agent(cast.eve, slug="desk", locked=1, live=1)
    change_workspace(cast.alice, staging_enabled=False)

    assert "pv_test_" not in web.get("agents/desk/code/").content.decode()


def test_a_viewer_reads_it_and_a_stranger_does_not(cast, web):
    make_agent(cast.eve, slug="desk")

    assert web.of(cast.bob).get("agents/desk/code/").status_code == 200
    assert web.of(cast.charlie).get("agents/desk/code/").status_code == 404
