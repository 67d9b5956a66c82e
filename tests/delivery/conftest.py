"""Committed data for a whole module: emptying all tables after every test would take longest of all."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.delivery.house import House


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """A workspace that the servers see. Tests make prompts and keys of their own in it."""
    with django_db_blocker.unblock():
        yield House.build()
        connection.close()
        call_command("flush", verbosity=0, interactive=False, database="owner", allow_cascade=True,
                     reset_sequences=False, inhibit_post_migrate=True)  # fmt: skip
