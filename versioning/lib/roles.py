"""The four database roles, and the check that the application's own can bypass nothing.

`pv_owner` owns the tables and migrates; `pv_rw` holds the grants; `pv_app` is the login of the running
application; `pv_operator` is taken inside a transaction by Django admin alone. Roles belong to a whole
cluster, so they are made once by a superuser and not by a migration.
"""

from typing import Any

import psycopg
from psycopg import sql

OWNER, GRANTS, APP, OPERATOR = "pv_owner", "pv_rw", "pv_app", "pv_operator"

MAKE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pv_owner') THEN
    CREATE ROLE pv_owner LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pv_rw') THEN
    CREATE ROLE pv_rw NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pv_app') THEN
    CREATE ROLE pv_app LOGIN NOSUPERUSER NOBYPASSRLS; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pv_operator') THEN
    CREATE ROLE pv_operator NOLOGIN; END IF;
END $$;
GRANT pv_rw TO pv_app;
GRANT pv_rw TO pv_operator;
GRANT pv_operator TO pv_app WITH INHERIT FALSE, SET TRUE;
"""

# Wanted: false, false, 0, NULL (no table of a workspace without a forced wall).
CHECK = """
SELECT r.rolsuper, r.rolbypassrls,
  (SELECT count(*) FROM pg_class c WHERE c.relkind IN ('r', 'p')
     AND c.relnamespace = 'public'::regnamespace
     AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owns,
  (SELECT array_agg(DISTINCT c.relname::text) FROM pg_class c
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('workspace_id', 'tenant_id')
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
     AND NOT (c.relrowsecurity AND c.relforcerowsecurity)) AS open_tables
FROM pg_roles r WHERE r.rolname = current_user
"""


def create(connection: psycopg.Connection[Any], *, database: str) -> None:
    """Make the roles and the database where they are missing. Needs a superuser, autocommit."""
    connection.execute(MAKE.encode())
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if not found:
        make = sql.SQL("CREATE DATABASE {} OWNER pv_owner").format(sql.Identifier(database))
        connection.execute(make)


def weaknesses(cursor: Any) -> list[str]:
    """Why this login must not serve: each reason a sentence; empty when it may."""
    cursor.execute("SELECT current_user")
    login = cursor.fetchone()[0]
    cursor.execute(CHECK)
    is_super, bypasses, owns, open_tables = cursor.fetchone()
    found = []
    if is_super:
        found.append(f"{login} is a superuser, so row level security does not bind it")
    if bypasses:
        found.append(f"{login} has BYPASSRLS, so row level security does not bind it")
    if owns:
        found.append(f"{login} owns (or is a member of the owner of) {owns} tables")
    if open_tables:
        found.append(f"these tables have no forced row level security: {', '.join(open_tables)}")
    return found


def remedy(database: str) -> str:
    """What a superuser of the database runs once to make the right roles."""
    return (
        f"{MAKE}"
        "ALTER ROLE pv_owner PASSWORD '…'; ALTER ROLE pv_app PASSWORD '…';\n"
        f"ALTER DATABASE {database} OWNER TO pv_owner;\n"
        "-- then DATABASE_URL=postgresql://pv_app:…@host/" + database + "\n"
        "-- and  DATABASE_OWNER_URL=postgresql://pv_owner:…@host/" + database + "\n"
    )
