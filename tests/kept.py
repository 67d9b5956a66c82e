"""What all tests of a module begin with, made once and kept in one transaction.

Each test works in a savepoint of it, with copies of its own, so that none sees what another did. It is for
modules whose tests begin with much that takes the services long to make.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from tests.again import Again
from tests.cast import Cast
from versioning.lib.transaction import told


class Kept[T]:
    """What was made, with the cast."""

    def __init__(self, cast: Cast, made: T):
        self._both = pickle.dumps((cast, made))

    @contextmanager
    def again(self) -> Iterator[tuple[Cast, T]]:
        """For one test. What the database checks at a commit is checked at its end, as after every test."""
        with transaction.atomic():
            both: tuple[Cast, T] = pickle.loads(self._both)
            yield both
            if not connection.needs_rollback:
                connection.check_constraints()
            transaction.set_rollback(True)


@contextmanager
def kept[T](cast_again: Again[Cast], blocker: Any, make: Callable[[Cast], T]) -> Iterator[Kept[T]]:
    """Make it, of the cast, for a whole module."""
    with blocker.unblock():
        whole = transaction.atomic()
        whole._from_testcase = True  # as Django's own: what must be outermost may be inside
        with whole:
            cast = cast_again.put_back()
            with told(cast.demo.id, cast.alice.person_id):
                yield Kept(cast, make(cast))
            transaction.set_rollback(True)
        connection.close()


def begin_with[T](make: Callable[[Cast], T]) -> tuple[Any, Any, Any]:
    """The fixtures `made`, `scene` and `cast` of a module: `scene` is the cast, and what is made of it."""

    @pytest.fixture(scope="module")
    def made(cast_again: Again[Cast], django_db_blocker: Any) -> Iterator[Kept[T]]:
        with kept(cast_again, django_db_blocker, make) as made:
            yield made

    @pytest.fixture
    def scene(made: Kept[T]) -> Iterator[tuple[Cast, T]]:
        with made.again() as scene:
            yield scene

    @pytest.fixture
    def cast(scene: tuple[Cast, T]) -> Cast:
        return scene[0]

    return made, scene, cast
