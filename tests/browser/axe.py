"""What axe finds on a page, in light and in dark, at a desk and on a phone: all of it on one load."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
# Nothing is fetched for it again: only rules on media that play by themselves would ask for that.
RUN = """(rules) => axe.run({resultTypes: ["violations"], preload: false, ...rules})
  .then((found) => found.violations)"""
EVERYTHING: dict[str, list[str]] = {}
CONTRASTS = {"runOnly": ["color-contrast"]}
SIDEWAYS = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? ""
  : ["too wide:", ...[...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 8).map((one) => one.outerHTML.slice(0, 160))].join(" ")"""
SCREEN = {"width": 390, "height": 844, "screenWidth": 390, "screenHeight": 844, "deviceScaleFactor": 1}


def grave(page: Page) -> list[str]:
    """What axe finds in light, and the contrasts that it finds in dark: nothing else depends on it."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found = []
    for scheme, rules in (("light", EVERYTHING), ("dark", CONTRASTS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [(scheme, one) for one in page.evaluate(RUN, rules) if one["impact"] in GRAVE]
    return [
        f"{scheme}: {one['id']} ({len(one['nodes'])}): {[node['html'][:200] for node in one['nodes'][:4]]}"
        for scheme, one in found
    ]


def sideways(page: Page) -> list[str]:
    """What makes the page wider than the screen, if it is."""
    found = page.evaluate(SIDEWAYS)
    return [found] if found else []


@contextmanager
def on_a_phone(page: Page) -> Iterator[Page]:
    """The page as a phone shows it, which is touched: as Playwright makes one, but without another load."""
    screen = page.context.new_cdp_session(page)
    screen.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    screen.send("Emulation.setDeviceMetricsOverride", SCREEN | {"mobile": True})
    try:
        yield page
    finally:
        screen.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        screen.detach()


def grave_anywhere(page: Page) -> list[str]:
    """What is grave at a desk and on a phone, and what runs out of the page there."""
    found = grave(page) + sideways(page)
    with on_a_phone(page):
        return found + [f"phone, {one}" for one in grave(page) + sideways(page)]


def grave_or_sideways(page: Page) -> list[str]:
    """What is grave at a desk, and what runs out of the page on a phone."""
    found = grave(page)
    with on_a_phone(page):
        return found + [f"phone, {one}" for one in sideways(page)]
