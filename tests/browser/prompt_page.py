"""The pages of one prompt, as a person finds their way on them: by words, not by markup."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass
class PromptPage:
    """A browser before the pages of the prompt `slug`."""

    page: Page
    slug: str

    def open(self, path: str = "") -> "PromptPage":
        """Go to one of its pages (`versions/`)."""
        self.page.goto(f"prompts/{self.slug}/{path}")
        return self

    def link(self, name: str | re.Pattern[str], within: Locator | Page | None = None) -> Locator:
        """A link by its exact words."""
        return (within or self.page).get_by_role("link", name=name, exact=True)

    def button(self, name: str, within: Locator | Page | None = None) -> Locator:
        """A button by its exact words."""
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        """A tab of the prompt."""
        tabs = self.page.get_by_role("navigation", name=f"Pages of {self.slug}")
        return tabs.get_by_role("link", name=re.compile(f"^{name}"))

    def row(self, number: int) -> Locator:
        """A version in the list."""
        return self.page.locator(f"#v{number}")

    @property
    def source(self) -> Locator:
        """The editor's text."""
        return self.page.get_by_label("Text of the prompt")

    def said(self, words: str) -> None:
        """The page says so, in a message at its top or in a notice."""
        expect(self.page.locator("#messages, #toasts").filter(has_text=words)).to_be_visible()
