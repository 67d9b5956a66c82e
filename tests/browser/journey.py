"""The main job from the first page to the last read, whatever hands do it."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import expect

from tests.browser.hands import Mouse
from tests.browser.prompt_page import PromptPage
from tests.browser.world import World
from tests.cast import PASSWORD
from tests.delivery.house import until
from versioning.workspaces.services.workspaces import change_workspace

PATIENCE = 10.0
FIRST = "\nAlways say who you are: {{ agent_name }}.\n"
SECOND = "\nNever promise a date.\n"


@dataclass
class Journey(PromptPage):
    """alice at a page with a prompt whose `newest` version is live."""

    world: World
    hands: Mouse
    newest: int

    def __post_init__(self) -> None:
        self.live_key, self.test_key = self.world.key("live"), self.world.key("test")

    # What a program gets ------------------------------------------------------------------------------------
    def read(self, key: str) -> dict[str, Any]:
        """What a program gets."""
        answer = self.world.server.prompt(self.slug, key)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def reads(self, key: str, label: str, served_from: str) -> dict[str, Any]:
        """Wait until a key reads that version from there."""
        wanted = (label, served_from)
        until(lambda: (self.read(key)["label"], self.read(key)["served_from"]) == wanted, within=PATIENCE)
        return self.read(key)

    # What alice does, in this order -------------------------------------------------------------------------
    def signs_in(self) -> None:
        """By the form."""
        self.page.goto("/")
        self.hands.write(self.page.get_by_label("Email"), "alice@example.com")
        self.hands.write(self.page.get_by_label("Password"), PASSWORD)
        self.hands.press(self.button("Sign in"))
        expect(self.page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()

    def opens_the_prompt(self) -> None:
        """Found in the list of prompts."""
        self.hands.write(self.page.get_by_role("searchbox", name="Search prompts"), self.slug)
        expect(self.page.locator("#count")).to_have_text("1 prompt found")
        self.hands.press(self.link(re.compile(f"^{self.slug}$")))
        expect(self.source).to_be_visible()

    def searches_its_history(self, words: str, number: int) -> None:
        """One version is found, and opened from what was found."""
        self.hands.press(self.tab("Versions"))
        expect(self.page.locator("#count")).to_have_text(f"{self.newest} versions")
        self.hands.write(self.page.get_by_role("searchbox", name="Search versions"), words)
        expect(self.page.locator("#count")).to_have_text(f"1 of {self.newest} versions found")
        expect(self.page.locator(".versions > .v")).to_have_count(1)
        self.hands.press(self.row(number).locator(".v-row"))
        expect(self.row(number).locator(".diff")).to_be_visible()

    def diffs(self, old: int, new: int, words: str) -> None:
        """Two versions side by side: chosen in the list, then by the pair's own link."""
        row = self.row(new)
        self.hands.choose(row.get_by_role("combobox", name="Compare with"), f"previous v{old}")
        expect(row.get_by_role("group", name=f"v{old} compared with v{new}")).to_be_visible()
        self.hands.press(self.link(f"v{old}…v{new}", row))
        expect(self.page.get_by_role("heading", name=f"v{old} compared with v{new}")).to_be_visible()
        assert f"/compare/{old}...{new}/" in self.page.url
        expect(self.page.locator(".diff")).to_contain_text(words)

    def saves(self, text: str, message: str, number: int) -> None:
        """Goes on writing in the editor; it becomes a draft."""
        self.hands.press(self.tab("Editor"))
        before = self.source.input_value()
        self.hands.append(self.source, text)
        words = self.page.get_by_label(re.compile("^Message( of the new version)? optional"))
        self.hands.write(words, message)
        self.hands.press(self.button("Save as new version"))
        self.said(f"Saved v{number} (draft).")
        expect(self.source).to_have_value(before + text)

    def promotes(self, number: int, was: int) -> None:
        """After a review of what changes."""
        self.hands.press(self.link(f"Promote v{number}…", self.page.locator("#messages")))
        expect(self.page.get_by_role("heading", name=f"Review before promoting v{number}")).to_be_visible()
        expect(self.page.locator(".move")).to_contain_text(f"Production reads switch to v{number}.")
        side = self.page.locator(".review-side")
        expect(side).to_contain_text("Callers must pass the new variable agent_name.")
        self.hands.press(self.button(f"Promote v{number}"))
        self.said(f"v{number} is live. v{was} stays in history.")

    def stages(self, number: int) -> None:
        """By the button of its row."""
        self.hands.press(self.tab("Versions"))
        row = self.row(number)
        self.hands.press(self.button(f"Set as staging v{number}", row), over=row.locator(".v-row"))
        expect(row.locator(".chip.staging")).to_be_visible()
        self.said(f"Staging is on v{number}.")

    def switches_staging(self, *, on: bool) -> None:
        """In the settings of the workspace."""
        self.hands.press(self.link("Settings", self.page.get_by_role("navigation", name="Workspace")))
        box = self.page.get_by_label("Enable staging")
        self.hands.flip(box)
        expect(box).to_be_checked(checked=on)
        self.hands.press(self.button("Save settings"))
        self.said("Settings saved")

    def finds_no_staging(self) -> None:
        """No page of the prompt speaks of staging any more."""
        self.page.goto(f"prompts/{self.slug}/versions/")
        expect(self.page.locator(".versions > .v").first).to_be_visible()
        assert "staging" not in self.page.locator("main").inner_text().lower()

    def rolls_back(self, number: int, was: int) -> None:
        """From the version's row, after a review."""
        self.hands.press(self.row(number).locator(".v-row"))
        self.hands.press(self.link(f"Roll back to v{number}…"))
        title = f"Review before rolling back to v{number}"
        expect(self.page.get_by_role("heading", name=title)).to_be_visible()
        self.hands.press(self.button(f"Roll back to v{number}"))
        self.said(f"v{number} is live and its text is in your editor. v{was} stays in history.")

    def finds_the_drafts_and_the_source(self, draft: int, retired: int, live: int, source: str) -> None:
        """Nothing went: the draft, the version that was live, and the old text in the editor."""
        expect(self.row(draft).locator(".v-chips")).to_contain_text("draft")
        expect(self.row(retired).locator(".v-chips")).to_contain_text("retired")
        expect(self.row(live).locator(".v-chips")).to_contain_text("live")
        self.hands.press(self.tab("Editor"))
        expect(self.source).to_have_value(source)


