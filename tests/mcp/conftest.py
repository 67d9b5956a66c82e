"""The cast behind a real server, committed once for a module: each test makes agents of its own in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.cast import build_cast
from tests.mcp.assistant import World
from tests.server import Server


@pytest.fixture(scope="module")
def world(server: Server, django_db_blocker: Any) -> Iterator[World]:
    """See `World`."""
    with django_db_blocker.unblock():
        yield World(build_cast(), server)
        connection.close()
        call_command("flush", verbosity=0, interactive=False, database="owner", allow_cascade=True,
                     reset_sequences=False)  # fmt: skip
