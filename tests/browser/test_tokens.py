"""Settings → Assistants (MCP): a token is made, shown once, works at once, and is ended."""

import asyncio
import re

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import expect

from tests.browser.axe import grave_anywhere
from versioning.workspaces.services.tokens import make_token

TOKEN = re.compile(r"pv_mcp_[0-9A-Za-z]{42}")


def make(page, name):
    """Make a token on the page; what it shows."""
    page.goto("settings/tokens/")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Make the token").click()
    return TOKEN.search(page.get_by_label("the token", exact=True).inner_text())[0]


def enters(url, token):
    """How many tools an assistant is offered by a token."""

    async def run():
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            return len((await client.list_tools()).tools)

    loop = asyncio.new_event_loop()
    playing, _ = asyncio._get_running_loop(), asyncio._set_running_loop(None)
    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()
        asyncio._set_running_loop(playing)


def test_a_viewer_makes_one_that_works_and_ends_it(browsers, world):
    page = browsers.of(world.cast.bob)

    token = make(page, "Claude on my laptop")
    shown = page.locator("main").inner_text()
    tools = enters(world.server.url, token)
    page.get_by_role("link", name="Done").click()

    assert tools == 8
    assert shown.count(token) == 4  # alone, and in what three kinds of client ask for
    assert f"{world.server.url}/mcp" in shown
    assert not TOKEN.search(page.content())
    row = page.get_by_role("row").filter(has_text="Claude on my laptop")
    expect(row).to_contain_text("working")
    row.get_by_role("link", name="Revoke “Claude on my laptop”…").click()
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_text("The token “Claude on my laptop” is revoked")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Claude on my laptop")).to_contain_text("revoked")


def test_an_admin_sees_whose_assistants_there_are(browsers, world):
    world.act(world.cast.eve, make_token, name="Of Eve")
    page = browsers.of(world.cast.ada)

    page.goto("settings/")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Assistants (MCP)").click()

    expect(page.get_by_role("row").filter(has_text="Of Eve").get_by_role("cell").nth(1)).to_have_text("Eve")


def test_axe_finds_nothing_serious_in_light_and_dark_and_nothing_scrolls_sideways(page, world):
    world.act(world.cast.bob, make_token, name="An assistant with a rather long name, on a computer far away")
    states = []

    page.goto("settings/tokens/")
    states.append(grave_anywhere(page))
    page.get_by_role("link", name="Revoke “An assistant").first.click()
    states.append(grave_anywhere(page))
    make(page, "shown")
    states.append(grave_anywhere(page))

    assert states == [[], [], []]


def test_without_javascript_it_is_a_form(browsers, world):
    page = browsers.of(world.cast.eve, java_script_enabled=False)

    assert TOKEN.fullmatch(make(page, "plain"))
