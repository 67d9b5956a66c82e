"""What was lost comes back: a part from its history, an agent from a snapshot; and nobody is overrun."""

import re

import pytest
from playwright.sync_api import expect

from agents.models import Agent, AgentTrigger
from agents.services import add_part, change_agent, remove_part
from tests.browser.agent_page import AgentPage
from tests.browser.axe import grave_or_sideways
from tests.browser.hands import Keyboard, Mouse
from tests.browser.world import database
from tests.factories import make_agent
from versioning.lib.transaction import told
from versioning.versions import services

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAGES = {
    "the snapshots": "agents/kept/snapshots/",
    "no snapshots": "agents/unpublished/snapshots/",
    "a snapshot": "agents/kept/snapshots/1/",
    "a snapshot against the draft": "agents/kept/snapshots/1/?against=draft",
    "two snapshots": "agents/kept/snapshots/1..2/",
    "the review of a restore": "agents/kept/snapshots/1/restore/",
    "a restore without anything to do": "agents/kept/snapshots/2/restore/",
    "the restore of an agent's fields": "agents/kept/history/agent/{agent}/1/restore/",
    "the restore of a deleted trigger": "agents/kept/history/trigger/{trigger}/1/restore/",
    "the timeline of a trigger": "agents/kept/history/?resource={trigger}",
}


@pytest.fixture(scope="module")
def kept(world):
    """An agent with two snapshots, whose first trigger was deleted; the addresses of its pages."""
    eve = world.cast.eve
    world.act(eve, make_agent, slug="unpublished")
    agent, trigger = agent_with_a_snapshot(world, "kept")
    world.act(eve, remove_part, agent, AgentTrigger, trigger.pk)
    world.act(eve, add_part, agent, AgentTrigger, name="another", trigger_config={"cron": "0 4 * * *"})
    world.act(eve, change_agent, agent, bio="Answers at night.", tags=["voice"], commercial_name="Lumi")
    world.act(eve, services.promote, agent, 2, message="The night shift")
    return {name: path.format(agent=agent.pk, trigger=trigger.pk) for name, path in PAGES.items()}


def agent_with_a_snapshot(world, slug):
    """v1 is live, the draft equals it; and its trigger."""
    agent = world.act(world.cast.eve, make_agent, slug=slug, locked=1, live=1)
    with database(), told(world.cast.demo.id):
        return agent, AgentTrigger.objects.of(agent).get()


def wrecked(world, slug):
    """What a restore mends: the bio is another, the trigger is gone."""
    agent, trigger = agent_with_a_snapshot(world, slug)
    world.act(world.cast.eve, change_agent, agent, bio="Wrecked.")
    world.act(world.cast.eve, remove_part, agent, AgentTrigger, trigger.pk)
    return agent


def stands(world, slug):
    """The draft's bio, the names of its triggers, and the live number."""
    with database(), told(world.cast.demo.id):
        agent = Agent.objects.with_pointers().get(slug=slug)
        names = [trigger.name for trigger in AgentTrigger.objects.of(agent)]
        return agent.bio, names, agent.live.number


def bring_back(here, hand):
    """Remove a part in the editor, and restore it from its history."""
    page = here.page
    triggers = here.section("Triggers")
    hand.press(triggers.get_by_role("link", name="Edit nightly"))
    hand.press(triggers.get_by_role("link", name="Remove…"))
    hand.press(page.get_by_role("button", name=re.compile("^Remove")))
    hand.press(here.section("Triggers").get_by_role("link", name="History of nightly"))
    expect(page.locator("#stream")).to_contain_text("nightly")
    row = page.locator("li.t").first
    row.locator("a.t-row").focus()  # past the box of a date, whose parts show their focus themselves
    hand.press(row.locator("a.t-row"))
    hand.press(row.get_by_role("link", name="Restore version 1…"))
    expect(page.locator("form.plan")).to_contain_text("create")
    expect(page.locator("form.plan")).to_contain_text("1 created 0 updated 0 deleted")
    hand.write(page.get_by_label("Reason"), "It was needed")
    hand.press(here.button("Restore version 1"))
    here.said("Trigger nightly is restored to version 1.")
    expect(here.section("Triggers")).to_contain_text("nightly")


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_a_part_that_was_removed_comes_back_from_its_history(world, page, hand):
    slug = f"part-{hand.__name__.lower()}"
    agent_with_a_snapshot(world, slug)
    here = AgentPage(page, slug).open()

    bring_back(here, hand(page))

    assert stands(world, slug) == ("Answers the phone.", ["nightly"], 1)


def test_it_comes_back_without_scripts_too(world, browsers):
    plain = browsers.of(world.cast.alice, java_script_enabled=False)
    agent_with_a_snapshot(world, "part-plain")

    bring_back(AgentPage(plain, "part-plain").open(), Mouse(plain))

    assert stands(world, "part-plain")[1] == ["nightly"]


