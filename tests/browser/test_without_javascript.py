"""Everything works without JavaScript: buttons and links in the place of waiting and loading."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.prompt_page import PromptPage
from tests.delivery.house import until


@pytest.fixture
def plain(browsers, world):
    """alice's browser, its scripts switched off."""
    return browsers.of(world.cast.alice, java_script_enabled=False)


def read(world, slug, key):
    return world.server.prompt(slug, key).json()


def test_the_life_of_a_version_from_the_first_word_to_the_roll_back(plain, world):
    world.prompt("greeting", live=1, source="Hello {{ name }}.\n")
    live_key, test_key = world.key("live"), world.key("test")
    here = PromptPage(plain, "greeting").open()

    # Save: a new version, then rewrite the draft.
    here.source.fill("Good morning {{ name }}.\n")
    plain.get_by_label("Message optional").fill("Kinder")
    here.button("Save as new version").click()
    here.said("Saved v2 (draft).")
    here.source.fill("Good evening {{ name }}.\n")
    here.button("Update draft v2").click()
    here.said("Updated v2 (draft).")

    # Promote, after the review.
    here.tab("Versions").click()
    here.row(2).locator(".v-row").click()
    expect(here.row(2).locator(".diff")).to_contain_text("Good evening")
    here.link("Promote v2…").click()
    expect(plain.get_by_role("heading", name="Review before promoting v2")).to_be_visible()
    here.button("Promote v2").click()
    here.said("v2 is live. v1 stays in history.")
    until(lambda: read(world, "greeting", live_key)["content"] == "Good evening {{ name }}.\n", within=10)

    # Stage the next one, and clear staging.
    here.tab("Editor").click()
    here.source.fill("Good night {{ name }}.\n")
    here.button("Save as new version").click()
    here.said("Saved v3 (draft).")
    plain.goto("prompts/greeting/versions/3/")
    here.button("Set as staging", here.row(3).locator(".v-acts")).click()
    here.said("Staging is on v3.")
    until(lambda: read(world, "greeting", test_key)["served_from"] == "staging", within=10)
    plain.goto("prompts/greeting/versions/3/")
    here.button("Clear staging", here.row(3).locator(".v-acts")).click()
    until(lambda: read(world, "greeting", test_key)["served_from"] == "live", within=10)

    # Roll back; the text is in the editor, the draft is where it was.
    plain.goto("prompts/greeting/versions/1/")
    here.link("Roll back to v1…").click()
    here.button("Roll back to v1").click()
    here.said("v1 is live and its text is in your editor. v2 stays in history.")
    until(lambda: read(world, "greeting", live_key)["content"] == "Hello {{ name }}.\n", within=10)
    here.tab("Editor").click()
    expect(here.source).to_have_value("Hello {{ name }}.\n")

    # Delete the draft.
    plain.goto("prompts/greeting/versions/3/")
    here.link("Delete draft…").click()
    expect(plain.get_by_role("heading", name="Delete the draft v3?")).to_be_visible()
    here.button("Delete v3").click()
    expect(here.row(3)).to_have_count(0)

    # Unpublish.
    plain.goto("prompts/greeting/versions/1/")
    here.link("Unpublish…").click()
    here.button("Unpublish v1").click()
    here.said("v1 is no longer live: reads answer no_live_version.")
    until(lambda: world.server.prompt("greeting", live_key).status_code == 404, within=10)
    assert read(world, "greeting", live_key)["code"] == "no_live_version"


def test_a_long_history_is_searched_by_a_button_and_read_on_by_a_link(plain, world):
    world.prompt("long", drafts=35)
    here = PromptPage(plain, "long").open("versions/")
    rows = plain.locator(".versions > .v")
    expect(rows).to_have_count(30)

    here.link("Show older versions").click()
    expect(rows).to_have_count(5)
    here.link("Show from the newest version on").click()
    expect(rows).to_have_count(30)
    plain.get_by_role("searchbox", name="Search versions").fill("v35")
    here.button("Search").click()

    expect(rows).to_have_count(1)
    expect(plain.locator("#count")).to_have_text("1 of 35 versions found")
    assert "q=v35" in plain.url


def test_any_pair_is_compared_by_the_pickers_and_a_button(plain, world):
    world.prompt("pairs", drafts=5)
    here = PromptPage(plain, "pairs").open("compare/1...2/")

    plain.get_by_role("combobox", name="Old side").select_option("3")
    plain.get_by_label("Any other version for the new side, by its number").fill("5")
    here.button("Compare").first.click()

    expect(plain.get_by_role("heading", name="v3 compared with v5")).to_be_visible()
    assert plain.url.endswith("/compare/3...5/")


def test_a_version_is_compared_with_another_than_live_by_a_button(plain, world):
    world.prompt("bases", drafts=4)
    here = PromptPage(plain, "bases").open("versions/4/")

    here.row(4).get_by_role("combobox", name="Compare with").select_option("2")
    here.button("Compare", here.row(4)).click()

    expect(here.row(4).get_by_role("group", name="v2 compared with v4")).to_be_visible()


def test_what_is_typed_is_kept_by_a_button(plain, world):
    world.prompt("kept", live=1)
    here = PromptPage(plain, "kept").open()

    here.source.fill("Not ready yet\n")
    here.button("Keep without saving").click()
    here.said("Kept in your working copy.")
    here.open()

    expect(here.source).to_have_value("Not ready yet\n")


def test_prompts_are_searched_made_described_and_archived(plain, world):
    world.prompt("other", live=1)
    plain.goto("prompts/")

    plain.get_by_role("link", name="New prompt").click()
    plain.get_by_label("Slug").fill("support-triage")
    plain.locator("[name=source]").fill("You sort tickets.\n")
    plain.get_by_role("button", name="Create prompt").click()
    here = PromptPage(plain, "support-triage")
    expect(here.source).to_have_value("You sort tickets.\n")
    here.tab("Settings").click()
    plain.get_by_label("Name").fill("Ticket triage")
    here.button("Save").click()
    here.said("Saved.")
    here.button("Archive").click()
    here.said("Archived support-triage.")
    plain.goto("prompts/?show=archived")

    expect(here.link("support-triage")).to_be_visible()
    plain.goto("prompts/")
    plain.get_by_role("searchbox", name="Search prompts").fill("oth")
    plain.keyboard.press("Enter")
    expect(plain.locator("#count")).to_have_text("1 prompt found")


def test_settings_and_keys_are_forms(plain, world):
    plain.goto("settings/")

    plain.get_by_label("Name").fill("Demo workspace")
    plain.get_by_role("button", name="Save settings").click()
    expect(plain.locator("#messages")).to_contain_text("Settings saved")
    plain.get_by_role("link", name="API keys").click()
    plain.get_by_label("Name").fill("checkout")
    plain.get_by_role("button", name="Create key").click()

    secret = plain.get_by_label("the key", exact=True).inner_text()
    assert re.fullmatch(r"pv_live_[0-9A-Za-z]{42}", secret)


def test_the_theme_is_a_form_in_the_account_menu(plain):
    plain.goto("prompts/")

    plain.locator(".side summary.me").click()
    plain.locator(".side").get_by_role("button", name="Dark").click()

    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
