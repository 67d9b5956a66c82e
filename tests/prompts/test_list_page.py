"""The list of prompts: searched, filtered, sorted, paged; its queries do not grow with it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prompts.services import archive
from tests.factories import VersionFactory, make_prompt
from versioning.versions import services
from versioning.workspaces.services.workspaces import change_workspace


def slugs(answer):
    return re.findall(r'<a href="/w/demo/prompts/([^/"]+)/" title', answer.content.decode())


def filters(answer):
    return dict(re.findall(r'>([A-Z][a-z ]+) <span class="n">([\d,]+)</span>', answer.content.decode()))


@pytest.fixture
def five(cast):
    """live, staged, drafted, idle, archived."""
    served = make_prompt(cast.eve, slug="served", live=1)
    staged = make_prompt(cast.eve, slug="staged", live=1, drafts=1)
    services.stage(cast.eve, staged, 2)
    make_prompt(cast.eve, slug="drafted", live=2, drafts=2)
    make_prompt(cast.eve, slug="idle")
    archive(cast.eve, make_prompt(cast.eve, slug="put-away"))
    return served


def test_a_row_says_what_is_live_and_staged_and_what_changed_last(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", name="Welcome words", live=1)
    VersionFactory(actor=cast.ada, prompt=prompt, message="Be brief\nand kind")
    services.stage(cast.eve, prompt, 2)

    page = web.get("prompts/").content.decode()

    for words in (
        "greeting",
        "Welcome words",
        "<b>v1</b>",
        "<b>v2</b>",
        ">Be brief</span>",
        "Ada",
        "just now",
    ):
        assert words in page, words


def test_the_filters_show_their_prompts_and_count_them(web, five):
    assert set(slugs(web.get("prompts/"))) == {"served", "staged", "drafted", "idle"}
    assert slugs(web.get("prompts/", show="staging")) == ["staged"]
    assert set(slugs(web.get("prompts/", show="drafts"))) == {"staged", "drafted", "idle"}
    assert slugs(web.get("prompts/", show="idle")) == ["idle"]
    assert slugs(web.get("prompts/", show="archived")) == ["put-away"]
    assert filters(web.get("prompts/")) == {
        "All": "4", "On staging": "1", "With drafts": "3", "Not live": "1", "Archived": "1",
    }  # fmt: skip


def test_the_page_says_how_many_there_are_and_how_many_were_found(web, five):
    assert "4 prompts</span>" in web.get("prompts/").content.decode()
    assert "1 prompt found</span>" in web.get("prompts/", q="serv").content.decode()


@pytest.mark.parametrize("words", ["greet", "GREETING", "Wel", "sal", "brief", "ada", "greet brief ada"])
def test_the_search_finds_slug_name_tag_message_and_author(cast, web, words):
    prompt = make_prompt(cast.eve, slug="greeting", name="Welcome", tags=["sales"])
    VersionFactory(actor=cast.ada, prompt=prompt, message="Be brief")
    make_prompt(cast.eve, slug="other", message="Nothing")

    assert slugs(web.get("prompts/", q=words)) == ["greeting"]


@pytest.mark.parametrize(
    ("words", "found"), [("%", ["all-100"]), ("_", ["a_b"]), ("\\", ["back"]), ("a\0b", [])]
)
def test_the_search_takes_signs_as_they_were_typed(cast, web, words, found):
    make_prompt(cast.eve, slug="all-100", name="100 %")
    make_prompt(cast.eve, slug="a_b")
    make_prompt(cast.eve, slug="back", name="a \\ b")
    make_prompt(cast.eve, slug="plain")

    assert slugs(web.get("prompts/", q=words)) == found


def test_sorting_by_name_and_by_change_goes_both_ways(cast, web):
    for slug in ("b", "a", "c"):
        make_prompt(cast.eve, slug=slug)

    assert slugs(web.get("prompts/")) == ["c", "a", "b"]
    assert slugs(web.get("prompts/", sort="changed_at")) == ["b", "a", "c"]
    assert slugs(web.get("prompts/", sort="slug")) == ["a", "b", "c"]
    assert slugs(web.get("prompts/", sort="-slug")) == ["c", "b", "a"]


@pytest.mark.parametrize(
    "query",
    [{"sort": "bogus"}, {"page": "-1"}, {"page": "9" * 30}, {"page": "x"}, {"show": "x"}, {"sort": "a\0"}],
)
def test_a_query_that_nobody_offered_shows_the_list(cast, web, query):
    make_prompt(cast.eve, slug="greeting")

    answer = web.get("prompts/", **query)

    assert answer.status_code == 200
    assert slugs(answer) == ["greeting"]


def test_more_than_fifty_load_as_one_scrolls(cast, web, htmx):
    for number in range(53):
        make_prompt(cast.eve, slug=f"p{number:02}", source="x")

    first, second = web.get("prompts/", sort="slug"), htmx.get("prompts/", sort="slug", page=2)

    assert len(slugs(first)) == 50
    assert "page=2" in first.content.decode()
    assert slugs(second) == ["p50", "p51", "p52"]
    assert "<html" not in second.content.decode()


def test_the_search_answers_a_part_of_the_page_to_htmx(cast, htmx):
    make_prompt(cast.eve, slug="greeting")

    page = htmx.get("prompts/", q="greet").content.decode()

    assert "<html" not in page
    for part in ('id="list"', 'id="filters"', 'id="count"'):
        assert part in page


def test_an_empty_list_says_what_to_do(cast, web):
    assert "No prompts yet" in web.get("prompts/").content.decode()
    assert "New prompt" not in web.of(cast.bob).get("prompts/").content.decode()
    make_prompt(cast.eve)
    assert "No prompt says that" in web.get("prompts/", q="zebra").content.decode()


def test_with_staging_off_its_column_and_its_filter_are_hidden(cast, web):
    prompt = make_prompt(cast.eve, live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)
    change_workspace(cast.alice, staging_enabled=False)

    page = web.get("prompts/").content.decode()

    for sign in ("c-staging", "On staging", "chip staging", "<b>v2</b>"):
        assert sign not in page, sign


def test_the_number_of_queries_does_not_grow_with_the_list(cast, web):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            web.get("prompts/", q="p")
        return len(seen)

    make_prompt(cast.eve, slug="p0", live=1)
    web.get("prompts/")
    few = queries()
    for number in range(1, 12):
        make_prompt(cast.eve, slug=f"p{number}", live=1, drafts=1)

    assert queries() == few


def test_prompts_of_another_workspace_are_not_listed(cast, web):
    make_prompt(cast.eve, slug="greeting")

    assert web.of(cast.charlie).get("prompts/").status_code == 404
    assert "greeting" not in web.of(cast.charlie).get("/w/elsewhere/prompts/").content.decode()
