"""The Python client, from its folder, against a real server behind a door."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.door import Door
from tests.delivery.conftest import house
from tests.server import ROOT, Server

sys.path.insert(0, str(ROOT / "clients" / "python" / "src"))

__all__ = ["house"]


@pytest.fixture
def door(server: Server) -> Iterator[Door]:
    """A door to the server."""
    with Door(server.url) as made:
        yield made


@pytest.fixture
def stage() -> Iterator[Door]:
    """A door to nowhere: a test says what the server would."""
    with Door() as made:
        yield made


@pytest.fixture
def clients(tmp_path: Path) -> Iterator[Any]:
    """Makes clients that keep their things in the test's own folder, and closes them."""
    from previse import Previse

    made: list[Previse] = []

    def make(key: str, door: Any, **options: Any) -> Previse:
        options.setdefault("cache_dir", tmp_path / "cache")
        made.append(Previse(key, base_url=door.url, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()
