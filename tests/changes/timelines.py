"""A timeline as tests read it: its lines in words, and the ids of its Changes."""

import re
from typing import Any

from tests.versions.pages import body, text_of
from versioning.changes.models import Change

LINE = re.compile(r'<li class="t[ "].*?class="t-row".*?<span class="t-who[^>]*>(.*?)</span>\s*'
                  r'<span class="t-txt">(.*?)</span>\s*<span class="rv">(.*?)</span>', re.DOTALL)  # fmt: skip


def lines(response: Any) -> list[str]:
    """Each entry as "who: what tail"."""
    assert response.status_code == 200, response.status_code
    html = response.content.decode()
    return [
        f"{text_of(who)}: {text_of(said)} {text_of(tail)}".strip() for who, said, tail in LINE.findall(html)
    ]


def last_change(**wanted: Any) -> Change:
    """The newest Change that fits."""
    found = Change.objects.filter(**wanted).newest_first().first()
    assert found is not None, wanted
    return found


__all__ = ["body", "last_change", "lines"]
