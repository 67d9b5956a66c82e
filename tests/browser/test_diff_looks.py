"""How a diff is looked at: side by side or unified, with whitespace, with the runs that stay folded."""

import pytest
from playwright.sync_api import expect

from tests.browser.prompt_page import PromptPage
from tests.factories import VersionFactory

LINES = [f"Line {number} stays as it is." for number in range(1, 61)]
OLD = "\n".join(["Be kind.", *LINES, "Answer in English."])
NEW = "\n".join(["Be kind and brief.", *LINES, "Answer in\tEnglish. "])


@pytest.fixture(scope="module")
def looked_at(world):
    """Two versions that differ at both ends, by whitespace too."""
    prompt = world.prompt("looks", live=1, source=OLD)
    world.act(world.cast.eve, lambda actor: VersionFactory(actor=actor, prompt=prompt, source=NEW))
    return prompt


PAGES = {"compare": "compare/1...2/", "version": "versions/2/", "review": "versions/2/promote/"}


@pytest.mark.parametrize("name", PAGES)
def test_split_and_unified_are_switched_and_kept_in_the_address(reader, looked_at, name):
    here = PromptPage(reader, "looks").open(PAGES[name])
    expect(reader.locator(".diff")).to_be_visible()
    expect(reader.locator(".diff.unified")).to_have_count(0)

    here.link("Unified").click()
    expect(reader.locator(".diff.unified")).to_be_visible()
    assert "layout=unified" in reader.url
    reader.reload()
    expect(reader.locator(".diff.unified")).to_be_visible()
    here.link("Split").click()

    expect(reader.locator(".diff.unified")).to_have_count(0)
    expect(reader.locator(".diff")).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_whitespace_is_made_visible(reader, looked_at, name):
    here = PromptPage(reader, "looks").open(PAGES[name])
    diff = reader.locator(".diff")
    expect(diff).to_contain_text("Answer in")
    before = diff.inner_html()

    reader.get_by_title("Show whitespace").click()
    expect(reader.get_by_title("Hide whitespace")).to_be_visible()

    assert "ws=1" in reader.url
    assert diff.inner_html() != before
    expect(diff).to_contain_text("→")
    reader.get_by_title("Hide whitespace").click()
    expect(reader.get_by_title("Show whitespace")).to_be_visible()
    assert here.page.locator(".diff").inner_html() == before


def test_a_folded_run_is_unfolded(reader, looked_at):
    PromptPage(reader, "looks").open(PAGES["compare"])
    middle = reader.get_by_text("Line 30 stays as it is.").first
    expect(middle).to_be_hidden()

    reader.locator(".diff summary").click()

    expect(middle).to_be_visible()


def test_changed_words_are_marked_inside_their_line(reader, looked_at):
    PromptPage(reader, "looks").open(PAGES["compare"])

    expect(reader.locator(".diff ins").first).to_have_text(" and brief")


def test_the_sides_are_swapped(reader, looked_at):
    here = PromptPage(reader, "looks").open(PAGES["compare"])

    here.link("Swap sides").click()

    expect(reader.get_by_role("heading", name="v2 compared with v1")).to_be_visible()
    expect(reader.locator(".diff del").first).to_have_text(" and brief")


def test_a_choice_in_the_picker_leads_to_the_link_of_that_pair(page, world):
    world.prompt("picked", drafts=4)
    here = PromptPage(page, "picked").open("compare/1...2/")

    page.get_by_role("combobox", name="New side").select_option("4")

    expect(page.get_by_role("heading", name="v1 compared with v4")).to_be_visible()
    assert here.page.url.endswith("/compare/1...4/")
