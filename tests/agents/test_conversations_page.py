"""The pages of conversations: newest first, narrowed, and one with what it is served by for life."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agents.models import Conversation, McpServer
from agents.presenters import conversations as presenter
from agents.services import add_part, change_agent
from agents.services.connectors import remove_connector
from tests.agents.calls import converse, make_connector
from tests.cast import Cast, Web
from tests.factories import make_agent
from tests.kept import begin_with
from tests.versions.pages import body
from versioning.versions import services


def beginning(cast: Cast) -> Any:
    """An agent with three locked versions, the third live."""
    return make_agent(cast.eve, slug="desk", locked=3, live=3)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def desk(scene: tuple[Cast, Any]) -> Any:
    return scene[1]


def callers(answer: Any) -> list[str]:
    """The callers that a list shows, in order."""
    return re.findall(r"caller-(\w+)", re.sub(r"<form.*?</form>", "", answer.content.decode(), flags=re.S))


def many(desk: Any, count: int) -> None:
    start = timezone.now() - timedelta(hours=1)
    for n in range(count):
        converse(desk, 1 + n % 3, caller=f"caller-{n}", at=start + timedelta(seconds=n))


def test_they_are_listed_newest_first_with_how_many_there_are(web: Web, cast: Cast, desk: Any):
    many(desk, 5)

    page = web.get("agents/desk/conversations/")

    assert callers(page) == ["4", "3", "2", "1", "0"]
    assert "5 conversations" in body(page)


def test_a_long_list_goes_on_as_one_scrolls(web: Web, htmx: Web, cast: Cast, desk: Any, monkeypatch: Any):
    monkeypatch.setattr(presenter, "PAGE", 4)
    many(desk, 10)

    first = web.get("agents/desk/conversations/")
    seen, html = callers(first), first.content.decode()
    while found := re.search(r'hx-get="([^"]*after=[^"]*)"', html):
        more = htmx.get(found[1].replace("&amp;", "&"))
        assert "<html" not in more.content.decode()
        seen, html = seen + callers(more), more.content.decode()

    assert seen == [str(n) for n in reversed(range(10))]


def test_those_of_one_moment_are_neither_lost_nor_shown_twice(
    web: Web, cast: Cast, desk: Any, monkeypatch: Any
):
    monkeypatch.setattr(presenter, "PAGE", 3)
    now = timezone.now()
    for n in range(8):
        converse(desk, caller=f"caller-{n}", at=now)

    seen, url = [], "agents/desk/conversations/"
    while url:
        page = web.get(url)
        seen += callers(page)
        found = re.search(r'href="([^"]*after=[^"]*)"', page.content.decode())
        url = found[1].replace("&amp;", "&") if found else ""

    assert sorted(seen) == [str(n) for n in range(8)]


def test_they_are_narrowed_by_version_connector_and_caller(web: Web, htmx: Web, cast: Cast, desk: Any):
    one, other = make_connector(cast.eve, desk, name="One"), make_connector(cast.eve, desk, name="Other")
    converse(desk, 1, connector=one, caller="caller-a")
    converse(desk, 2, connector=one, caller="caller-b")
    converse(desk, 2, connector=other, caller="caller-a")
    converse(desk, 3, caller="caller-c")
    url = "agents/desk/conversations/"

    assert callers(web.get(url, version="v2")) == ["a", "b"]
    assert callers(web.get(url, version="2", connector=one.pk)) == ["b"]
    assert callers(web.get(url, caller="caller-a")) == ["a", "a"]
    assert "2 conversations found" in body(web.get(url, connector=one.pk))
    part = htmx.get(url, caller="caller-c")
    assert callers(part) == ["c"]
    assert "<html" not in part.content.decode()
    assert "1 conversation found" in body(part)


@pytest.mark.parametrize(
    "query",
    [{"version": "x"}, {"version": "99999999999"}, {"connector": "x"}, {"after": "x"}, {"after": "x~y"},
     {"after": "2026-01-01~00000000-0000-4000-8000-000000000000"}, {"caller": "a\0b"}],
)  # fmt: skip
def test_a_query_that_says_nothing_breaks_nothing(web: Web, cast: Cast, desk: Any, query: dict[str, str]):
    converse(desk, caller="caller-a")

    assert web.get("agents/desk/conversations/", **query).status_code == 200


def test_nothing_found_and_nothing_there_are_told_apart(web: Web, cast: Cast, desk: Any):
    none = body(web.get("agents/desk/conversations/"))
    converse(desk, caller="caller-a")
    found = body(web.get("agents/desk/conversations/", caller="caller-b"))

    assert "No conversations yet" in none
    assert "No conversation found" in found
    assert "0 conversations found" in found


def test_one_says_what_it_is_pinned_to_and_shows_that(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk, name="Front line")
    one = converse(desk, 2, connector=connector, caller="+41791234567", served_from="split")
    services.unpublish(cast.eve, desk)
    change_agent(cast.eve, desk, bio="Something else entirely.")

    page = web.get(f"agents/desk/conversations/{one.pk}/")

    said, html = body(page), page.content.decode()
    assert "Answers the phone, in way 2." in said
    assert "v2 from the split" in said
    assert "v2 is the same today." in said
    assert "Something else entirely." not in said
    assert 'href="/w/demo/agents/desk/v/2/"' in html
    assert f'href="/w/demo/agents/desk/connectors/{connector.pk}/"' in html
    assert f"/v1/conversations/{one.pk}" in said


def test_one_that_began_on_a_live_draft_shows_what_the_draft_was(web: Web, cast: Cast, desk: Any):
    services.promote(cast.eve, desk, 4, lock=False)
    change_agent(cast.eve, desk, bio="As it was.")
    one = converse(desk, 4)

    change_agent(cast.eve, desk, bio="As it is.")
    page = body(web.get(f"agents/desk/conversations/{one.pk}/"))

    assert "As it was." in page
    assert "v4 was a draft then" in page


def test_credentials_are_shown_by_their_last_four(web: Web, cast: Cast):
    agent = make_agent(cast.eve, slug="secretive")
    config = {"headers": {"Authorization": "Bearer hunter2-hunter2-9876"}}
    add_part(cast.eve, agent, McpServer, name="mail", endpoint="https://mail.example/mcp", config=config)
    services.lock(cast.eve, agent)
    one = converse(agent)

    html = web.get(f"agents/secretive/conversations/{one.pk}/").content.decode()

    assert "hunter2" not in html
    assert "••••9876" in html


def test_a_removed_connector_is_still_named(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk, name="Old line")
    one = converse(desk, 1, connector=connector, caller="caller-a")
    remove_connector(cast.eve, desk, connector.pk)

    listed, page = web.get("agents/desk/conversations/"), web.get(f"agents/desk/conversations/{one.pk}/")

    assert "Old line (removed)" in body(listed)
    assert "Old line removed since" in body(page)
    assert callers(web.get("agents/desk/conversations/", connector=connector.pk)) == ["a"]


def test_viewers_read_them_and_strangers_find_nothing(web: Web, cast: Cast, desk: Any):
    other = make_agent(cast.eve, slug="other", locked=1)
    one = converse(desk)

    assert web.of(cast.bob).get(f"agents/desk/conversations/{one.pk}/").status_code == 200
    assert web.get(f"agents/{other.slug}/conversations/{one.pk}/").status_code == 404
    assert web.get(f"agents/desk/conversations/{uuid.uuid4()}/").status_code == 404
    assert web.of(cast.charlie).get(f"agents/desk/conversations/{one.pk}/").status_code == 404


def test_counts_stop_where_counting_would_take_long(web: Web, cast: Cast, desk: Any, monkeypatch: Any):
    monkeypatch.setattr(Conversation.objects.all().__class__, "counted", lambda rows: 10_001)
    converse(desk)

    assert "10,000+ conversations" in body(web.get("agents/desk/conversations/"))


def test_a_version_says_how_many_conversations_it_serves(web: Web, cast: Cast, desk: Any):
    converse(desk, 2)
    converse(desk, 2)

    page = web.get("agents/desk/v/2/")

    assert "serves 2 conversations" in body(page)
    assert 'href="/w/demo/agents/desk/conversations/?version=2"' in page.content.decode()
    assert "conversations. Changes" not in body(web.get("agents/desk/v/1/"))
