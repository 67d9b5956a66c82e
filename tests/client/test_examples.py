"""Every example of the documents runs, against a real server."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.house import House
from tests.server import ROOT, Server

FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ("docs/client.md", "clients/python/README.md")
EXAMPLES = [(page, text) for page in PAGES for text in FENCE.findall((ROOT / page).read_text())]


@pytest.mark.parametrize(("page", "text"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_example_runs(
    page: str, text: str, house: House, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import previse as package

    house = House.build()  # of its own: `house` sees to it that all is emptied afterwards
    house.prompt(slug="greeting", source="Hello {{ name }}.")
    house.prompt(slug="not-yet-live", live=0, drafts=1)
    house.agent(slug="front-desk")
    monkeypatch.setenv("PREVISE_API_KEY", house.key())
    monkeypatch.setenv("PREVISE_URL", server.url)
    monkeypatch.setenv("PREVISE_CACHE_DIR", str(tmp_path))
    text = text.replace("/var/cache/my-program", str(tmp_path / "mine"))
    text = (
        text.replace('"pv_live_…", base_url="https://previse.example.com"', "") if "README" in page else text
    )
    names: dict[str, Any] = {"__name__": "example"}

    exec(compile(text, page, "exec"), names)

    if isinstance(client := names.get("previse"), package.Previse):
        client.close()


def test_all_pages_have_examples():
    assert {page for page, _ in EXAMPLES} == set(PAGES)
    assert len(EXAMPLES) >= 6
