"""The pages of one agent, as a person finds their way on them."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser.prompt_page import PromptPage

SECTIONS = ("Identity", "Model", "Schemas", "Triggers", "MCP servers", "Metadata")


@dataclass
class AgentPage(PromptPage):
    """A browser before the pages of the agent `slug`."""

    def open(self, path: str = "") -> "AgentPage":
        """Go to one of its pages (`versions/`)."""
        self.page.goto(f"agents/{self.slug}/{path}")
        return self

    def section(self, title: str) -> Locator:
        """A section of the editor, by its title."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator("section.sec").filter(has=heading)

    def saves(self, title: str, field: str, text: str) -> None:
        """Write into a field of a section, and save the section."""
        section = self.section(title)
        section.get_by_label(field, exact=True).fill(text)
        section.get_by_role("button", name=re.compile("^Save")).click()
        expect(section.get_by_role("status")).to_contain_text("Saved just now")

    @property
    def selector(self) -> Locator:
        """The version selector of the header."""
        return self.page.locator("#header details.menu")

    def shows(self, label: str, *chips: str) -> None:
        """The header is on that version, with these chips."""
        summary = self.selector.locator("summary")
        expect(summary.locator("b")).to_have_text(label)
        for chip in chips:
            expect(summary).to_contain_text(chip)

    def action(self, name: str) -> Locator:
        """A button of the header."""
        actions = self.page.locator("#header .actions")
        return actions.get_by_role("link", name=re.compile(f"^{name}…?$"))


def field(here: AgentPage, section: str, label: str) -> Locator:
    """A field of a section of the editor, by their titles."""
    return here.section(section).get_by_label(label, exact=True)


def save(here: AgentPage, section: str) -> Locator:
    """The button that saves a section."""
    return here.section(section).get_by_role("button", name=re.compile("^Save"))
