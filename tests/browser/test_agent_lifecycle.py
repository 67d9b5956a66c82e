"""The version actions of an agent before people: by mouse, by keyboard alone, without scripts, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from agents.models import Agent
from agents.services import change_agent
from tests.browser.agent_page import AgentPage
from tests.browser.axe import grave_or_sideways
from tests.browser.hands import Keyboard, Mouse
from tests.browser.world import database
from tests.delivery.house import until
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions import services

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAGES = {
    "the list": "agents/",
    "an empty filter": "agents/?show=archived",
    "a new agent": "agents/new/",
    "a copy": "agents/shown/copy/",
    "the versions": "agents/shown/versions/",
    "a version with its diff": "agents/shown/versions/4/",
    "locking": "agents/shown/lock/",
    "reverting": "agents/shown/revert/",
    "a review": "agents/shown/versions/4/publish/",
    "a roll back": "agents/shown/versions/1/rollback/",
    "unpublishing": "agents/shown/unpublish/",
    "what happened": "agents/shown/history/",
    "what a save changed": "agents/shown/history/?former=",
    "use in code": "agents/shown/code/",
    "an agent's settings": "agents/shown/settings/",
    "jump to": "find/",
    "jump to nothing": "find/?q=zebra",
    "a prompt that agents name": "prompts/named/",
    "its review": "prompts/named/versions/2/promote/",
}


@pytest.fixture(scope="module")
def shown(world):
    """An agent in every state that a page can show. It names a prompt."""
    world.act(world.cast.eve, make_prompt, slug="named", live=1, drafts=1)
    agent = world.act(
        world.cast.eve, make_agent, slug="shown", locked=3, live=2,
        llm_config={"model": "small", "instructions": "Be brief.", "prompts": {"named": "live"}},
    )  # fmt: skip
    world.act(world.cast.eve, services.stage, agent, 3)
    changes = {"bio": "Answers at night.", "tags": ["voice"]}
    return world.act(world.cast.ada, change_agent, agent, section="identity", **changes)


def stands(world, slug):
    """The live number and the draft's, as the database has them."""
    with database(), told(world.cast.demo.id):
        agent = Agent.objects.with_pointers().get(slug=slug)
        return agent.live.number if agent.live else None, agent.versions.get(locked_at=None).number


def look_at(here, hand, number):
    """Choose a version in the selector."""
    hand.press(here.selector.locator("summary"))
    hand.press(here.selector.get_by_role("link", name=re.compile(rf"^v{number} (draft|locked)")))


def go_round(world, here, hand):
    """Lock, publish, unpublish, revert and roll back, each by its button in the header."""
    page, slug = here.page, here.slug
    here.shows("v2", "draft")
    hand.press(here.action("Lock"))
    hand.write(page.get_by_label("Message"), "Night shift")
    hand.press(here.button("Lock v2"))
    here.said("v2 is locked. v3 is the draft now.")
    here.shows("v3", "draft")
    expect(here.action("Revert")).to_have_count(0)

    look_at(here, hand, 2)
    here.shows("v2", "locked")
    expect(here.action("Lock")).to_have_count(0)
    expect(page.locator("#header")).to_contain_text("Locked")
    hand.press(here.action("Publish"))
    hand.press(here.button("Publish v2"))
    here.said("v2 is live.")
    assert stands(world, slug) == (2, 3)

    here.open("v/2/")
    here.shows("v2", "locked", "live")
    expect(here.action("Publish")).to_have_count(0)
    hand.press(here.action("Unpublish"))
    hand.press(here.button("Unpublish v2"))
    here.said("v2 is no longer live: calls are refused with no_live_version.")
    assert stands(world, slug) == (None, 3)

    agent = world.act(world.cast.eve, lambda actor: Agent.objects.get(slug=slug))
    world.act(world.cast.eve, change_agent, agent, bio="Answers at noon.")
    here.open()
    hand.press(here.action("Revert"))
    expect(page.locator(".diff-card")).to_contain_text("at noon")
    hand.press(here.button("Revert v3 to v2"))
    here.said("v3 is back to v2.")
    expect(here.action("Revert")).to_have_count(0)

    hand.press(here.action("Publish"))
    hand.press(here.button("Lock and publish v3"))
    here.said("v3 is live.")
    assert stands(world, slug) == (3, 4)

    here.open("v/1/")
    hand.press(here.action("Publish"))
    hand.press(here.button("Publish v1"))
    here.said("v1 is live. v3 stays in history.")
    assert stands(world, slug) == (1, 4)


