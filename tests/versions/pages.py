"""What the tests of pages read from HTML, and a long history to read it from."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from tests.factories import PromptFactory
from versioning.versions import services
from versioning.versions.models import Artifact
from versioning.versions.services.artifacts import Imported


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


def long_history(actor: Any, count: int, slug: str) -> Any:
    """A prompt whose versions were imported, the last one live."""
    prompt = PromptFactory(actor=actor, slug=slug, source="")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    history = [
        Imported(
            f"Text {n} of {{{{ name }}}}.\n", f"Change {n}", f"writer-{n % 7}", start + timedelta(hours=n)
        )
        for n in range(1, count + 1)
    ]
    services.import_versions(actor, prompt, history)
    prompt.refresh_from_db()
    return prompt


def live_of(prompt: Any) -> int | None:
    """The number that is live in the database."""
    live = Artifact.objects.select_related("live").get(pk=prompt.pk).live
    return live.number if live else None


def shown(page: Any, *names: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return {name: hidden(page, name) for name in names}
