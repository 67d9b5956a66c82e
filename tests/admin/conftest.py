"""The operator's desk."""

import pytest

from tests.admin.desk import Desk
from tests.cast import Cast


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """A superuser in Django admin."""
    return Desk()
