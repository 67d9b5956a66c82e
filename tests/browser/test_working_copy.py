"""The working copy: kept by itself, one's own alone, served to nobody, offered back after a roll back."""

from playwright.sync_api import expect

from tests.browser.prompt_page import PromptPage
from tests.delivery.house import until

TYPED = "Hello {{ name }}.\nStill thinking about {{ tone }}.\n"


def type_and_wait(here, text):
    here.source.fill(text)
    expect(here.page.locator("[data-autosave-status]")).to_contain_text("Saved")


def test_what_is_typed_is_there_after_a_reload(page, world):
    world.prompt("reload", live=1)
    here = PromptPage(page, "reload").open()

    type_and_wait(here, TYPED)
    page.reload()

    expect(here.source).to_have_value(TYPED)
    expect(page.locator(".edit-side")).to_contain_text("tone")


def test_the_last_words_go_out_with_the_page(page, watch, world):
    watch.expect("dialog: beforeunload")
    world.prompt("leaving", live=1)
    here = PromptPage(page, "leaving").open()
    type_and_wait(here, "Almost\n")

    here.source.fill(TYPED)
    page.goto("prompts/")

    until(lambda: here.open().source.input_value() == TYPED, within=10)


def test_another_member_does_not_see_it_and_no_key_reads_it(browsers, page, world):
    world.prompt("private", live=1, source="Hello {{ name }}.\n")
    keys = world.key("live"), world.key("test")

    type_and_wait(PromptPage(page, "private").open(), TYPED)

    theirs = PromptPage(browsers.of(world.cast.eve), "private").open()
    expect(theirs.source).to_have_value("Hello {{ name }}.\n")
    assert "Still thinking" not in theirs.page.content()
    for key in keys:
        assert world.server.prompt("private", key).json()["content"] == "Hello {{ name }}.\n"


def test_a_roll_back_keeps_it_aside_and_offers_it_back(page, world):
    world.prompt("aside", live=2)
    here = PromptPage(page, "aside").open()
    type_and_wait(here, TYPED)

    here.open("versions/1/rollback/")
    here.button("Roll back to v1").click()
    here.said("v1 is live and its text is in your editor.")
    here.open()
    expect(here.source).not_to_have_value(TYPED)
    expect(page.locator(".keep")).to_contain_text("v1 was rolled back to")
    here.link("See what differs").click()
    expect(page.locator(".diff")).to_contain_text("Still thinking about")
    here.button("Bring back").click()

    here.said("Your text is back in the editor.")
    expect(here.source).to_have_value(TYPED)


def test_save_is_off_while_the_text_is_that_of_the_version(page, world):
    world.prompt("equal", live=1, source="Hello {{ name }}.\n")
    here = PromptPage(page, "equal").open()
    save = here.button("Save as new version")
    expect(save).to_be_disabled()

    here.source.fill("Hello.\n")
    expect(save).to_be_enabled()
    here.source.fill("Hello {{ name }}.\n")

    expect(save).to_be_disabled()


def test_the_side_tells_variables_and_sizes_while_one_types(page, world):
    world.prompt("counted", live=1, source="Hello {{ name }}.\n")
    here = PromptPage(page, "counted").open()

    here.source.fill("{{ city }} and {{city}} are one, {{ a-b }} is none\n")

    side = page.locator(".edit-side")
    expect(side.locator("[data-variables] li")).to_have_text(["+ cityused 2 times", "− nameno longer read"])
    expect(side.locator("[data-chars]")).to_have_text("51")
    expect(side.locator("[data-lines]")).to_have_text("2")


def test_control_s_saves(page, world):
    world.prompt("shortcut", live=1)
    here = PromptPage(page, "shortcut").open()

    here.source.fill(TYPED)
    here.source.press("Control+s")

    here.said("Saved v2 (draft).")


def test_discarded_words_are_offered_back(page, world):
    world.prompt("discarded", live=1, source="Hello {{ name }}.\n")
    here = PromptPage(page, "discarded").open()
    type_and_wait(here, TYPED)

    here.button("Discard").click()
    expect(here.source).to_have_value("Hello {{ name }}.\n")
    here.button("Bring back").click()

    expect(here.source).to_have_value(TYPED)
