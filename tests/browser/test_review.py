"""The review's button acts on what was shown, or not at all."""

from playwright.sync_api import expect

from tests.browser.prompt_page import PromptPage
from tests.factories import VersionFactory
from versioning.versions import services
from versioning.versions.models import Version


def live_number(world, prompt):
    def ask(actor):
        prompt.refresh_from_db()
        return prompt.live.number

    return world.act(world.cast.alice, ask)


def test_promoting_after_another_member_promoted_shows_a_fresh_review(page, watch, world):
    watch.expect("412")
    prompt = world.prompt("moved", live=1, drafts=2)
    here = PromptPage(page, "moved").open("versions/3/promote/")
    expect(page.locator(".move")).to_contain_text("v1 stays in history.")
    world.act(world.cast.ada, services.promote, prompt, 2)

    here.button("Promote v3").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was done.")
    expect(alert).to_contain_text("Ada promoted")
    expect(page.locator(".move")).to_contain_text("v2 stays in history.")
    assert live_number(world, prompt) == 2
    here.button("Promote v3").click()
    here.said("v3 is live. v2 stays in history.")
    assert live_number(world, prompt) == 3


def test_promoting_a_draft_that_was_rewritten_meanwhile_shows_the_new_text(page, watch, world):
    watch.expect("412")
    prompt = world.prompt("rewritten", live=1, drafts=1)
    here = PromptPage(page, "rewritten").open("versions/2/promote/")
    world.act(world.cast.eve, services.update_draft, prompt, 2, source="Something else entirely.\n")

    here.button("Promote v2").click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was done.")
    expect(page.locator(".diff")).to_contain_text("Something else entirely.")
    assert live_number(world, prompt) == 1


def test_a_roll_back_after_another_member_promoted_is_reviewed_again(page, watch, world):
    watch.expect("412")
    prompt = world.prompt("back", live=3, drafts=1)
    here = PromptPage(page, "back").open("versions/1/rollback/")
    world.act(world.cast.ada, services.promote, prompt, 4)

    here.button("Roll back to v1").click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was done.")
    assert live_number(world, prompt) == 4


def test_two_presses_of_one_button_act_once(page, world):
    prompt = world.prompt("twice", live=1, drafts=1)
    here = PromptPage(page, "twice").open("versions/2/promote/")

    here.button("Promote v2").dblclick()

    here.said("v2 is live. v1 stays in history.")
    assert live_number(world, prompt) == 2


def test_a_version_that_came_meanwhile_changes_no_review(page, world):
    prompt = world.prompt("beside", live=1, drafts=1)
    here = PromptPage(page, "beside").open("versions/2/promote/")
    world.act(world.cast.eve, lambda actor: VersionFactory(actor=actor, prompt=prompt))

    here.button("Promote v2").click()

    here.said("v2 is live. v1 stays in history.")
    assert world.act(world.cast.alice, lambda actor: Version.objects.of(prompt).count()) == 3
