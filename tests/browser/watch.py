"""Who watches a browser: whatever goes wrong in one of its pages is written down, and fails the test."""

import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Response

# Chromium also prints a report of the policy on the console, but without the place in the document.
ON_VIOLATION = """
addEventListener("securitypolicyviolation", (event) => {
  const at = event.target.outerHTML?.slice(0, 200) ?? "";
  globalThis.__violated(`${event.effectiveDirective} refused ${event.blockedURI} ${event.sample} ${at}`);
});
"""


class Watch:
    """The complaints of every page of the contexts that it follows."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        self._contexts: list[BrowserContext] = []

    def begin(self) -> None:
        """For another test: forget what was said and expected. What is still open is watched on."""
        self.complaints.clear()
        self._expected.clear()

    def follow(self, context: BrowserContext) -> None:
        """Watch all pages of a context, those that it opens later too."""
        context.expose_binding("__violated", lambda source, text: self._complain("policy", text))
        context.add_init_script(ON_VIOLATION)
        context.on("console", self._console)
        context.on("weberror", lambda event: self._complain("error", str(event.error)))
        context.on("dialog", self._dialog)
        context.on("response", self._response)
        self._contexts.append(context)

    def expect(self, pattern: str) -> None:
        """A complaint that this test causes on purpose."""
        self._expected.append(re.compile(pattern))

    def heard(self) -> list[str]:
        """The complaints that nobody expected, those that are still on their way too."""
        for context in self._contexts:
            for page in context.pages:
                with suppress(Error):
                    page.evaluate("1")
        return [one for one in self.complaints if not any(known.search(one) for known in self._expected)]

    def _complain(self, kind: str, text: str) -> None:
        self.complaints.append(f"{kind}: {text}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(message.type, f"{message.text} ({message.location['url']})")

    def _dialog(self, dialog: Dialog) -> None:
        self._complain("dialog", f"{dialog.type} {dialog.message}")
        dialog.accept()

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._complain("server", f"{response.status} {response.url}")


def no_script_ran(page: Any) -> bool:
    """Whether nothing that a text smuggled in was run."""
    return bool(page.evaluate("globalThis.__x === undefined"))
