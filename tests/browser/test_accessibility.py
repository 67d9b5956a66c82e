"""axe finds nothing serious on any page, in light and in dark."""

import re

import pytest
from playwright.sync_api import expect

from prompts.services import archive
from tests.browser.axe import grave, grave_anywhere
from tests.browser.prompt_page import PromptPage
from tests.cast import PASSWORD
from tests.factories import VersionFactory, make_prompt
from versioning.versions import services
from versioning.workspaces.services.members import invite

TEXT = "Be kind.\n" + "".join(f"Line {number} stays as it is.\n" for number in range(40))


@pytest.fixture(scope="module")
def shown(world):
    """A prompt in every state that a page can show, and the link of an open invite."""
    cast = world.cast
    prompt = world.act(cast.eve, make_prompt, slug="shown", live=3, source=TEXT)
    sources = [f"{TEXT}Greet {{{{ name }}}}.\n", f"Be kind and brief.\n{TEXT[9:]}Greet {{{{ city }}}}. \n"]
    for source in sources:
        world.act(cast.eve, lambda actor, s=source: VersionFactory(actor=actor, prompt=prompt, source=s))
    world.act(cast.eve, services.stage, prompt, 5)
    world.act(cast.ada, services.roll_back, prompt, 2)
    world.act(cast.eve, make_prompt, slug="blank", source="")
    world.act(cast.eve, archive, world.act(cast.eve, make_prompt, slug="old"))
    world.key("live")
    return world.act(cast.alice, invite, role="editor", note="the new colleague")[1]


PAGES = {
    "the list": "prompts/",
    "a list that found nothing": "prompts/?q=zebra",
    "a filtered list": "prompts/?show=archived",
    "a new prompt": "prompts/new/",
    "import": "prompts/import/",
    "the editor": "prompts/shown/",
    "the first version's editor": "prompts/blank/",
    "an archived prompt": "prompts/old/",
    "a version to read": "prompts/shown/?version=1",
    "the versions": "prompts/shown/versions/",
    "no versions": "prompts/blank/versions/",
    "no versions found": "prompts/shown/versions/?q=zebra",
    "a version with its diff": "prompts/shown/versions/5/",
    "two versions split": "prompts/shown/compare/2...5/",
    "two versions unified": "prompts/shown/compare/2...5/?layout=unified&ws=1",
    "a review": "prompts/shown/versions/5/promote/",
    "a roll back": "prompts/shown/versions/1/rollback/",
    "unpublishing": "prompts/shown/unpublish/",
    "deleting": "prompts/shown/versions/4/delete/",
    "what happened": "prompts/shown/history/",
    "what was live then": "prompts/shown/history/?at=2026-01-01T00:00",
    "use in code": "prompts/shown/code/",
    "a prompt's settings": "prompts/shown/settings/",
    "the settings": "settings/",
    "closing": "settings/close/",
    "the members": "settings/members/",
    "the keys": "settings/keys/",
    "the log": "settings/log/",
    "a log that found nothing": "settings/log/?q=zebra",
    "account security": "/account/2fa/",
    "the password": "/account/password/change/",
    "nothing here": "prompts/never-was/",
}
STRANGERS = {
    "sign in": "/account/login/",
    "a forgotten password": "/account/password/reset/",
    "an invite that is gone": "/invite/never-was/",
}


def an_empty_list(browsers, world, shown):
    page = browsers.of(world.cast.charlie)
    page.goto("/w/elsewhere/prompts/")
    expect(page.get_by_text("No prompts yet")).to_be_visible()
    return page


def a_refused_save(browsers, world, shown):
    prompt = world.prompt("refused")
    here = PromptPage(browsers.of(world.cast.ada), "refused").open()
    here.source.fill("Mine {{ here }}\n")
    world.act(world.cast.eve, services.update_draft, prompt, 1, source="Theirs\n")
    here.button("Update draft v1").click()
    expect(here.page.get_by_role("alert")).to_be_visible()
    return here.page


def a_kept_text(browsers, world, shown):
    world.prompt("kept", live=1)
    here = PromptPage(browsers.of(world.cast.ada), "kept").open()
    here.source.fill("Mine {{ here }}\n")
    here.button("Discard").click()
    here.link("See what differs").click()
    expect(here.button("Bring back")).to_be_visible()
    return here.page


