"""A release arrives before one's eyes: the header's line, the Clients page, whom a move reaches."""

import time

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.axe import grave_anywhere
from tests.factories import VersionFactory
from tests.versions.readings import read, seen
from versioning.versions import services
from versioning.workspaces.services.keys import create_key

WRITTEN = 15.0  # seconds in which a server has written down what it saw, on a busy machine too


def test_the_line_says_by_itself_when_a_release_has_arrived(page, world):
    prompt = world.prompt("arriving", live=1)
    headers = {"Authorization": f"Bearer {world.key('live')}", "Previse-Instance": "one"}
    program = httpx.Client(base_url=world.server.url, headers=headers)
    line = page.locator("#arrival")

    def ask():
        assert program.get("/v1/prompts/arriving").status_code == 200

    ask()
    until = time.monotonic() + WRITTEN
    page.goto("prompts/arriving/versions/")
    while "serves it" not in line.inner_text() and time.monotonic() < until:
        page.wait_for_timeout(500)
        page.reload()
    expect(line).to_have_text("v1 is live: its one client serves it")

    world.act(world.cast.eve, lambda actor: VersionFactory(actor=actor, prompt=prompt))
    world.act(world.cast.eve, services.promote, prompt, 2)
    page.reload()
    expect(line).to_contain_text("v2 is live: its one client is")
    page.evaluate("window.stays = true")
    ask()
    expect(line).to_have_text("v2 is live: its one client serves it")

    assert page.evaluate("window.stays")
    assert line.get_attribute("hx-trigger") is None
    line.get_by_role("link").click()
    expect(page.get_by_role("heading", name="v2 is live: its one client serves it")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_contain_text("live key")
    expect(page.get_by_role("row").nth(1)).to_contain_text("one")


@pytest.fixture(scope="module")
def read_by_many(world):
    """A prompt that many clients read; one of them is behind, and staging has its own."""
    cast = world.cast
    prompt = world.prompt("read-by-many", live=2, drafts=1)
    first = world.act(cast.eve, lambda _: prompt.versions.get(number=1))

    def fill(actor):
        services.stage(actor, prompt, 3)
        prompt.refresh_from_db()
        for number in range(6):
            name = f"a-program-with-quite-a-long-name-{number}" if number else "gateway"
            key, _ = create_key(cast.alice, name=name, kind="live")
            held = prompt.live if number else first
            seen(prompt, key, held, instance=f"{'instance-of-it-' * 3}{number}")
            read(prompt, key, 12_400 * (number + 1))
        test, _ = create_key(cast.alice, name="ci", kind="test")
        seen(prompt, test, prompt.staging)
        read(prompt, test, 3)

    world.act(cast.eve, fill)


PAGES = {
    "the header": "prompts/read-by-many/versions/", "the clients": "prompts/read-by-many/clients/",
    "a review": "prompts/read-by-many/versions/3/promote/", "unpublishing": "prompts/read-by-many/unpublish/",
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_grave_and_nothing_sticks_out(reader, read_by_many, name):
    reader.goto(PAGES[name])

    assert grave_anywhere(reader) == []


def test_without_a_script_the_line_is_what_was_true_at_load(browsers, world, read_by_many):
    page = browsers.of(world.cast.bob, java_script_enabled=False)
    page.goto("prompts/read-by-many/versions/")

    page.locator("#arrival-live").click()

    expect(page.get_by_role("heading", name="5 of 6 clients serve it")).to_be_visible()
    expect(page.get_by_role("heading", name="v3 is on staging: its one client serves it")).to_be_visible()
