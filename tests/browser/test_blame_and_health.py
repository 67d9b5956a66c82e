"""Blame and Health in a real browser: light and dark, at a desk and on a phone, axe finds nothing grave."""

import pytest
from playwright.sync_api import expect

from agents.services import change_agent
from tests.browser.axe import grave_anywhere
from tests.factories import make_agent, make_prompt
from versioning.versions import services

LONG = "x" * 200


@pytest.fixture(scope="module")
def told(world):
    """A prompt of three versions and an agent whose draft differs from what was locked."""
    cast = world.cast
    prompt = world.act(cast.eve, make_prompt, slug="blamed", source=f"Hello {{{{ name }}}}.\n{LONG}\nBye.\n")
    for author, text, why in (
        (cast.ada, f"Hello {{{{ name }}}}.\nBe brief.\n{LONG}\nBye.\n", "Shorter answers"),
        (
            cast.eve,
            f"Hello {{{{ name }}}}.\nBe brief.\n{LONG}\nGoodbye.\n",
            "A " + "very " * 30 + "long reason",
        ),
    ):
        world.act(author, services.save_version, prompt, source=text, message=why)
    agent = world.act(cast.eve, make_agent, slug="blamed-agent", locked=2)
    world.act(cast.ada, change_agent, agent, bio="Answers at night.\nAnd in the morning.")


PAGES = {
    "a prompt": "prompts/blamed/v/3/blame/",
    "an agent": "agents/blamed-agent/v/2/blame/",
    "a draft": "agents/blamed-agent/v/3/blame/",
    "health": "settings/health/",
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_grave_and_nothing_sticks_out(reader, told, name):
    reader.goto(PAGES[name])

    assert grave_anywhere(reader) == []


def test_from_a_line_one_click_leads_to_what_its_version_changed(browsers, world, told):
    page = browsers.of(world.cast.bob)
    page.goto("prompts/blamed/versions/3/")
    page.get_by_role("link", name="Blame", exact=True).click()

    group = page.locator("tbody", has_text="Goodbye.")
    expect(group.locator(".bl-who")).to_have_text("Eve")
    group.get_by_role("link", name="v3", exact=True).click()

    expect(page.get_by_role("heading", name="v2 compared with v3")).to_be_visible()
    assert page.url.endswith("/prompts/blamed/compare/2...3/")


def test_what_was_before_is_reached_by_keyboard(browsers, world, told):
    page = browsers.of(world.cast.bob)
    page.goto("prompts/blamed/v/3/blame/")

    page.get_by_role("link", name="Blame before v3").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Blame of v2")).to_be_visible()


def test_a_change_of_the_draft_opens_in_the_history(browsers, world, told):
    page = browsers.of(world.cast.alice)
    page.goto("agents/blamed-agent/")
    page.locator("summary.vsel").click()
    page.get_by_role("link", name="Blame of v3").click()

    page.locator("tbody", has_text="And in the morning.").get_by_role("link", name="v3", exact=True).click()

    expect(page.get_by_text("And in the morning.").first).to_be_visible()
    assert "/history/?open=" in page.url


def test_verify_now_says_what_it_found(browsers, world, told):
    page = browsers.of(world.cast.alice)
    page.goto("settings/")
    page.get_by_role("link", name="Health").click()
    expect(page.get_by_text("It was never verified")).to_be_visible()

    page.get_by_role("button", name="Verify now").click()

    expect(page.get_by_text("Verified: the record is whole.")).to_be_visible()
    expect(page.get_by_text("by Alice")).to_be_visible()
