"""What the tests of pages read from HTML."""

import re
from html import unescape
from typing import Any


def text_of(html: str) -> str:
    """What a reader sees, tags removed and space joined."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def body(response: Any) -> str:
    """The text of an answer."""
    return text_of(response.content.decode())


def labels(response: Any) -> list[str]:
    """The versions that a list shows, in order."""
    return [f"v{number}" for number in re.findall(r'data-row="(\d+)"', response.content.decode())]


def row_of(response: Any, number: int) -> str:
    """The HTML of one row."""
    html = response.content.decode()
    start = html.index(f'id="v{number}"')
    end = html.find('data-row="', html.index("data-row", start) + 10)
    return html[start : end if end > 0 else None]


def hidden(response: Any, name: str) -> str:
    """The value of a hidden field of a page's form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, f"no field {name}"
    return unescape(found[1])
