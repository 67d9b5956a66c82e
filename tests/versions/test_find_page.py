"""Jump to: prompts and agents by their names, on one page."""

import re

import pytest

from prompts.services import archive
from tests.factories import make_agent, make_prompt
from tests.versions.pages import body


def hits(answer):
    return re.findall(r'<li><a href="/w/demo/(prompts|agents)/([^/"]+)/"', answer.content.decode())


def test_prompts_and_agents_are_found_by_slug_name_and_tag(cast, web):
    make_prompt(cast.eve, slug="greeting", name="Welcome words", tags=["phone"])
    make_agent(cast.eve, slug="front-desk", name="Welcome desk", tags=["phone"])
    make_prompt(cast.eve, slug="other", name="Nothing")

    assert hits(web.get("find/", q="welcome")) == [("prompts", "greeting"), ("agents", "front-desk")]
    assert hits(web.get("find/", q="PHONE")) == [("prompts", "greeting"), ("agents", "front-desk")]
    assert hits(web.get("find/", q="greet words")) == [("prompts", "greeting")]


def test_what_begins_with_the_words_comes_first(cast, web):
    make_prompt(cast.eve, slug="desk", name="x")
    make_prompt(cast.eve, slug="front-desk", name="y")

    assert hits(web.get("find/", q="desk")) == [("prompts", "desk"), ("prompts", "front-desk")]


def test_without_words_it_lists_what_changed_last(cast, web):
    make_prompt(cast.eve, slug="older")
    make_prompt(cast.eve, slug="newer")

    assert hits(web.get("find/")) == [("prompts", "newer"), ("prompts", "older")]


def test_enter_leads_to_the_first(cast, web):
    make_agent(cast.eve, slug="front-desk")

    assert web.get("find/", q="front", go="1")["Location"].endswith("/agents/front-desk/")
    assert web.get("find/", q="zebra", go="1").status_code == 200
    assert web.get("find/", go="1").status_code == 200


def test_nothing_found_says_what_was_searched(cast, web):
    make_prompt(cast.eve, slug="greeting")

    assert "Nothing is called so" in body(web.get("find/", q="zebra"))


def test_what_is_archived_is_not_found(cast, web):
    archive(cast.eve, make_prompt(cast.eve, slug="greeting"))

    assert hits(web.get("find/", q="greeting")) == []


@pytest.mark.parametrize("words", ["%", "_", "\\", "a\0b", "x" * 5000, "'; DROP TABLE"])
def test_any_words_can_be_searched_for(cast, web, words):
    make_prompt(cast.eve, slug="greeting", name="Greeting")

    assert hits(web.get("find/", q=words)) == []


def test_many_lead_on_to_the_list(cast, web):
    for number in range(22):
        make_prompt(cast.eve, slug=f"p{number}", source="")

    page = web.get("find/", q="p")

    assert len(hits(page)) == 20
    assert "22 prompts found" in body(page)
    assert "/w/demo/prompts/?q=p" in page.content.decode()


def test_htmx_gets_what_was_found_alone(cast, htmx):
    make_prompt(cast.eve, slug="greeting")

    part = htmx.get("find/", q="greet").content.decode()

    assert 'id="found"' in part
    assert "<html" not in part


def test_a_stranger_finds_nothing_of_it(cast, web):
    make_prompt(cast.eve, slug="greeting")

    assert web.of(cast.charlie).get("find/").status_code == 404
    assert "greeting" not in web.of(cast.charlie).get("/w/elsewhere/find/").content.decode()


def test_every_page_leads_to_it(cast, web):
    assert 'href="/w/demo/find/" data-jump' in web.get("prompts/").content.decode()
