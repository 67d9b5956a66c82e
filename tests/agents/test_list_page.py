"""The list of agents: searched, filtered, sorted; how far each draft has come; queries that do not grow."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.services import change_agent
from tests.cast import Cast
from tests.factories import make_agent, make_prompt
from tests.versions.pages import body
from versioning.versions import services
from versioning.workspaces.services.workspaces import change_workspace


def slugs(answer):
    return re.findall(r'<a href="/w/demo/agents/([^/"]+)/" title', answer.content.decode())


def filters(answer):
    return dict(re.findall(r'>([A-Z][a-z ]+) <span class="n">([\d,]+)</span>', answer.content.decode()))


def row_of(answer, slug):
    html = answer.content.decode()
    start = html.index(f'<a href="/w/demo/agents/{slug}/"')
    return html[start : html.index("</tr>", start)]


@pytest.fixture
def five(cast: Cast):
    """live, staged, changed, idle, archived."""
    make_agent(cast.eve, slug="served", locked=1, live=1)
    services.stage(cast.eve, make_agent(cast.eve, slug="staged", locked=1, live=1), 2)
    change_agent(cast.ada, make_agent(cast.eve, slug="changed", locked=1, live=1), bio="Answers at night.")
    make_agent(cast.eve, slug="idle")
    services.archive(cast.eve, make_agent(cast.eve, slug="put-away"))


PAGES = (
    "", "one/", "one/v/1/", "one/versions/", "one/versions/1/", "one/compare/1...2/", "one/history/",
    "one/settings/", "one/code/", "one/copy/", "one/lock/", "one/revert/", "one/versions/2/publish/",
    "one/unpublish/", "new/",
)  # fmt: skip


def test_every_page_of_an_agent_answers(cast, web):
    agent = make_agent(cast.eve, slug="one", locked=1, live=1)
    change_agent(cast.eve, agent, bio="Answers in Dutch.")

    answers = {path: web.get(f"agents/{path}").status_code for path in PAGES}

    assert answers == dict.fromkeys(PAGES, 200)


def test_a_row_says_what_is_live_and_staged_how_far_the_draft_is_and_who_saved_it(cast, web):
    agent = make_agent(cast.eve, slug="desk", name="Welcome", locked=2, live=1)
    services.stage(cast.eve, agent, 2)
    change_agent(cast.ada, agent, bio="Answers at night.", tags=["voice"])

    row = row_of(web.get("agents/"), "desk")

    for words in ("Welcome", "<b>v1</b>", "<b>v2</b>", "2 changes", "/desk/compare/2...3/", ">Lock 2</span>"):
        assert words in row, words
    assert "Ada" in row
    assert "just now" in row


def test_a_draft_that_equals_its_base_and_a_first_draft_have_no_changes(cast, web):
    make_agent(cast.eve, slug="equal", locked=1)
    make_agent(cast.eve, slug="first")

    page = web.get("agents/")

    assert "change" not in body(page).replace("With changes", "").replace("Last change", "")
    assert filters(page)["With changes"] == "0"


def test_a_draft_that_follows_a_prompt_differs_when_the_prompt_goes_on(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    make_agent(cast.eve, slug="desk", locked=1, llm_config={"prompts": {"greeting": "live"}})
    before = filters(web.get("agents/"))["With changes"]

    services.promote(cast.eve, prompt, 2)

    page = web.get("agents/", show="changes")
    assert before == "0"
    assert slugs(page) == ["desk"]
    assert "1 change" in row_of(page, "desk")
    assert "1 change since v1" in body(web.get("agents/desk/"))


def test_the_filters_show_their_agents_and_count_them(web, five):
    assert set(slugs(web.get("agents/"))) == {"served", "staged", "changed", "idle"}
    assert slugs(web.get("agents/", show="staging")) == ["staged"]
    assert slugs(web.get("agents/", show="changes")) == ["changed"]
    assert slugs(web.get("agents/", show="idle")) == ["idle"]
    assert slugs(web.get("agents/", show="archived")) == ["put-away"]
    assert filters(web.get("agents/")) == {
        "All": "4", "On staging": "1", "With changes": "1", "Not live": "1", "Archived": "1",
    }  # fmt: skip


def test_the_page_says_how_many_there_are_and_how_many_were_found(web, five):
    assert "4 agents</span>" in web.get("agents/").content.decode()
    assert "1 agent found</span>" in web.get("agents/", q="serv").content.decode()


@pytest.mark.parametrize("words", ["front", "FRONT", "Welc", "voice", "brief", "ada", "front voice ada"])
def test_the_search_finds_slug_name_tag_message_and_author(cast, web, words):
    agent = make_agent(cast.eve, slug="front-desk", name="Welcome", tags=["voice"])
    services.lock(cast.ada, agent, message="Be brief")
    make_agent(cast.eve, slug="other", name="Other")

    assert slugs(web.get("agents/", q=words)) == ["front-desk"]


def test_sorting_by_name_and_by_change_goes_both_ways(cast, web):
    for slug in ("b", "a", "c"):
        make_agent(cast.eve, slug=slug)

    assert slugs(web.get("agents/")) == ["c", "a", "b"]
    assert slugs(web.get("agents/", sort="changed_at")) == ["b", "a", "c"]
    assert slugs(web.get("agents/", sort="slug")) == ["a", "b", "c"]
    assert slugs(web.get("agents/", sort="-slug")) == ["c", "b", "a"]


@pytest.mark.parametrize(
    "query", [{"sort": "bogus"}, {"page": "-1"}, {"page": "9" * 30}, {"show": "drafts"}, {"q": "a\0b"}]
)
def test_a_query_that_nobody_offered_is_answered(cast, web, query):
    make_agent(cast.eve, slug="desk")

    assert web.get("agents/", **query).status_code == 200


def test_more_than_fifty_load_as_one_scrolls(cast, web, htmx):
    for number in range(52):
        make_agent(cast.eve, slug=f"a{number:02}", parts={})

    first, second = web.get("agents/", sort="slug"), htmx.get("agents/", sort="slug", page=2)

    assert len(slugs(first)) == 50
    assert slugs(second) == ["a50", "a51"]
    assert "<html" not in second.content.decode()


def test_an_empty_list_says_what_to_do(cast, web):
    assert "No agents yet" in body(web.get("agents/"))
    assert "New agent" not in body(web.of(cast.bob).get("agents/"))
    make_agent(cast.eve, locked=1, live=1)
    assert "No agent says that" in body(web.get("agents/", q="zebra"))
    assert "Every agent is live" in body(web.get("agents/", show="idle"))
    assert "No changes" in body(web.get("agents/", show="changes"))


def test_with_staging_off_its_column_and_its_filter_are_hidden(cast, web):
    services.stage(cast.eve, make_agent(cast.eve, locked=1, live=1), 2)
    change_workspace(cast.alice, staging_enabled=False)

    page = web.get("agents/").content.decode()

    for sign in ("c-staging", "On staging", "chip staging"):
        assert sign not in page, sign


def test_the_number_of_queries_does_not_grow_with_the_list(cast, web):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            web.get("agents/", q="a")
        return len(seen)

    change_agent(cast.eve, make_agent(cast.eve, slug="a0", locked=1, live=1), bio="Otherwise.")
    web.get("agents/")
    few = queries()
    for number in range(1, 6):
        change_agent(cast.eve, make_agent(cast.eve, slug=f"a{number}", locked=1), bio="Otherwise.")

    assert queries() == few


def test_agents_of_another_workspace_are_not_listed(cast, web):
    make_agent(cast.eve, slug="desk")

    assert web.of(cast.charlie).get("agents/").status_code == 404
    assert "desk" not in web.of(cast.charlie).get("/w/elsewhere/agents/").content.decode()