def a_fresh_key(browsers, world, shown):
    page = browsers.of(world.cast.alice)
    page.goto("settings/keys/")
    page.get_by_label("Name").fill("checkout")
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_label("the key", exact=True)).to_be_visible()
    return page


def a_fresh_invite(browsers, world, shown):
    page = browsers.of(world.cast.alice)
    page.goto("settings/members/")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_label("the invite link", exact=True)).to_be_visible()
    return page


def an_invite(browsers, world, shown):
    page = browsers.nobody()
    page.goto(f"/invite/{shown}/")
    expect(page.get_by_role("button", name="Create account and join")).to_be_visible()
    return page


def an_invalid_form(browsers, world, shown):
    page = browsers.of(world.cast.alice)
    page.goto("prompts/new/")
    page.get_by_label("Slug").fill("shown")
    page.get_by_label("First text").fill("Hello")
    page.get_by_role("button", name="Create prompt").click()
    expect(page.locator(".invalid")).to_be_visible()
    return page


def a_wrong_password(browsers, world, shown):
    page = browsers.nobody()
    page.goto("/account/login/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def an_authenticator_app(browsers, world, shown):
    page = browsers.of(world.cast.alice)
    page.goto("/account/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("img", name="QR code of the secret below")).to_be_visible()
    return page


def a_passkey(browsers, world, shown):
    page = browsers.of(world.cast.ada)
    page.goto("/account/2fa/webauthn/add/")
    assert grave(page) == []  # it asks who one is
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_label("Name")).to_be_visible()
    return page


def open_menus(browsers, world, shown):
    page = browsers.of(world.cast.alice)
    page.goto("prompts/shown/versions/")
    page.evaluate(
        "for (const menu of document.querySelectorAll('.side .menu, .head .menu')) menu.open = true"
    )
    return page


def an_open_menu_on_a_phone(browsers, world, shown):
    page = browsers.of(world.cast.alice, viewport={"width": 390, "height": 844})
    page.goto("prompts/shown/versions/5/")
    page.locator(".topbar summary").click()
    return page


def a_notice(browsers, world, shown):
    world.prompt("noticed", drafts=1)
    here = PromptPage(browsers.of(world.cast.alice), "noticed").open("versions/1/")
    here.button("Set as staging", here.row(1).locator(".v-acts")).click()
    expect(here.page.locator(".toast")).to_be_visible()
    return here.page


ARRIVED_AT = (
    an_empty_list, a_refused_save, a_kept_text, a_fresh_key, a_fresh_invite, an_invite, an_invalid_form,
    a_wrong_password, an_authenticator_app, a_passkey, open_menus, an_open_menu_on_a_phone, a_notice,
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_is_on(reader, watch, shown, name):
    watch.expect("404")
    reader.goto(PAGES[name])

    assert grave(reader) == []


@pytest.mark.parametrize("name", STRANGERS)
def test_nothing_serious_is_on_the_way_in(browsers, watch, shown, name):
    watch.expect("410")
    page = browsers.nobody()
    page.goto(STRANGERS[name])

    assert grave(page) == []


@pytest.mark.parametrize("arrive", ARRIVED_AT, ids=lambda arrive: arrive.__name__)
def test_nothing_serious_is_on_what_one_arrives_at(browsers, watch, world, shown, arrive):
    watch.expect("412|422|400")

    page = arrive(browsers, world, shown)

    assert grave(page) == []


PLANTED = """
<img src="/static/none.svg"><button></button>
<p class="pale-in-dark">Words</p><a href="/" class="wide-on-a-phone"></a>
"""
HOW_IT_LOOKS = """
.pale-in-dark { color: light-dark(#000, #333) }
.wide-on-a-phone { display: none }
@media (width < 760px) { .wide-on-a-phone { display: block; inline-size: 500px; block-size: 9px } }
"""
PLANT = """([html, css]) => {
  document.querySelector("main").insertAdjacentHTML("beforeend", html);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}"""


def test_axe_finds_what_was_planted(page, watch, shown):
    watch.expect("none.svg")
    page.goto("prompts/")
    assert grave_anywhere(page) == []

    page.evaluate(PLANT, [PLANTED, HOW_IT_LOOKS])

    everywhere = {"light: image-alt", "light: button-name", "dark: color-contrast"}
    there = everywhere | {"light: link-name", "too wide"}
    found = {re.split(r" \(|: <", one)[0] for one in grave_anywhere(page)}
    assert found == everywhere | {f"phone, {one}" for one in there}
