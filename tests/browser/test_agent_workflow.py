"""The typical workflow with an agent, from its draft to its next draft, on a history from elsewhere.

Edit the draft; test it in the playground, with a real model; lock it; publish what was locked; go on in
the new draft. A program reads along.
"""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from agents.models import Agent
from tests.browser.agent_page import AgentPage
from tests.browser.world import World, database
from tests.delivery.house import until
from tests.factories import make_agent
from tests.local_model import local_model
from tests.server import ROOT
from versioning.lib.transaction import told
from versioning.playground import services as playground
from versioning.playground.local_model import NAME

__all__ = ["local_model"]

HISTORIES = ROOT.parent / "shared" / "data" / "agents.jsonl"
FOLDER = ROOT / "tests" / "screenshots"
DESK = {"viewport": {"width": 1440, "height": 900}}
SLUG = "agentics-issue-triage"
BIO = "Sorts new issues, and says why."
# The imported ones are long, and a small model reads them slowly.
SHORT = "You sort the issues of a project.\n\nAnswer in one short sentence.\n"


@pytest.fixture(scope="module")
def newest(world: World, server_environment) -> int:
    """The number of the live version: of the imported agent, or of one of our own where no history is."""
    if not HISTORIES.exists():
        world.act(world.cast.eve, make_agent, slug=SLUG, locked=3, live=3)
        return 3
    command = [sys.executable, "manage.py", "import_history", str(HISTORIES), "--workspace", "demo"]
    said = subprocess.run(command, cwd=ROOT, env=server_environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "13 agents, 438 versions (438 of them new)" in said.stdout
    return 43


def picture(page, name: str) -> None:
    """What it looks like, to be laid beside the pictures that it was drawn after."""
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"agent-{name}.png")


def test_the_typical_workflow_on_an_imported_agent(world: World, browsers, newest, local_model):
    live, draft, following = f"v{newest}", f"v{newest + 1}", f"v{newest + 2}"
    cast, key = world.cast, world.key("live")
    world.act(cast.alice, playground.change_provider, base_url=local_model, model=NAME, key="")
    page = browsers.of(cast.alice, **DESK)
    here = AgentPage(page, SLUG)

    def served():
        found = world.server.read("agent", SLUG, key).json()
        return found["label"], found["content"]["agent"]["bio"]

    before = served()
    assert before[0] == live

    # 1. Edit your agent in the draft version.
    page.goto("agents/")
    page.get_by_role("searchbox", name="Search agents").fill(SLUG)
    expect(page.locator("#count")).to_contain_text("1 agent")
    page.get_by_role("link", name=SLUG, exact=True).click()
    here.shows(draft, "draft")
    here.saves("Identity", "Bio", BIO)
    expect(here.section("Model").get_by_label("Instructions", exact=True)).not_to_be_empty()
    here.saves("Model", "Instructions", SHORT)
    here.selector.locator("summary").click()
    expect(here.selector).to_contain_text("Quick select")
    expect(here.selector).to_contain_text("Version history")
    picture(page, "editor")
    page.keyboard.press("Escape")

    # 2. Test changes in the playground.
    here.tab("Playground").click()
    expect(page.get_by_label("Version", exact=True)).to_have_value(str(newest + 1))
    page.get_by_label("Input").fill("The login page is blank since this morning.")
    here.button(f"Run {draft}").click()
    answer = page.get_by_role("article", name=draft)
    expect(answer.get_by_text("Tokens", exact=True)).to_be_visible(timeout=180_000)
    assert len(answer.locator(".answer").inner_text()) > 5
    picture(page, "playground")
    assert served() == before

    # 3. When satisfied, lock: an immutable snapshot, and a new draft at once.
    here.tab("Editor").click()
    here.action("Lock").click()
    page.get_by_label("Message").fill("Shorter, and it says why")
    here.button(f"Lock {draft}").click()
    here.said(f"{draft} is locked. {following} is the draft now.")
    here.shows(following, "draft")
    assert served() == before

    # 4. Publish the locked version.
    here.selector.locator("summary").click()
    here.selector.get_by_role("link", name=re.compile(f"^{draft} locked")).click()
    here.shows(draft, "locked")
    expect(page.locator(".editor input, .editor textarea, .editor select")).to_have_count(0)
    picture(page, "editor-locked")
    here.action("Publish").click()
    expect(page.get_by_role("heading", name=f"Review before publishing {draft}")).to_be_visible()
    expect(page.locator(".review-side")).to_contain_text(f"{draft} was tried once, by Alice")
    expect(page.locator(".diff-card")).to_contain_text("Sorts new issues")
    picture(page, "publish-review")
    page.get_by_label("Message").fill("Maintainers asked for it")
    here.button(f"Publish {draft}").click()
    here.said(f"{draft} is live")
    until(lambda: served() == (draft, BIO), within=10)

    # 5. Continue iterating on the new draft.
    here.open()
    here.shows(following, "draft")
    expect(here.section("Identity").get_by_label("Bio", exact=True)).to_have_value(BIO)
    expect(here.section("Model").get_by_label("Instructions", exact=True)).to_have_value(SHORT)
    here.saves("Identity", "Commercial name", "Triage")
    here.action("Publish").wait_for()
    assert served() == (draft, BIO)
    picture(page, "editor-next")
    here.tab("Versions").click()
    picture(page, "versions")
    assert state_of(world) == (newest + 2, newest + 1)


def state_of(world: World) -> tuple[int, int]:
    """The numbers of the draft and of the live version, as the database has them."""
    with database(), told(world.cast.demo.id):
        agent = Agent.objects.with_pointers().get(slug=SLUG)
        return agent.versions.get(locked_at=None).number, agent.live.number