def do_the_main_job(journey: Journey, words: str, changed: str) -> None:
    """Search, diff, edit, save, promote, stage, staging off, roll back; a program reads along."""
    old, new = journey.newest, journey.newest + 1
    journey.world.act(journey.world.cast.alice, change_workspace, staging_enabled=True)
    source = journey.read(journey.live_key)["content"]
    journey.signs_in()
    journey.opens_the_prompt()
    journey.searches_its_history(words, old)
    journey.diffs(old - 1, old, changed)

    journey.saves(FIRST, "Say who speaks", new)
    assert journey.read(journey.live_key)["label"] == f"v{old}"
    journey.promotes(new, was=old)
    assert journey.reads(journey.live_key, f"v{new}", "live")["content"] == source + FIRST

    journey.saves(SECOND, "Promise less", new + 1)
    journey.stages(new + 1)
    assert journey.reads(journey.test_key, f"v{new + 1}", "staging")["content"] == source + FIRST + SECOND
    assert journey.read(journey.live_key)["label"] == f"v{new}"

    journey.switches_staging(on=False)
    journey.reads(journey.test_key, f"v{new}", "live")
    journey.finds_no_staging()

    journey.rolls_back(old, was=new)
    assert journey.reads(journey.live_key, f"v{old}", "live")["content"] == source
    journey.finds_the_drafts_and_the_source(draft=new + 1, retired=new, live=old, source=source)
    journey.switches_staging(on=True)
    journey.reads(journey.test_key, f"v{new + 1}", "staging")
