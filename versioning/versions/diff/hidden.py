"""Characters that one does not see: found, and shown on request."""

import re
import unicodedata

# Controls, spaces other than the plain one, joiners, direction and format signs, blank letters.
# Left out: tab, newline and carriage return (shown by their own signs), and the variation
# selectors U+FE00-FE0F, which every second emoji carries.
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891"
    "\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u2800\u3000\u3164\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_hidden = re.compile(f"[{_HIDDEN}]")
_pieces = re.compile(f"( +)|(\t)|(\r)|([{_HIDDEN}])|[^ \t\r{_HIDDEN}]+")


def has_hidden(text: str) -> bool:
    """Whether the text holds characters that one does not see, beyond space, tab and line end."""
    return _hidden.search(text) is not None


def show_whitespace(text: str) -> list[tuple[str, str]]:
    """The text in pieces (what to show, '' | 'space' | 'tab' | 'cr' | 'hidden'), not escaped."""
    shown: list[tuple[str, str]] = []
    for piece in _pieces.finditer(text):
        found = piece[0]
        match piece.lastindex:
            case 1:
                shown.append(("·" * len(found), "space"))
            case 2:
                shown.append(("→\t", "tab"))
            case 3:
                shown.append(("␍", "cr"))
            case 4:
                shown.append((f"U+{ord(found):04X}", "hidden"))
            case _:
                shown.append((found, ""))
    return shown


def name_of(shown: str) -> str:
    """The name of a character shown as 'U+200B'; '' for one without a name."""
    return unicodedata.name(chr(int(shown.removeprefix("U+"), 16)), "")
