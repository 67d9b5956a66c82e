"""The timeline in a real browser: filters, rows that open, scrolling, as of; also without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from agents.models import AgentTrigger
from agents.services import change_agent, change_part
from tests.browser.axe import grave_anywhere
from tests.factories import make_agent
from versioning.versions import services

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
PATH = "agents/desk/history/"


def fill(actor: Any) -> Any:
    """An agent that was created on 12 May, changed seventy times by eve, and published."""
    agent = make_agent(actor.dated(NOON), slug="desk", bio="Answers the phone by day.")
    for n in range(70):
        change_agent(
            actor.dated(NOON + timedelta(minutes=n + 1)), agent, bio=f"Answers the phone in way {n}."
        )
    trigger = AgentTrigger.objects.get(agent=agent)
    change_part(actor, agent, AgentTrigger, trigger.pk, enabled=False)
    services.promote(actor, agent, 1, message="Go")
    return agent


@pytest.fixture(scope="module")
def desk(world):
    return world.act(world.cast.eve, fill)


@pytest.fixture
def plain(browsers, world):
    """alice's browser without JavaScript."""
    return browsers.of(world.cast.alice, java_script_enabled=False)


def test_filters_narrow_the_stream_and_stay_in_the_address(page, desk):
    page.goto(PATH)
    count = page.locator("#count")
    expect(count).to_have_text("77 entries")

    page.locator("#kinds").get_by_role("link", name="Triggers").click()
    expect(count).to_have_text("2 of 77 entries found")
    expect(page).to_have_url(re.compile(r"\?resource=trigger$"))
    expect(page.locator("#kinds [aria-current]")).to_have_text("Triggers")

    page.locator("select[name=act]").select_option("created")
    expect(count).to_have_text("1 of 77 entries found")
    expect(page).to_have_url(re.compile(r"\?resource=trigger&act=created$"))

    page.reload()
    expect(count).to_have_text("1 of 77 entries found")
    page.go_back()
    expect(page.locator("li.t")).to_have_count(2)


def test_a_span_of_days_is_asked_for_when_it_is_chosen(page, desk):
    page.goto(PATH)
    expect(page.get_by_label("From", exact=True)).to_have_count(0)

    page.locator("select[name=time]").select_option("range")
    page.get_by_label("To", exact=True).fill("2026-05-12")

    expect(page.locator("#count")).to_have_text("74 of 77 entries found")


def test_it_is_searched_while_one_types(page, desk):
    page.goto(PATH)

    page.keyboard.press("/")
    page.keyboard.type("nightly")

    expect(page.locator("#count")).to_have_text("2 of 77 entries found")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("searchbox").fill("zeppelin")
    expect(page.locator("#stream")).to_contain_text("Nothing like that in the history")


def test_a_row_opens_to_its_diff_and_closes_again(page, desk):
    page.goto(f"{PATH}?resource=agent")
    row = page.locator("li.t").first

    row.locator(".t-row").click()

    expect(row).to_have_class("t open")
    expect(row.locator(".t-body")).to_contain_text("Version 70")
    expect(row.locator("ins mark, del mark").first).to_be_visible()
    expect(page).to_have_url(re.compile("open="))
    row.locator(".t-row").click()
    expect(row.locator(".t-body")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?resource=agent$"))


def test_an_open_row_shows_the_plan_of_a_restore(page, desk):
    page.goto(f"{PATH}?resource=agent")
    row = page.locator("li.t").first
    row.locator(".t-row").click()

    row.get_by_role("link", name="Restore version 70…").click()

    expect(row.locator(".plan")).to_contain_text("bio")
    expect(row.locator(".plan")).to_contain_text("1 updated")


def test_it_goes_on_as_one_scrolls(page, desk):
    page.goto(PATH)
    expect(page.locator("li.t")).to_have_count(50)

    page.locator(".pager").scroll_into_view_if_needed()

    expect(page.locator("li.t")).to_have_count(77)
    expect(page.locator("li.day")).to_have_count(2)


def test_as_of_a_moment_by_its_box(page, desk):
    page.goto(PATH)

    page.get_by_label("As of").fill("2026-05-12T12:10")
    page.get_by_role("button", name="Show").click()

    expect(page.locator(".as-of")).to_contain_text("Answers the phone in way 9.")
    page.get_by_role("link", name="Compared with now").click()
    expect(page.locator(".as-of")).to_contain_text("changed since")
    page.get_by_role("link", name="Close").click()
    expect(page.locator(".as-of")).to_have_count(0)


def test_all_of_it_works_without_javascript(plain, desk):
    plain.goto(PATH)
    plain.locator("#kinds").get_by_role("link", name="Agent").click()
    plain.locator("select[name=act]").select_option("changed")
    plain.get_by_role("searchbox").fill("bio")
    plain.get_by_role("button", name="Filter").click()
    expect(plain.locator("#count")).to_have_text("70 of 77 entries found")

    plain.get_by_role("link", name="Show older entries").click()
    expect(plain.locator("li.t")).to_have_count(20)

    plain.locator("li.t .t-row").nth(3).click()
    expect(plain.locator("li.t.open .t-body")).to_contain_text("Restore version")
    plain.get_by_role("link", name="Restore version").first.click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Restore")


PATHS = (f"{PATH}?resource=agent", f"{PATH}?at=2026-05-12T12:10&compare=now", "history/")


def test_everyone_can_use_it(page, desk):
    found = {}

    for path in PATHS:
        page.goto(path)
        if "resource" in path:
            page.locator("li.t .t-row").first.click()
            expect(page.locator(".t-body")).to_be_visible()
        found[path] = grave_anywhere(page)

    assert found == {path: [] for path in PATHS}


def test_the_sidebar_leads_to_the_history_of_the_workspace(page, desk):
    page.goto("prompts/")

    page.get_by_role("navigation", name="Workspace").get_by_role("link", name="History").click()

    expect(page.locator("h1")).to_have_text("History")
    expect(page.locator(".nav [aria-current]").first).to_have_text("History")
    expect(page.locator("li.t").first).to_contain_text("Published v1")
    expect(page.locator("li.t").first).to_contain_text("desk")
