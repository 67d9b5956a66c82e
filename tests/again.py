"""What many tests begin with, made once by the services and put back by SQL for each of them.

To make the cast takes more than a hundred queries, and most tests begin with it. What is put back are the
very rows, under the same ids, their moments moved to now, in the test's own transaction: a test may do with
them what it wants.
"""

import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from versioning.lib.transaction import told

Rows = dict[str, list[dict[str, Any]]]


class Again[T]:
    """What `make` makes of an empty database: Actors and models, in a dataclass. Needs the database."""

    def __init__(self, make: Callable[[], T]):
        with transaction.atomic():
            before = _all_rows()
            self._made = pickle.dumps(make())
            self._at = datetime.now(UTC)
            after = _all_rows()
            transaction.set_rollback(True)
        assert all(row in after[table] for table, rows in before.items() for row in rows), (
            "made of nothing else"
        )
        new = {table: [row for row in rows if row not in before[table]] for table, rows in after.items()}
        self._rows: Rows = {table: rows for table, rows in new.items() if rows}
        self._moments = {
            model._meta.db_table: [
                field.column for field in model._meta.local_fields if isinstance(field, models.DateTimeField)
            ]
            for model in _models()
        }

    def put_back(self) -> T:
        """The same once more, as if it were made now."""
        later = datetime.now(UTC) - self._at
        statements = [_insert(table, self._later(table, later)) for table in self._rows]
        with connection.cursor() as cursor:
            cursor.execute("; ".join((_role("pv_operator"), *statements, _role("none"))))
        made: T = pickle.loads(self._made)
        for model in _models_in(made, set()):
            for field in model._meta.fields:
                if isinstance(then := model.__dict__.get(field.attname), datetime):
                    setattr(model, field.attname, then + later)
        return made

    def _later(self, table: str, later: timedelta) -> list[dict[str, Any]]:
        moments = self._moments[table]
        return [
            row | {name: str(datetime.fromisoformat(row[name]) + later) for name in moments if row[name]}
            for row in self._rows[table]
        ]


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _all_rows() -> Rows:
    """The rows of all tables, as the operator sees them."""
    found: Rows = {}
    with told(operator=True), connection.cursor() as cursor:
        for table in (model._meta.db_table for model in _models()):
            cursor.execute(f"SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM {table} t")
            found[table] = json.loads(cursor.fetchone()[0])
    return found


def _insert(table: str, rows: list[dict[str, Any]]) -> str:
    columns, text = ", ".join(f'"{name}"' for name in rows[0]), json.dumps(rows).replace("'", "''")
    as_rows = f"jsonb_populate_recordset(NULL::{table}, '{text}')"
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {as_rows}"


def _role(name: str) -> str:
    return f"SELECT set_config('role', '{name}', true)"


def _models_in(value: Any, seen: set[int]) -> Iterator[models.Model]:
    """The models that a dataclass holds, and those that they hold, each once."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, models.Model):
        yield value
        for other in value._state.fields_cache.values():
            yield from _models_in(other, seen)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _models_in(getattr(value, each.name), seen)
