"""The agent's editor as one looks at it: in each of its states, on a phone, by who may only read."""

import re

import pytest
from playwright.sync_api import expect

from agents.models import AgentTrigger, McpServer
from agents.services import change_agent, change_part
from tests.browser.agent_page import AgentPage, field, save
from tests.browser.axe import grave, grave_or_sideways, sideways
from tests.factories import make_agent, make_prompt
from versioning.versions import services

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def rich(world):
    """An agent with something in every place, its draft on staging."""
    cast = world.cast
    world.act(cast.eve, make_prompt, slug="rich-greeting", live=2)
    agent = world.act(
        cast.eve,
        make_agent,
        slug="rich",
        locked=1,
        bio="Words. " * 60,
        llm_config={"prompts": {"rich-greeting": 1}},
    )

    def fill(actor):
        change_agent(actor, agent, section="identity", bio="Other words. " * 60, tags=["a", "b"])
        change_part(actor, agent, AgentTrigger, AgentTrigger.objects.of(agent).get().pk, enabled=False)
        server = McpServer.objects.of(agent).get()
        change_part(
            actor,
            agent,
            McpServer,
            server.pk,
            auth_method="bearer",
            config={"authorization": "Bearer abcdefgh"},
        )
        services.stage(actor, agent, 2)

    world.act(cast.eve, fill)
    return AgentPage(None, "rich")


def an_open_part(here):
    here.open()
    for title in ("Schemas", "Triggers", "MCP servers"):
        here.section(title).get_by_role("link", name=re.compile("^Edit")).click()
    expect(here.section("MCP servers").get_by_label("Credential", exact=True)).to_be_visible()


def an_invalid_section(here):
    here.open()
    field(here, "Model", "Temperature").fill("9")
    save(here, "Model").click()
    expect(here.section("Model").locator(".errorlist")).to_be_visible()


def unsaved_text(here):
    here.open()
    field(here, "Identity", "Bio").fill("Half a thought")
    here.page.reload()
    expect(here.section("Identity").locator("[data-back]")).to_be_visible()


def a_version(here):
    here.open("v/1/")
    here.page.get_by_text("nightly", exact=True).click()


STATES = {"the editor": AgentPage.open, "open parts": an_open_part, "an invalid section": an_invalid_section,
          "unsaved text": unsaved_text, "a version to read": a_version}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_nothing_serious_is_on_and_nothing_runs_out_of_a_phone(browsers, watch, world, rich, name):
    watch.expect("422")
    here = AgentPage(browsers.of(world.cast.eve), "rich")
    STATES[name](here)

    assert grave_or_sideways(here.page) == []


def test_a_phone_saves_with_a_thumb(browsers, world, rich):
    here = AgentPage(browsers.of(world.cast.eve, **PHONE), "rich").open()

    here.section("Triggers").get_by_role("link", name=re.compile("^Edit")).click()
    expect(here.section("Triggers").get_by_label("Config")).to_be_visible()

    assert sideways(here.page) == []
    assert save(here, "Identity").bounding_box()["height"] >= 40


def test_a_viewer_reads_what_changed(browsers, world, rich):
    here = AgentPage(browsers.of(world.cast.bob), "rich").open()

    expect(here.page.locator(".lockbar")).to_contain_text("Your role is viewer")
    expect(here.section("Identity")).to_contain_text("was empty")
    expect(here.page.locator(".editor :is(input, textarea, select, button)")).to_have_count(0)
    assert grave(here.page) == []
