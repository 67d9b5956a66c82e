"""A text as lines, kept so that it can be put together again exactly."""

from typing import NamedTuple


class Lines(NamedTuple):
    """The lines of a text without their newlines; `open` where the last has none."""

    lines: list[str]
    open: bool

    def keys(self) -> list[str]:
        """What to compare lines by: the last one differs by its missing newline."""
        return [*self.lines[:-1], self.lines[-1] + "\n"] if self.open else self.lines


def split_lines(text: str) -> Lines:
    r"""Split at '\n' alone: '\r', U+2028, form feed and the like stay within their line."""
    lines = text.split("\n")
    is_open = lines[-1] != ""
    if not is_open:
        lines.pop()
    return Lines(lines, is_open)