def go_back(here, hand):
    """From the history to the snapshots, and the draft back to one; published afterwards."""
    page = here.page
    here.open("history/")
    hand.press(here.action("Restore a snapshot"))
    row = page.locator("tr", has_text="Snapshot 1")
    hand.press(row.get_by_role("link", name="Restore… snapshot 1"), over=row.get_by_role("link").first)
    plan = page.get_by_role("list", name="What happens, in order")
    expect(plan).to_contain_text("Wrecked.")
    expect(plan.get_by_role("listitem")).to_have_count(2)
    hand.write(page.get_by_label("Reason"), "It was better")
    hand.flip(page.get_by_label("Lock and publish v2 afterwards"))
    hand.press(here.button("Restore snapshot 1"))
    here.said("The draft v2 is restored to snapshot 1. v2 is locked and live.")
    here.shows("v3", "draft")
    hand.press(here.tab("Snapshots"))
    expect(page.locator("tbody tr").first).to_contain_text("It was better")


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_a_wrecked_agent_goes_back_to_its_snapshot_and_live(world, page, hand):
    slug = f"whole-{hand.__name__.lower()}"
    wrecked(world, slug)

    go_back(AgentPage(page, slug), hand(page))

    assert stands(world, slug) == ("Answers the phone.", ["nightly"], 2)


def test_it_goes_back_without_scripts_too(world, browsers):
    plain = browsers.of(world.cast.alice, java_script_enabled=False)
    wrecked(world, "whole-plain")

    go_back(AgentPage(plain, "whole-plain"), Mouse(plain))

    assert stands(world, "whole-plain") == ("Answers the phone.", ["nightly"], 2)


def test_a_phone_restores_a_snapshot(world, browsers):
    phone = browsers.of(world.cast.alice, **PHONE)
    wrecked(world, "whole-phone")
    here = AgentPage(phone, "whole-phone").open("snapshots/")

    phone.get_by_role("link", name="Restore… snapshot 1").tap()
    confirm = here.button("Restore snapshot 1")
    assert confirm.bounding_box()["height"] >= 40
    confirm.tap()

    here.said("The draft v2 is restored to snapshot 1.")
    assert stands(world, "whole-phone") == ("Answers the phone.", ["nightly"], 1)


def test_who_restores_over_the_save_of_somebody_else_sees_it_first(world, page, watch):
    watch.expect("412")
    agent = wrecked(world, "two-whole")
    here = AgentPage(page, "two-whole").open("snapshots/1/restore/")
    page.get_by_label("Reason").fill("My reason")
    world.act(world.cast.ada, change_agent, agent, section="identity", bio="Ada's words.")

    here.button("Restore snapshot 1").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was done.")
    expect(alert).to_contain_text("Ada saved Identity of v2")
    expect(page.get_by_label("Reason")).to_have_value("My reason")
    expect(page.get_by_role("list", name="What happens, in order")).to_contain_text("Ada's words.")
    assert stands(world, "two-whole")[0] == "Ada's words."
    here.button("Restore snapshot 1").click()
    here.said("The draft v2 is restored to snapshot 1.")


def test_of_one_resource_the_chosen_fields_are_restored_and_a_save_meanwhile_is_shown(world, page, watch):
    watch.expect("412")
    agent, _ = agent_with_a_snapshot(world, "two-fields")
    world.act(world.cast.eve, change_agent, agent, bio="Wrecked.", commercial_name="Wrecked & Co")
    page.goto(f"agents/two-fields/history/agent/{agent.pk}/1/restore/")
    here = AgentPage(page, "two-fields")
    page.get_by_role("checkbox", name="Restore commercial_name").uncheck()
    world.act(world.cast.ada, change_agent, agent, bio="Ada's words.")

    here.button("Restore version 1").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Ada changed bio")
    expect(page.get_by_role("checkbox", name="Restore commercial_name")).not_to_be_checked()
    here.button("Restore version 1").click()
    here.said("Agent is restored to version 1.")
    with database(), told(world.cast.demo.id):
        now = Agent.objects.get(pk=agent.pk)
    assert (now.bio, now.commercial_name) == ("Answers the phone.", "Wrecked & Co")


def test_a_pair_of_snapshots_is_chosen_by_the_pickers(page, kept):
    page.goto("agents/kept/snapshots/2/")

    page.get_by_label("Compare with another snapshot").select_option(label="snapshot 1 (v1)")
    page.wait_for_url("**/snapshots/1..2/")
    expect(page.locator("#compare")).to_contain_text("Answers at night.")
    page.get_by_role("link", name="Swap sides").click()
    page.wait_for_url("**/snapshots/2..1/")


def test_a_snapshot_is_seen_whole_or_against_the_draft(page, kept):
    page.goto("agents/kept/snapshots/1/")

    page.get_by_role("link", name="Against the draft v3").click()
    expect(page.locator("#content")).to_contain_text("Lumi")
    page.wait_for_url("**/?against=draft")
    page.get_by_role("link", name="Unified").click()
    page.wait_for_url("**/?against=draft&layout=unified")
    page.get_by_role("link", name="All of it").click()
    expect(page.get_by_role("heading", name="MCP servers")).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_is_on_and_on_a_phone_nothing_scrolls_sideways(reader, kept, name):
    reader.goto(kept[name])

    assert grave_or_sideways(reader) == []
