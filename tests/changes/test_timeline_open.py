"""A row of the timeline, open: its field diff, and the ways back for who may go them."""

import pytest

from agents.models import AgentTrigger, McpServer
from agents.services import change_agent, change_part, remove_part
from tests.changes.timelines import body, last_change, lines
from tests.factories import make_agent


@pytest.fixture
def desk(cast):
    """An agent with a trigger, a schema and a server, locked and published."""
    return make_agent(cast.eve, slug="desk", locked=1, live=1)


def test_an_open_change_shows_its_diff_field_by_field(cast, web, htmx, desk):
    change_agent(cast.ada, desk, bio="Answers the phone at night.", metadata={"team": "desk"})
    change = last_change(resource_type="agent", version=2)

    page, part = (one.get("agents/desk/history/", open=change.pk) for one in (web, htmx))

    for html in (page.content.decode(), part.content.decode()):
        for words in ("Version 1", "Version 2", "<b>bio</b>", "<b>team</b>"):
            assert words in html, words
        assert 'aria-expanded="true"' in html
        assert f"/history/agent/{desk.pk}/1/restore/" in html
        assert f"/history/agent/{desk.pk}/2/restore/" not in html
    assert "<html" not in part.content.decode()


def test_an_older_change_offers_itself_and_what_was_before(cast, web, desk):
    change_agent(cast.ada, desk, bio="Second.")
    change_agent(cast.ada, desk, bio="Third.")

    html = web.get(
        "agents/desk/history/", open=last_change(version=2, resource_id=desk.pk).pk
    ).content.decode()

    assert f"/history/agent/{desk.pk}/1/restore/" in html
    assert f"/history/agent/{desk.pk}/2/restore/" in html


def test_a_deleted_row_is_offered_back(cast, web, desk):
    trigger = AgentTrigger.objects.get(agent=desk)
    remove_part(cast.eve, desk, AgentTrigger, trigger.pk)

    html = web.get("agents/desk/history/", open=last_change(operation="DELETE").pk).content.decode()

    assert f"/history/trigger/{trigger.pk}/1/restore/" in html
    assert "Restore version 1…" in html


def test_who_may_not_restore_is_offered_nothing(cast, web, desk):
    change_agent(cast.ada, desk, bio="Second.")

    html = web.of(cast.bob).get("agents/desk/history/", open=last_change(version=2).pk).content.decode()

    assert "<b>bio</b>" in html
    assert "/restore/" not in html


def test_no_secret_is_said(cast, web, desk):
    server = McpServer.objects.get(agent=desk)
    for token in ("sk-abcdefghijklmnopqrstuv", "sk-zyxwvutsrqponmlkjihgfed"):
        change_part(cast.eve, desk, McpServer, server.pk, config={"token": token})
    change = last_change(resource_type="mcp_server")

    html = web.get("agents/desk/history/", open=change.pk).content.decode()

    assert "secret changed" in html
    for words in ("abcdefgh", "zyxwvut", "$secret"):
        assert words not in html, words


def test_a_change_deep_in_the_history_opens_by_its_address(cast, web, desk):
    for n in range(60):
        change_agent(cast.eve, desk, bio=f"Way {n}.")
    deep = last_change(resource_id=desk.pk, version=3)

    page = web.get("agents/desk/history/", open=deep.pk)

    assert lines(page)[0] == "Eve: Changed bio from Way 0. to Way 1. version 3"
    assert "Show from the newest entry on" in body(page)
