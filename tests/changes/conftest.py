"""Committed workspaces for tests of the record, which look at it from several connections."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.delivery.conftest import house
from tests.delivery.house import House

__all__ = ["house"]


@pytest.fixture
def home(house: House, django_db_blocker: Any) -> Iterator[House]:
    """A workspace of one's own, committed. What others did to theirs stays there until the module ends."""
    with django_db_blocker.unblock():
        yield House.build()
        connection.close()
