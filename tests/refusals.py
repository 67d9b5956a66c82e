"""Expecting a refusal by its code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from versioning.lib.errors import DomainError


@contextmanager
def refused(code: str) -> Iterator[Any]:
    """The block must raise DomainError with this code."""
    with pytest.raises(DomainError) as caught:
        yield caught
    assert caught.value.code == code, f"{caught.value.code}: {caught.value.message}"
