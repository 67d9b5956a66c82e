"""Whether the database is fit to serve from: asked at every start, and by `doctor`."""

from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from versioning.lib import roles

OLDEST = 16  # GRANT … WITH INHERIT FALSE
PARAMETERS = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")  # not Django's own


def unreachable(alias: str = "default") -> str:
    """Why no connection can be made, in the server's words; '' when one can.

    Asked without the pool, which would only say that it waited.
    """
    try:
        connect(alias).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[-1]
    return ""


def connect(alias: str = "default") -> psycopg.Connection[Any]:
    """A connection of its own beside the pool, in autocommit."""
    params: dict[str, Any] = dict(connections.create_connection(alias).get_connection_params())
    known = {name: params[name] for name in PARAMETERS if name in params}
    return psycopg.connect(**known, connect_timeout=5, autocommit=True)


def unfit(cursor: Any) -> list[str]:
    """What must be put right before the first migration: each a sentence."""
    cursor.execute("SHOW server_version_num")
    version = int(cursor.fetchone()[0]) // 10_000
    if version < OLDEST:
        return [f"This is PostgreSQL {version}; {OLDEST} or newer is needed"]
    cursor.execute(
        "SELECT name FROM unnest(%s::text[]) name WHERE name NOT IN (SELECT rolname FROM pg_roles)",
        [[roles.OWNER, roles.GRANTS, roles.APP, roles.OPERATOR]],
    )
    missing = [name for (name,) in cursor.fetchall()]
    if missing:
        return [f"The roles {', '.join(missing)} are missing"]
    cursor.execute(
        "SELECT current_user, pg_has_role(current_user, %s, 'USAGE'), pg_has_role(current_user, %s, 'SET')",
        [roles.GRANTS, roles.OPERATOR],
    )
    login, granted, may_operate = cursor.fetchone()
    found = [] if granted else [f"{login} is no member of {roles.GRANTS}"]
    return found + ([] if may_operate else [f"{login} may not take the role {roles.OPERATOR}"])


def pending(alias: str = "default") -> int:
    """How many migrations are not applied yet."""
    executor = MigrationExecutor(connections[alias])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def has_owner() -> bool:
    """Whether this process may migrate."""
    return "owner" in settings.DATABASES
