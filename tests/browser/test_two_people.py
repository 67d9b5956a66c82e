"""Two people on one draft: the second save is refused, and neither loses a word."""

from playwright.sync_api import expect

from tests.browser.prompt_page import PromptPage
from versioning.versions.models import Version

FROM_THE_START = "Greet {{ name }}.\nAsk how you can help.\nSay goodbye.\n"
EVES = "Greet {{ name }} warmly.\nAsk how you can help.\nSay goodbye.\n"
ADAS = "Greet {{ name }}.\nAsk how you can help.\nSay goodbye and thank them.\n"


def texts(world, slug):
    """Every version of a prompt by its number."""

    def ask(actor):
        return dict(Version.objects.filter(artifact__slug=slug).values_list("number", "source"))

    return world.act(world.cast.alice, ask)


def both_at_the_draft(browsers, world, slug):
    """eve saves first; then ada's save is refused."""
    world.prompt(slug, source=FROM_THE_START)
    eve = PromptPage(browsers.of(world.cast.eve), slug).open()
    ada = PromptPage(browsers.of(world.cast.ada), slug).open()
    eve.source.fill(EVES)
    ada.source.fill(ADAS)

    eve.button("Update draft v1").click()
    eve.said("Updated v1 (draft).")
    ada.button("Update draft v1").click()

    alert = ada.page.get_by_role("alert")
    expect(alert).to_contain_text("Eve saved v1 just now, while you were writing.")
    expect(alert).to_contain_text("nothing is lost")
    expect(ada.page.get_by_label("v1 as Eve saved it")).to_have_text(EVES.strip())
    expect(ada.page.get_by_label("Your text")).to_have_value(ADAS)
    expect(ada.page.locator(".diff")).to_contain_text("warmly")
    expect(ada.page.locator(".diff")).to_contain_text("and thank them")
    assert texts(world, slug) == {1: EVES}
    return eve, ada


def test_the_second_save_is_refused_and_becomes_a_version_of_its_own(browsers, world, watch):
    watch.expect("412")
    eve, ada = both_at_the_draft(browsers, world, "greeting")

    ada.button("Save mine as a new version").click()

    ada.said("Saved v2 (draft).")
    assert texts(world, "greeting") == {1: EVES, 2: ADAS}
    expect(eve.open("?version=1").page.get_by_label("Text of v1")).to_have_value(EVES)


def test_the_text_of_the_other_is_taken_and_ones_own_is_offered_back(browsers, world, watch):
    watch.expect("412")
    _, ada = both_at_the_draft(browsers, world, "farewell")

    ada.button("Take theirs (mine is kept aside)").click()
    expect(ada.source).to_have_value(EVES)
    ada.button("Bring back").click()

    ada.said("Your text is back in the editor.")
    expect(ada.source).to_have_value(ADAS)


def test_a_refused_text_survives_a_closed_window(browsers, world, watch):
    watch.expect("412")
    _, ada = both_at_the_draft(browsers, world, "closed")

    ada.page.close()
    again = PromptPage(browsers.of(world.cast.ada), "closed").open()

    expect(again.source).to_have_value(ADAS)
    assert texts(world, "closed") == {1: EVES}


def test_two_windows_of_one_person_ask_before_one_takes_over(browsers, world, watch):
    watch.expect("412")
    world.prompt("windows", source=FROM_THE_START)
    first = PromptPage(browsers.of(world.cast.eve), "windows").open()
    second = PromptPage(first.page.context.new_page(), "windows").open()

    first.source.fill("Typed here first\n")
    expect(first.page.locator("[data-autosave-status]")).to_contain_text("Saved")
    second.source.fill("Typed there second\n")
    stale = second.page.locator("[data-stale]")
    expect(stale).to_be_visible()
    second.button("Continue here").click()
    expect(second.page.locator("[data-autosave-status]")).to_contain_text("Saved")
    second.open()

    expect(second.source).to_have_value("Typed there second\n")
    second.button("Bring back").click()
    expect(second.source).to_have_value("Typed here first\n")
