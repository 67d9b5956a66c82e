"""A real server, a real Chromium, and people who sit before it. Nothing may go wrong on any page."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.watch import Watch
from tests.browser.world import World, database
from tests.cast import build_cast
from tests.server import Server
from versioning.workspaces.actor import Actor

PATIENCE = 15_000  # ms; it is only ever waited for on a machine that has other things to do
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in item.nodeid or item.nodeid.startswith("browser/"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder. Closed at its end: Playwright's event loop is in the way of others."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        words = "There is no Chromium: install it, or set CHROMIUM to its path."
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def world(server: Server, django_db_blocker: Any) -> Iterator[World]:
    """The cast, committed, for all tests of a module: each makes prompts of its own in it."""
    with django_db_blocker.unblock():
        with database():
            cast = build_cast()
        yield World(cast, server)
        with database():
            connection.close()
            call_command("flush", verbosity=0, interactive=False, database="owner", allow_cascade=True,
                         reset_sequences=False)  # fmt: skip


@pytest.fixture(scope="module")
def watching() -> Watch:
    """The one watch of a module, which follows the browser that its tests share too: see `reader`."""
    return Watch()


@pytest.fixture
def watch(watching: Watch) -> Watch:
    """What goes wrong in the browsers of this test. At its end there must be nothing: see `browsers`."""
    watching.begin()
    return watching


class Browsers:
    """`browsers.of(actor)` is a page before which a member sits; each call another computer."""

    def __init__(self, chromium: Browser, world: World, watch: Watch):
        self._chromium, self._world, self._watch = chromium, world, watch
        self._opened: list[Any] = []

    def of(self, actor: Actor, **options: Any) -> Page:
        """Signed in. Addresses are those inside `demo` (`prompts/`)."""
        return self.nobody(cookies=self._world.session(actor), **options)

    def nobody(self, *, cookies: Any = (), **options: Any) -> Page:
        """Not signed in."""
        context = self._chromium.new_context(base_url=self._world.home, **options)
        context.set_default_timeout(PATIENCE)
        self._opened.append(context)
        self._watch.follow(context)
        if cookies:
            context.add_cookies(list(cookies))
        return context.new_page()

    def close(self) -> None:
        """Switch them all off."""
        for context in self._opened:
            context.close()


@pytest.fixture
def browsers(chromium: Browser, world: World, watch: Watch) -> Iterator[Browsers]:
    """See `Browsers`."""
    opened = Browsers(chromium, world, watch)
    yield opened
    heard = watch.heard()  # while the pages are there to be asked
    opened.close()
    if any(one.startswith("server: ") for one in heard):
        heard.append(world.server.log()[-5000:])
    assert not heard, "\n".join(heard)


@pytest.fixture
def page(browsers: Browsers, world: World) -> Page:
    """alice's browser."""
    return browsers.of(world.cast.alice)


@pytest.fixture(scope="module")
def readers_page(chromium: Browser, world: World, watching: Watch) -> Iterator[Page]:
    """The browser of `reader`."""
    opened = Browsers(chromium, world, watching)
    yield opened.of(world.cast.alice)
    opened.close()


@pytest.fixture
def reader(readers_page: Page, browsers: Browsers) -> Page:
    """alice's browser for tests that only read: one for all of a module. What it fetched once it has."""
    return readers_page
