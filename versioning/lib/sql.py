"""What migrations say more than once, in SQL: walls, grants, notes of who asks."""

from django.db.migrations import RunSQL


def wall(table: str, column: str = "workspace_id") -> RunSQL:
    """Forced row level security: a row is seen and written only from inside its workspace.

    The owner's policy is not optional: without it a data migration touches no row, and a foreign key
    added over violating rows is accepted, for the owner would see none of them.
    """
    inside = f"{column} = (SELECT app_workspace())"
    return RunSQL(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table} USING ({inside}) WITH CHECK ({inside});
        CREATE POLICY operator ON {table} TO pv_operator USING (true) WITH CHECK (true);
        CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);
    """, RunSQL.noop)  # fmt: skip


def definer(signature: str, returns: str, body: str, *, volatile: bool = False) -> RunSQL:
    """A look-up that sees what its owner sees, for the questions that precede the workspace."""
    return RunSQL(f"""
        CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql
          {"VOLATILE" if volatile else "STABLE"} SECURITY DEFINER
          SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$;
        REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION {signature} TO pv_rw;
    """, RunSQL.noop)  # fmt: skip


def append_only(table: str) -> RunSQL:
    """No UPDATE, DELETE or TRUNCATE, whoever asks: also the owner, also as a replica."""
    return RunSQL(f"""
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM pv_rw;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
          FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_all BEFORE TRUNCATE ON {table}
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only;
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only_all;
    """, RunSQL.noop)  # fmt: skip
