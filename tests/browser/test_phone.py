"""A phone can review and roll back: by touch, without scrolling sideways, on targets that a thumb hits."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import on_a_phone, sideways
from tests.browser.prompt_page import PromptPage
from tests.factories import make_prompt
from versioning.versions import services

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
THUMB = 40  # px
LONG_LINE = "You answer in one paragraph, in the language of the question, without any list or heading. " * 3
PAGES = {
    "the prompts": "prompts/",
    "a new prompt": "prompts/new/",
    "the editor": "prompts/pocket/",
    "the versions": "prompts/pocket/versions/",
    "a version with its diff": "prompts/pocket/versions/4/",
    "a unified diff": "prompts/pocket/compare/1...4/?layout=unified",
    "a diff side by side": "prompts/pocket/compare/1...4/",
    "a review": "prompts/pocket/versions/4/promote/",
    "unpublishing": "prompts/pocket/unpublish/",
    "what happened": "prompts/pocket/history/",
    "use in code": "prompts/pocket/code/",
    "a prompt's settings": "prompts/pocket/settings/",
    "the settings": "settings/",
    "the members": "settings/members/",
    "the keys": "settings/keys/",
    "the log": "settings/log/",
    "account security": "/account/2fa/",
}


@pytest.fixture(scope="module")
def pocket(world):
    """A prompt with long lines, a staged draft and something to roll back to."""
    prompt = world.act(
        world.cast.eve, make_prompt, slug="pocket", live=3, drafts=1, source=f"{LONG_LINE}{{{{ name }}}}\n"
    )
    world.act(world.cast.eve, services.stage, prompt, 4)
    return prompt


@pytest.fixture
def phone(browsers, world):
    """alice's phone."""
    return browsers.of(world.cast.alice, **PHONE)


# What one presses there.
TARGETS = {
    "the prompts": [("link", "New prompt"), ("link", "Jump to")],
    "the editor": [("button", "Update draft v4")],
    "a version with its diff": [
        ("link", "Promote v4…"), ("button", "Clear staging"), ("button", "Open in editor"),
    ],
    "a review": [("button", "Promote v4")],
    "unpublishing": [("button", "Unpublish v3")],
    "the settings": [("button", "Save settings")],
    "the keys": [("button", "Create key")],
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_and_what_one_presses_is_as_high_as_a_thumb(reader, pocket, name):
    with on_a_phone(reader) as phone:
        phone.goto(PAGES[name])

        assert sideways(phone) == []
        for role, button in TARGETS.get(name, []):
            box = phone.get_by_role(role, name=button, exact=True).first.bounding_box()
            assert box["height"] >= THUMB, (button, box)


def test_a_version_is_reviewed_and_rolled_back_by_touch(phone, world):
    world.prompt("thumbs", live=2)
    here = PromptPage(phone, "thumbs")
    phone.goto("prompts/")
    here.link("thumbs").tap()
    here.tab("Versions").tap()

    here.row(1).locator(".v-row").tap()
    expect(here.row(1).locator(".diff")).to_be_visible()
    roll_back = here.link("Roll back to v1…")
    assert roll_back.bounding_box()["height"] >= THUMB
    roll_back.tap()
    confirm = here.button("Roll back to v1")
    assert confirm.bounding_box()["height"] >= THUMB
    confirm.tap()

    here.said("v1 is live and its text is in your editor. v2 stays in history.")


def test_the_menu_holds_what_the_sidebar_holds(phone, world):
    phone.goto("prompts/")

    phone.locator(".topbar summary").tap()
    phone.get_by_role("navigation", name="Workspace, menu").get_by_role("link", name="Settings").tap()

    expect(phone.get_by_role("heading", name="Settings", exact=True)).to_be_visible()


def test_the_rest_of_what_a_version_offers_is_in_its_menu(phone, pocket):
    here = PromptPage(phone, "pocket").open("versions/4/")

    here.row(4).locator(".phone-more summary").tap()
    here.row(4).locator(".phone-more").get_by_role("link", name="Delete draft…").tap()

    expect(phone.get_by_role("heading", name="Delete the draft v4?")).to_be_visible()


@pytest.mark.parametrize("path", ["settings/", "clients/", "versions/"])
def test_the_tab_that_one_is_on_is_in_sight(phone, pocket, path):
    phone.goto(f"prompts/pocket/{path}")

    expect(phone.locator("#header .tabs [aria-current]")).to_be_in_viewport(ratio=0.9)
