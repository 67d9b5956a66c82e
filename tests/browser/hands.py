"""How a person works a page: with the mouse, or with the keyboard alone."""

from playwright.sync_api import Locator, Page

FARTHEST = 250  # presses of Tab after which something counts as out of reach

# The focused element with what shows it: an outline, a shadow or a border of its own, of a pseudo-element
# that covers its row, or of the field that it sits in.
FOCUS = """(wanted) => {
  const focused = document.activeElement;
  const ring = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const box = focused.getBoundingClientRect();
  return {
    there: focused === wanted,
    gone: !wanted.isConnected,
    nowhere: focused === document.body || focused.id === "main",
    shown: ring(getComputedStyle(focused)) || ring(getComputedStyle(focused, "::after"))
      || (focused.closest(".field") !== null && ring(getComputedStyle(focused.closest(".field")))),
    inSight: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    who: focused.outerHTML.slice(0, 160),
  };
}"""  # noqa: E501


class Mouse:
    """Points and clicks; only texts are typed."""

    def __init__(self, page: Page):
        self.page = page

    def press(self, target: Locator, *, over: Locator | None = None) -> None:
        """Press a button or follow a link; `over` is the row in which it shows itself."""
        if over:
            over.hover()
        target.click()

    def write(self, field: Locator, text: str) -> None:
        """Put a text in the place of a field's."""
        field.click()
        field.fill(text)

    def append(self, field: Locator, text: str) -> None:
        """Go on writing at the end of a field."""
        field.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.insert_text(text)

    def choose(self, select: Locator, label: str) -> None:
        """Choose an option."""
        select.select_option(label=label)

    def flip(self, box: Locator) -> None:
        """Check or uncheck a box."""
        box.click()


class Keyboard(Mouse):
    """Tab, Enter, Space and letters. Wherever the focus comes by, one sees where it is."""

    def reach(self, target: Locator) -> None:
        """Press Tab until the focus is there."""
        target.wait_for()
        wanted = target.element_handle()  # found once: to look for it by its name takes longer than a press
        for _ in range(FARTHEST):
            now = wanted.evaluate(FOCUS)
            assert now["nowhere"] or (now["shown"] and now["inSight"]), f"one does not see the focus: {now}"
            if now["there"]:
                return
            if now["gone"]:
                wanted = target.element_handle()
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def press(self, target: Locator, *, over: Locator | None = None) -> None:
        """Go there and press Enter; a row shows what it offers when the focus is in it."""
        if over:
            self.reach(over)
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        """Select what is there and type over it."""
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def append(self, field: Locator, text: str) -> None:
        """Type at the end."""
        self.reach(field)
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def choose(self, select: Locator, label: str) -> None:
        """Type the option's first letters."""
        self.reach(select)
        self.page.keyboard.type(label)

    def flip(self, box: Locator) -> None:
        """Go there and press Space."""
        self.reach(box)
        self.page.keyboard.press("Space")
