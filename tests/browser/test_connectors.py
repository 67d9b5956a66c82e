"""Connectors and conversations in a real browser, with callers who come in by `/v1`."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agents.models import Connector
from agents.services import change_agent
from agents.services.connectors import create_connector
from tests.browser.axe import grave_anywhere
from tests.browser.world import World
from tests.delivery.house import until
from tests.factories import make_agent
from versioning.versions import services

SPLIT = {"target": "split", "split": [{"version": 1, "weight": 80}, {"version": 2, "weight": 20}]}


@pytest.fixture
def key(world: World) -> str:
    """A live key."""
    return world.key("live")


def agent_in(world: World, slug: str, **fields: Any) -> Any:
    """An agent with three locked versions, the third live."""
    return world.act(world.cast.eve, make_agent, slug=slug, locked=3, live=3, **fields)


def connector_in(world: World, agent: Any, **fields: Any) -> Connector:
    """A connector of it."""
    asked = {"name": "Front line", "channel": "api", **fields}
    return world.act(world.cast.eve, create_connector, agent, **asked)


def call(world: World, connector: Any, key: str, callers: list[str]) -> list[dict[str, Any]]:
    """Let callers in, one after the other."""
    answers = [world.server.begin(f"connectors/{connector}", key, {"caller": each}) for each in callers]
    assert {each.status_code for each in answers} == {201}
    return [each.json() for each in answers]


def share(page: Page, row: int, version: str, weight: str) -> None:
    """Fill in a row of the split."""
    page.get_by_label(f"Version of share {row}").fill(version)
    page.get_by_label(f"Share {row} in percent").fill(weight)


def test_a_gradual_rollout_from_the_first_share_to_all_callers(page: Page, world: World, key: str):
    agent_in(world, "rollout")
    page.goto("agents/rollout/connectors/")
    page.get_by_role("link", name="New connector").first.click()

    # What it adds up to is said as one types, before anything is saved.
    page.get_by_label("A split").check()
    share(page, 1, "v2", "75")
    share(page, 2, "v3", "20")
    expect(page.locator("#sums")).to_contain_text("adds up to 95, 5 missing")
    page.get_by_label("Share 1 in percent").fill("80")
    expect(page.locator("#sums")).to_contain_text("adds up to 100")
    page.get_by_label("Name").fill("Main line")
    page.get_by_label("Channel").select_option(label="phone number")
    page.get_by_label("Address").fill("+41 79 123 45 67")
    page.get_by_role("button", name="Make connector").click()
    expect(page.locator("#messages")).to_contain_text("Made Main line.")
    connector = page.url.rstrip("/").rpartition("/")[2]

    # Callers come in, and the page says how many went each way.
    callers = [f"+4178{n:07}" for n in range(25)]
    went = Counter(each["label"] for each in call(world, connector, key, callers))
    page.reload()
    for label, count in went.items():
        row = page.locator(".way").filter(has=page.get_by_role("link", name=label, exact=True))
        expect(row).to_contain_text(f"{count}")
    expect(page.get_by_text("25 conversations")).to_be_visible()

    # More of them to v3: who moves is said first.
    page.get_by_label("Share 1 in percent").fill("50")
    page.get_by_label("Share 2 in percent").fill("50")
    expect(page.locator("#sums")).to_contain_text("30 % of callers move from v2 to v3.")
    page.get_by_role("button", name="Save connector").click()
    expect(page.locator("#messages")).to_contain_text("Saved Main line.")
    again = {caller: said["number"] for caller, said in
             zip(callers, call(world, connector, key, callers), strict=True)}  # fmt: skip
    assert set(again.values()) == {2, 3}

    # All of them: one version.
    page.get_by_label("One version").check()
    page.get_by_label("Version", exact=True).fill("v3")
    expect(page.locator("#sums")).to_contain_text("of callers move from v2 to v3.")
    page.get_by_role("button", name="Save connector").click()
    expect(page.locator("#messages")).to_contain_text("Saved Main line.")
    assert {each["number"] for each in call(world, connector, key, callers[:5])} == {3}

    # The list says it in one line; what happened is in the history.
    page.get_by_role("link", name="Connectors", exact=True).click()
    expect(page.locator(".conn")).to_contain_text("+41791234567")
    expect(page.locator(".conn-target")).to_have_text("v3")
    page.get_by_role("navigation", name="Pages of rollout").get_by_role("link", name="History").click()
    expect(page.locator("#stream")).to_contain_text("Changed connector Main line")


def test_a_conversation_is_found_and_shows_what_it_is_served_by(page: Page, world: World, key: str):
    agent = agent_in(world, "found")
    connector = connector_in(world, agent, **SPLIT)
    call(world, connector.pk, key, [f"caller-{n}" for n in range(70)])
    world.act(world.cast.eve, services.unpublish, agent)
    world.act(world.cast.eve, change_agent, agent, bio="Not what they began with.")

    page.goto("agents/found/conversations/")
    expect(page.locator("#count")).to_have_text("70 conversations")
    expect(page.locator("tr[data-row]")).to_have_count(50)
    page.locator(".pager").scroll_into_view_if_needed()
    expect(page.locator("tr[data-row]")).to_have_count(70)

    page.get_by_label("Version", exact=True).fill("v2")
    page.get_by_label("Version", exact=True).press("Enter")
    expect(page.locator("#count")).to_contain_text("found")
    expect(page).to_have_url(re.compile("version=v2"))
    page.get_by_label("Version", exact=True).fill("")
    page.get_by_label("Caller").fill("caller-7")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.locator("tr[data-row] a").click()

    expect(page.get_by_text("It is served by this for life.")).to_be_visible()
    expect(page.get_by_text("Answers the phone")).to_be_visible()
    expect(page.get_by_text("Not what they began with.")).to_have_count(0)
    page.get_by_role("link", name="Front line").click()
    expect(page.get_by_text("70 conversations")).to_be_visible()


def test_without_javascript_a_split_is_weighed_saved_and_taken_back(browsers: Any, world: World, key: str):
    agent_in(world, "plain")
    page = browsers.of(world.cast.alice, java_script_enabled=False)
    page.goto("agents/plain/connectors/new/")

    page.get_by_label("Name").fill("Line")
    page.get_by_label("Channel").select_option(label="API")
    page.get_by_label("A split").check()
    share(page, 1, "1", "60")
    share(page, 2, "2", "30")
    page.get_by_role("button", name="Another version").click()
    share(page, 3, "3", "5")
    page.get_by_role("button", name="What would change?").click()
    expect(page.locator("#sums")).to_contain_text("adds up to 95, 5 missing")
    expect(page.get_by_label("Name")).to_have_value("Line")
    page.get_by_label("Share 3 in percent").fill("10")
    page.get_by_role("button", name="Make connector").click()
    expect(page.locator("#messages")).to_contain_text("Made Line.")
    connector = page.url.rstrip("/").rpartition("/")[2]
    call(world, connector, key, [f"caller-{n}" for n in range(60)])

    page.get_by_label("What is live").check()
    page.get_by_role("button", name="What would change?").click()
    expect(page.locator("#sums")).to_contain_text("All callers get what is live from then on.")
    page.get_by_role("button", name="Save connector").click()
    expect(page.locator("#messages")).to_contain_text("Saved Line.")

    page.get_by_role("link", name="Conversations", exact=True).click()
    page.get_by_role("link", name="Show older conversations").click()
    expect(page.locator("tr[data-row]")).to_have_count(10)
    page.locator(".tabs").get_by_text("Connectors").click()
    page.get_by_role("link", name="Line", exact=True).click()
    page.get_by_role("link", name="Remove…").click()
    page.get_by_role("button", name="Remove connector").click()
    expect(page.locator("#messages")).to_contain_text("Removed Line. Its conversations stay.")
    assert world.server.begin(f"connectors/{connector}", key, {"caller": "a"}).status_code == 404


def test_enter_in_a_field_saves_and_adds_no_row(page: Page, world: World):
    agent = agent_in(world, "enter")
    connector = connector_in(world, agent, **SPLIT)
    page.goto(f"agents/enter/connectors/{connector.pk}/")

    page.get_by_label("Name").fill("Other name")
    page.get_by_label("Name").press("Enter")

    expect(page.locator("#messages")).to_contain_text("Saved Other name.")


def test_two_people_on_one_connector_lose_nothing(page: Page, browsers: Any, watch: Any, world: World):
    watch.expect("412")
    agent = agent_in(world, "both")
    connector = connector_in(world, agent)
    other = browsers.of(world.cast.ada)
    for one in (page, other):
        one.goto(f"agents/both/connectors/{connector.pk}/")

    other.get_by_label("Name").fill("Ada's name")
    other.get_by_role("button", name="Save connector").click()
    expect(other.locator("#messages")).to_contain_text("Saved")
    page.get_by_label("Name").fill("Alice's name")
    page.get_by_role("button", name="Save connector").click()

    expect(page.get_by_role("alert")).to_contain_text("It is now: Ada's name")
    expect(page.get_by_label("Name")).to_have_value("Alice's name")
    page.get_by_role("button", name="Save connector").click()
    expect(page.locator("#messages")).to_contain_text("Saved Alice's name.")


def test_who_may_not_publish_sees_no_button(browsers: Any, world: World):
    agent = agent_in(world, "reading")
    connector = connector_in(world, agent)
    page = browsers.of(world.cast.bob)

    page.goto("agents/reading/connectors/")
    expect(page.get_by_role("link", name="New connector")).to_have_count(0)
    page.goto(f"agents/reading/connectors/{connector.pk}/")

    expect(page.get_by_text("What is live: v3")).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)


def test_axe_finds_nothing_serious_and_nothing_runs_out_of_the_page(page: Page, world: World, key: str):
    agent = agent_in(world, "axe")
    connector = connector_in(world, agent, name="A line with a long name " * 4, **SPLIT)
    (begun, *_) = call(world, connector.pk, key, ["caller-" + "9" * 150, "b", "c"])
    paths = ["connectors/", "connectors/new/", f"connectors/{connector.pk}/",
             f"connectors/{connector.pk}/remove/", "conversations/", "conversations/?caller=none",
             f"conversations/{begun['id']}/"]  # fmt: skip

    found = {}
    for path in paths:
        page.goto(f"agents/axe/{path}")
        found[path] = grave_anywhere(page)

    assert found == {path: [] for path in paths}


def test_what_a_caller_began_with_is_read_while_the_page_is_open(page: Page, world: World, key: str):
    """The page of a conversation and `/v1` tell the same configuration."""
    agent = agent_in(world, "same")
    begun = world.server.begin(f"agents/{agent.slug}", key)
    world.act(world.cast.eve, services.roll_back, agent, 1)
    until(lambda: world.server.read("agent", "same", key).json()["number"] == 1, within=10)

    page.goto(f"agents/same/conversations/{begun.json()['id']}/")

    expect(page.get_by_text(begun.json()["content"]["agent"]["bio"])).to_be_visible()
    assert world.server.get(begun.headers["location"], key).content == begun.content
