"""Settings → Webhooks in a browser: a webhook is added and told of a release, a delivery is brought again."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.axe import grave_anywhere
from tests.browser.world import database
from tests.factories import make_prompt
from tests.server import ROOT
from tests.webhooks.logged import hooked, owed
from tests.webhooks.process import Worker
from tests.webhooks.receiver import Receiver
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.webhooks.services.endpoints import secrets_of
from versioning.workspaces.events import MOVES_LIVE
from versioning.workspaces.models import Event

FOLDER = ROOT / "tests" / "screenshots"
DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
def receiver():
    one = Receiver()
    yield one
    one.close()


def logged(world, state="failed", url="https://hooks.example/previse"):
    """A webhook with one delivery in a state; both their pages."""
    with database(), told(world.cast.demo.id, world.cast.alice.person_id):
        endpoint = hooked(world.cast, url=url)
        delivery = owed(endpoint, Event.objects.newest_first().first(), state)
    here = f"settings/webhooks/{endpoint.pk}/"
    return here, delivery


def test_a_webhook_is_added_by_the_form_and_shows_its_secret_once(world, page):
    page.goto("settings/")
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="New webhook").first.click()
    page.get_by_label("Address").fill("https://hooks.example/added")
    expect(page.get_by_label("Made live")).to_be_hidden()
    page.get_by_label("Only these").check()
    page.get_by_label("Made live").check()
    page.get_by_role("button", name="Add webhook").click()

    assert SECRET.fullmatch(page.get_by_label("the secret", exact=True).inner_text())
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("hooks.example/added", exact=True)).to_be_visible()
    expect(page.locator(".hook-facts")).to_contain_text("Made live")
    assert not SECRET.search(page.content())


def test_redeliver_shows_itself_on_the_row_and_the_row_follows_what_comes_of_it(
    world, page, receiver, server_environment
):
    here, delivery = logged(world, url=receiver.url)
    with database(), told(world.cast.demo.id):
        [secret] = secrets_of(delivery.endpoint, timezone.now())
        worker = Worker(server_environment)
    page.goto(here)
    row = page.locator(f"#row-{delivery.pk}")
    button = row.get_by_role("button", name="Redeliver")
    assert button.evaluate("(it) => getComputedStyle(it).opacity") == "0"

    row.hover()
    expect(button).to_have_css("opacity", "1")
    button.click()
    expect(row).to_contain_text("on its way")
    with database():
        worker.start()

    try:
        expect(row).to_contain_text("delivered")
    finally:
        worker.stop()
    expect(row).to_contain_text("200 OK")
    expect(row.get_by_role("button", name="Redeliver")).to_have_count(1)
    assert [each.verified(secret)["type"] for each in receiver.came] == ["an event"]


def test_filters_follow_each_other_without_a_reload(world, page):
    here, _ = logged(world)
    page.goto(here)
    page.evaluate("globalThis.__same = true")  # of no other document

    page.get_by_role("link", name="Delivered", exact=True).click()
    expect(page.get_by_text("No such delivery")).to_be_visible()
    page.get_by_role("combobox", name="Event").select_option("version.published")
    expect(page).to_have_url(re.compile(r"state=delivered&event=version\.published"))
    assert page.evaluate("globalThis.__same")
    page.get_by_role("link", name="Show all deliveries").click()

    expect(page.get_by_role("row")).to_have_count(2)


def test_axe_finds_nothing_serious_in_light_and_dark_and_nothing_scrolls_sideways(page, world):
    url = "https://a-rather-long-name-of-a-server.internal.example.com:8443/" + "path/" * 30
    here, delivery = logged(world, "retrying", url)
    states = {}

    paths = ("settings/webhooks/", "settings/webhooks/new/", here, f"{here}deliveries/{delivery.pk}/",
             f"{here}rotate/")  # fmt: skip
    for path in paths:
        page.goto(path)
        states[path] = grave_anywhere(page)

    assert states == {path: [] for path in paths}


def test_without_javascript_a_delivery_is_brought_again(browsers, world):
    here, delivery = logged(world)
    page = browsers.of(world.cast.ada, java_script_enabled=False)

    page.goto(f"{here}deliveries/{delivery.pk}/")
    page.get_by_role("button", name="Redeliver").click()

    expect(page.get_by_role("status").filter(has_text="Ada asked for it again.")).to_be_visible()


def told_of_releases(actor, cast):
    """A webhook that was told of a story of releases, and fails since its last."""
    prompt = make_prompt(cast.eve, slug="support-greeting", live=1, drafts=5)
    endpoint = hooked(cast, url="https://hooks.example.com/services/previse", events=["member.joined"],
                      description="Posts releases")  # fmt: skip
    for number in range(2, 7):
        services.promote(cast.eve, prompt, number, message=f"Release {number}")
    services.roll_back(cast.ada, prompt, 5)
    events = Event.objects.of(prompt.pk).filter(name__in=MOVES_LIVE).order_by("sequence")
    states = ["delivered"] * 4 + ["failed", "retrying", "waiting"]
    return endpoint, [owed(endpoint, *pair) for pair in zip(events, states, strict=True)]


def test_the_screens_are_drawn(world, browsers):
    endpoint, deliveries = world.act(world.cast.alice, told_of_releases, world.cast)
    desk, phone = (browsers.of(world.cast.alice, **options) for options in (DESK, PHONE))
    here = f"settings/webhooks/{endpoint.pk}/"

    desk.goto(here)
    expect(desk.get_by_role("row").filter(has_text="support-greeting")).not_to_have_count(0)
    desk.screenshot(path=FOLDER / "webhook.png")
    desk.goto(f"{here}deliveries/{deliveries[-2].pk}/")
    desk.screenshot(path=FOLDER / "webhook-delivery.png")
    phone.goto(here)
    phone.screenshot(path=FOLDER / "webhook-phone.png")
