"""A long history loads as one scrolls, is searched while one types, and its address says what is shown."""

import pytest
from playwright.sync_api import expect

from tests.browser.prompt_page import PromptPage
from tests.factories import make_prompt

MANY = 120


@pytest.fixture(scope="module")
def long(world):
    """A prompt with 120 versions."""
    return world.act(world.cast.eve, make_prompt, slug="long", drafts=MANY)


def rows(page):
    return page.locator(".versions > .v")


def test_all_rows_arrive_as_one_scrolls(page, long):
    PromptPage(page, "long").open("versions/")
    expect(rows(page)).to_have_count(30)
    expect(page.locator("#count")).to_have_text("120 versions")

    while rows(page).count() < MANY:
        before = rows(page).count()
        rows(page).last.scroll_into_view_if_needed()
        page.mouse.wheel(0, 2000)
        expect(rows(page)).not_to_have_count(before)

    numbers = rows(page).evaluate_all("all => all.map(row => row.id)")
    assert numbers == [f"v{number}" for number in range(MANY, 0, -1)]
    expect(page.locator(".versions .pager")).to_have_count(0)
    assert page.url.endswith("/versions/")


def test_typing_searches_without_a_reload_and_the_address_keeps_it(page, long):
    PromptPage(page, "long").open("versions/")
    page.evaluate("globalThis.sameDocument = true")
    field = page.get_by_role("searchbox", name="Search versions")

    field.press_sequentially("v117", delay=20)
    expect(page.locator("#count")).to_have_text("1 of 120 versions found")
    expect(rows(page)).to_have_count(1)

    assert page.evaluate("globalThis.sameDocument")
    assert "q=v117" in page.url
    expect(field).to_be_focused()
    page.reload()
    expect(page.locator("#count")).to_have_text("1 of 120 versions found")
    expect(field).to_have_value("v117")


def test_back_leads_to_what_was_shown_before(page, long):
    PromptPage(page, "long").open("versions/")
    field = page.get_by_role("searchbox", name="Search versions")
    field.fill("v117")
    expect(page.locator("#count")).to_have_text("1 of 120 versions found")
    page.locator("#v117-row").click()
    expect(page.locator("#v117 .diff")).to_be_visible()
    assert "/versions/117/" in page.url

    page.go_back()
    expect(page.locator("#v117 .diff")).to_have_count(0)
    expect(page.locator("#count")).to_have_text("1 of 120 versions found")
    page.go_back()

    expect(page.locator("#count")).to_have_text("120 versions")
    expect(rows(page)).to_have_count(30)
    expect(field).to_have_value("")


def test_a_search_that_finds_nothing_offers_the_texts(page, long):
    PromptPage(page, "long").open("versions/")
    page.get_by_role("searchbox", name="Search versions").fill("zebra")

    expect(page.get_by_text("No version found")).to_be_visible()
    page.get_by_role("link", name="Search the text too").click()

    expect(page.get_by_label("Search the text too")).to_be_checked()
    expect(page.get_by_role("link", name="Show all versions")).to_be_visible()


def test_a_version_deep_in_the_history_opens_by_its_address(page, long):
    here = PromptPage(page, "long").open("versions/17/")

    expect(here.row(17).locator(".diff")).to_be_in_viewport()
    here.link("Show from the newest version on").click()

    expect(rows(page).first).to_have_attribute("id", "v120")


def test_the_keys_j_and_k_walk_and_enter_opens(page, long):
    PromptPage(page, "long").open("versions/")
    expect(rows(page)).to_have_count(30)

    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")

    expect(page.locator("#v119 .diff")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search versions")).to_be_focused()
