"""SQL that goes round the services, and what the database says to it."""

import pytest
from django.db import DatabaseError, connection, connections, transaction

from versioning.versions.services.steps import sqlstate

FROZEN, APPEND_ONLY, STALE, LIVE_DRAFT, NO_DRAFT, OTHER = "PV001", "PV002", "PV003", "PV004", "PV005", "PV006"
NO_PRIVILEGE, FOREIGN_KEY, UNIQUE, CHECK = "42501", "23503", "23505", "23514"


def refused(code, statement, *values):
    """The statement, with all deferred checks made at once, fails with this SQLSTATE."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert sqlstate(caught.value) == code, caught.value


def refused_to_owner(code, statement, *values):
    """The owner of the tables cannot do it either. Needs a test whose rows are committed."""
    with pytest.raises(DatabaseError) as caught, connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
    assert sqlstate(caught.value) == code, caught.value


def allowed(statement, *values):
    """The statement holds, with all deferred checks made at once. How many rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        count = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return count


def rows(statement, *values):
    """How many rows a statement touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def answers(question, *values):
    """The rows of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()
