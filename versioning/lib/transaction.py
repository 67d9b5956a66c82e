"""Who asks and where, told to the database for one transaction and never longer.

A session-wide setting would stay on the pooled connection and make the next request act as someone
else; `set_config(…, true)` ends with the transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

NAMES = ("app.workspace_id", "app.actor_id", "app.request_id", "role")


def tell(workspace: UUID | None, actor: UUID | None = None, request_id: str = "",
         *, operator: bool = False) -> None:  # fmt: skip
    """Say in which workspace and for whom the rest of this transaction runs."""
    role = "pv_operator" if operator else "none"
    _set(str(workspace or ""), str(actor or ""), request_id, role)


def tell_actor(actor: UUID | None, request_id: str, at: str = "") -> None:
    """Say for whom the next changes are recorded. `at`: the moment that an import reports, ISO 8601."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.actor_id', %s, true), set_config('app.request_id', %s, true),"
            " set_config('app.at', %s, true)",
            [str(actor or ""), request_id, at],
        )


@contextmanager
def noted(changelog: str) -> Iterator[None]:
    """Inside, every change is recorded with this note. Needs a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.changelog', %s, true)", [changelog])
        yield
        if not connection.needs_rollback:
            cursor.execute("SELECT set_config('app.changelog', '', true)")


@contextmanager
def told(workspace: UUID | None = None, actor: UUID | None = None, request_id: str = "",
         *, operator: bool = False) -> Iterator[None]:  # fmt: skip
    """A transaction in a workspace; inside another, the outer words come back at its end."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _now_told() if nested else None
        tell(workspace, actor, request_id, operator=operator)
        try:
            yield
        finally:
            if before and not connection.needs_rollback:
                _set(*before)  # releasing a savepoint keeps what was set inside it


def _now_told() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('app.workspace_id', true), ''),"
            " coalesce(current_setting('app.actor_id', true), ''),"
            " coalesce(current_setting('app.request_id', true), ''), current_setting('role')"
        )
        return tuple(cursor.fetchone())


def _set(*values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in NAMES), values)