def desk(world, page, slug):
    """A page before an agent of its own: v1 locked, the draft v2 changed."""
    agent = world.act(world.cast.eve, make_agent, slug=slug, locked=1)
    world.act(world.cast.eve, change_agent, agent, bio="Answers at night.")
    return AgentPage(page, slug).open()


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_every_action_is_done_by_its_button_in_the_header(world, page, hand):
    here = desk(world, page, f"by-{hand.__name__.lower()}")

    go_round(world, here, hand(page))


def test_every_action_is_done_without_scripts(world, browsers):
    plain = browsers.of(world.cast.alice, java_script_enabled=False)
    here = desk(world, plain, "plain")

    go_round(world, here, Mouse(plain))

    # Staging, from the list; and the draft itself.
    here.open("versions/4/")
    here.button("Set as staging", here.row(4).locator(".v-acts")).click()
    here.said("Staging is on v4.")
    here.open("versions/4/publish/")
    here.button("Publish the draft itself").click()
    here.said("It is still the draft: each save of it is live at once.")
    assert stands(world, "plain") == (4, 4)
    here.open()
    expect(plain.locator("#header")).to_contain_text("each save is live at once")


def test_programs_get_what_was_published_and_are_refused_what_was_not(world, page):
    here, key = desk(world, page, "called"), world.key("live")
    assert world.server.read("agent", "called", key).json()["code"] == "no_live_version"

    here.action("Publish").click()
    here.button("Lock and publish v2").click()
    here.said("v2 is live.")

    until(lambda: world.server.read("agent", "called", key).status_code == 200, within=10)
    assert world.server.read("agent", "called", key).json()["label"] == "v2"


def test_a_lock_after_somebody_else_saved_begins_afresh_with_what_changed(world, page, watch):
    watch.expect("412")
    here = desk(world, page, "meanwhile")
    here.action("Lock").click()
    page.get_by_label("Message").fill("My words")
    agent = world.act(world.cast.ada, lambda actor: Agent.objects.get(slug="meanwhile"))
    world.act(world.cast.ada, change_agent, agent, section="identity", bio="Answers at noon.")

    here.button("Lock v2").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was done.")
    expect(alert).to_contain_text("Ada saved Identity of v2")
    expect(page.get_by_label("Message")).to_have_value("My words")
    assert stands(world, "meanwhile") == (None, 2)
    here.button("Lock v2").click()
    here.said("v2 is locked.")


def test_the_header_follows_what_the_list_does(world, page, shown):
    here = AgentPage(page, "shown").open("versions/1/")

    here.button("Set as staging", here.row(1).locator(".v-acts")).click()

    expect(page.locator("#header .vsel")).to_contain_text("staging")
    here.button("Clear staging", here.row(1).locator(".v-acts")).click()
    expect(page.locator("#header .vsel")).not_to_contain_text("staging")
    world.act(world.cast.eve, services.stage, shown, 3)


def test_a_slash_and_a_few_letters_lead_to_any_agent(world, page, shown):
    page.goto("settings/")

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("show")
    expect(page.locator("#found")).to_contain_text("1 agent found")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Front desk", level=1)).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_is_on_and_on_a_phone_nothing_scrolls_sideways(reader, shown, name):
    reader.goto(address(shown, name))

    assert grave_or_sideways(reader) == []


def test_a_phone_publishes_and_rolls_back(world, browsers):
    phone = browsers.of(world.cast.alice, **PHONE)
    here = desk(world, phone, "pocket")

    here.action("Publish").tap()
    here.button("Lock and publish v2").tap()
    here.said("v2 is live.")
    here.open("versions/1/")
    here.link("Roll back to v1…").tap()
    here.button("Roll back to v1").tap()
    here.said("v1 is live. v2 stays in history.")

    assert stands(world, "pocket") == (1, 3)


def address(agent, name):
    """The address of a page; that of a save ends in its number."""
    path = PAGES[name]
    return f"{path}{agent.last_sequence}" if path.endswith("former=") else path
