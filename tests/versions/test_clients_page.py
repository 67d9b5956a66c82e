"""The Clients page: who reads it, what each serves now, and which keys read it in the last day."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import VersionFactory, make_agent, make_prompt
from tests.versions.pages import body, text_of
from tests.versions.readings import Known, client, knowing, read, seen, use
from versioning.versions import services
from versioning.versions.presenters.clients import MOST
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import change_workspace

PAGE = "prompts/one/clients/"
POLLS = 'hx-trigger="every 5s"'


@pytest.fixture
def known():
    with knowing(Known()) as known:
        yield known


def rows(page):
    """What each row of the page's tables says."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", page.content.decode(), flags=re.DOTALL)
    return [text_of(row) for each in bodies for row in each.split("<tr")[1:]]


def test_clients_are_listed_with_what_they_serve_those_that_wait_first(cast, web, known):
    make_prompt(cast.eve, slug="one", live=2)
    known.clients["live"] = [
        client(2, key="runtime", instance="b"), client(2, key="runtime", instance="a"),
        client(1, behind=40, key="gateway"), client(1, behind=95, key="old", instance="host:1"),
    ]  # fmt: skip

    page = web.get(PAGE)

    assert "v2 is live: 2 of 4 clients serve it, the last one is 1 min behind" in body(page)
    assert "4 clients in the last 5 minutes" in body(page)
    assert [row.split(" 2 min ago")[0].removeprefix("> ") for row in rows(page)] == [
        "old host:1 v1 1 min", "gateway not said v1 40 s", "runtime a v2 –", "runtime b v2 –",
    ]  # fmt: skip


def test_a_client_that_serves_an_earlier_save_of_the_same_draft_says_so(cast, web, known):
    agent = make_agent(cast.eve, slug="desk")
    services.promote(cast.eve, agent, 1, lock=False)
    known.clients["live"] = [client(1, behind=3)]

    assert "v1 3 s an earlier save" in rows(web.get("agents/desk/clients/"))[0]


def test_the_instances_beyond_those_that_are_told_apart_are_one_row(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.clients["live"] = [client(1, key="fleet", instance="*")]

    assert "fleet all others v1 –" in rows(web.get(PAGE))[0]


def test_a_client_that_was_told_that_nothing_is_live_serves_nothing(cast, web, known):
    make_prompt(cast.eve, slug="one")
    known.clients["live"] = [client(None)]

    page = web.get(PAGE)

    assert "Nothing is live: its one client was told" in body(page)
    assert "not said nothing –" in rows(page)[0]


def test_staging_is_a_section_of_its_own(cast, web, known):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)
    known.clients["staging"] = [client(2), client(1, behind=9)]

    page = web.get(PAGE)

    assert "v2 is on staging: 1 of 2 clients serves it, the last one is 9 s behind" in body(page)
    assert 'class="chip staging"><b>v2</b>' in page.content.decode()


@pytest.mark.parametrize("enabled", [True, False])
def test_test_keys_that_read_live_are_listed_under_that(cast, web, known, enabled):
    make_prompt(cast.eve, slug="one", live=1)
    change_workspace(cast.alice, staging_enabled=enabled)
    known.clients["staging"] = [client(1)]

    page = web.get(PAGE)

    assert "Test keys read live: its one client serves it" in body(page)
    assert 'class="chip live"><b>v1</b>' in page.content.decode()
    assert "on staging" not in body(page)


def test_the_keys_of_the_last_day_are_listed_with_how_often_they_read(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.keys = [use("support-bot", 12_400), use("ci", 3, kind="test")]

    page = web.get(PAGE)

    assert "Keys that read it in the last day 2 keys" in body(page)
    assert "v1 is live: no client has read it in the last 5 minutes" in body(page)
    assert [row.removeprefix("> ") for row in rows(page)] == [
        "support-bot pv_live_1a2b… live 12,400 20 s ago", "ci pv_test_1a2b… test 3 20 s ago",
    ]  # fmt: skip


def test_where_no_one_reads_it_the_page_says_how_a_program_does(cast, web):
    make_prompt(cast.eve, slug="one", live=1)
    make_agent(cast.eve, slug="desk")

    page, agents = web.get(PAGE), web.get("agents/desk/clients/")

    assert "No program has read it in the last day" in body(page)
    assert "/v1/prompts/one" in body(page)
    assert "/v1/agents/desk" in body(agents)
    assert "/prompts/one/code/" in page.content.decode().split('class="empty"')[1]


def test_a_viewer_sees_it_and_a_stranger_does_not(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.keys = [use("support-bot")]

    assert "support-bot" in body(web.of(cast.bob).get(PAGE))
    assert web.of(cast.charlie).get(PAGE).status_code == 404


def test_names_and_instances_are_text(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.clients["live"] = [client(1, key="<b>bold</b>")]
    known.keys = [use("<script>alert(1)</script>")]

    html = web.get(PAGE).content.decode()

    assert "&lt;b&gt;bold" in html
    assert "<script>alert" not in html


def test_the_lists_ask_again_only_while_somebody_is_behind(cast, htmx, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.clients["live"] = [client(1), client(None, behind=5)]
    waiting = htmx.get(PAGE).content.decode()
    known.clients["live"] = [client(1), client(1)]
    arrived = htmx.get(PAGE).content.decode()

    assert waiting.strip().startswith('<div class="clients" id="clients"')
    assert POLLS in waiting
    assert POLLS not in arrived


def test_very_many_clients_are_shown_when_they_are_asked_for(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    waits = client(None, behind=5, key="zeta")
    known.clients["live"] = [client(1, instance=f"{n:04}") for n in range(1, MOST + 30)] + [waits]

    short, whole = web.get(PAGE), web.get(PAGE, all="1")

    assert len(rows(short)) == MOST
    assert rows(short)[0].removeprefix("> ").startswith("zeta")
    assert "Show 30 more" in body(short)
    assert "130 clients in the last 5 minutes" in body(short)
    assert len(rows(whole)) == MOST + 30
    assert "Show 30 more" not in body(whole)
    assert POLLS in short.content.decode()
    assert POLLS not in whole.content.decode()


def test_its_queries_do_not_grow_with_what_it_lists(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1)

    def more(number):
        key, _ = create_key(cast.alice, name=f"key {number}", kind="live")
        read(prompt, key, number)
        seen(prompt, key, prompt.live, instance=f"i{number}")

    def queries():
        with CaptureQueriesContext(connection) as caught:
            web.get(PAGE)
        return len(caught)

    more(1)
    queries()
    few = queries()
    for number in range(2, 12):
        more(number)

    assert queries() == few


def test_rows_that_servers_wrote_are_what_the_page_shows(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1)
    live, _ = create_key(cast.alice, name="runtime", kind="live")
    test, _ = create_key(cast.alice, name="ci", kind="test")
    seen(prompt, live, prompt.live, instance="a")
    seen(prompt, test, prompt.live)
    read(prompt, live, 12_400)
    VersionFactory(actor=cast.eve, prompt=prompt)
    services.promote(cast.eve, prompt, 2)
    prompt.refresh_from_db()
    seen(prompt, live, prompt.live, instance="b")

    page = web.get(PAGE)

    assert "v2 is live: 1 of 2 clients serves it, the last one is " in body(page)
    assert "Test keys read live: its one client is " in body(page)
    shown = [row.removeprefix("> ") for row in rows(page)]
    assert shown[0].startswith("runtime a v1 ")
    assert shown[1].startswith("runtime b v2 –")
    assert shown[3].startswith(f"runtime {live.prefix}… live 12,400")
