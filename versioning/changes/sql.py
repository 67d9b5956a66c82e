"""How a migration puts a table under the record, and takes it from there.

Migrations pass literals: an old one that is replayed on a fresh database must not name columns that do
not exist yet. What is tracked today is said by the Resource (`resources.py`), and a test compares both.
"""

from collections.abc import Sequence

from django.db.migrations import RunSQL

WHOLE = ("agent", "prompt")  # the others are parts of an agent


def track(table: str, resource: str, columns: Sequence[str], *, untracked: Sequence[str]) -> RunSQL:
    """Record every INSERT and DELETE of a table, and each UPDATE that touches a tracked column.

    For an UPDATE of other columns alone the trigger does not fire at all. TRUNCATE, which would leave no
    record, is refused, and so is a new id, agent or workspace of a row: its history is that of one thing.
    To change the type of a tracked column: `untrack`, alter, `track`.
    """
    when = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in columns)
    keys = ("id", "tenant_id") if resource in WHOLE else ("id", "agent_id", "tenant_id")
    were, are = (", ".join(f"{row}.{name}" for name in keys) for row in ("OLD", "NEW"))
    told = f"'{resource}', '{','.join([*untracked, 'tenant_id'])}'"
    return RunSQL(f"""
        {in_place(table)}
        CREATE TRIGGER z_track_row AFTER INSERT OR DELETE ON {table}
          FOR EACH ROW EXECUTE FUNCTION capture_change({told});
        CREATE TRIGGER z_track_update AFTER UPDATE ON {table}
          FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION capture_change({told});
        CREATE TRIGGER same_row BEFORE UPDATE ON {table}
          FOR EACH ROW WHEN (({were}) IS DISTINCT FROM ({are})) EXECUTE FUNCTION refuse_other();
        CREATE TRIGGER append_only_all BEFORE TRUNCATE ON {table}
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER z_track_row;
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER z_track_update;
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER same_row;
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only_all;
    """, untrack(table).sql)  # fmt: skip


def in_place(table: str) -> str:
    """Keep rows of up to half a page whole, for the record reads all of the old row at every edit.

    By default what is over 2 KB is compressed and moved aside, and fetched from there for each record.
    """
    return f"ALTER TABLE {table} SET (toast_tuple_target = 4080);"


def untrack(table: str) -> RunSQL:
    """Take a table out of the record, for the length of a migration."""
    return RunSQL(f"""
        DROP TRIGGER z_track_row ON {table};
        DROP TRIGGER z_track_update ON {table};
        DROP TRIGGER same_row ON {table};
        DROP TRIGGER append_only_all ON {table};
    """, RunSQL.noop)  # fmt: skip


def first_records(table: str, resource: str, agent: str, *, untracked: Sequence[str]) -> RunSQL:
    """Give every row that is there its first record, in every workspace, and count that none was missed.

    `agent` is the SQL expression of the agent that a row belongs to, in terms of `t`. Nobody else changes
    the table until the migration commits. The rows are counted with the wall taken down, for rows that it
    hides from the INSERT (where the owner's policy is missing) it would hide from the count as well.
    """
    skip = "{" + ",".join([*untracked, "tenant_id"]) + "}"
    return RunSQL(f"""
        LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;
        INSERT INTO config_counter (resource_type, resource_id, agent_id, tenant_id, last, lost)
          SELECT '{resource}', t.id, {agent}, t.tenant_id, 1, '{{}}' FROM {table} t;
        INSERT INTO config_history (id, resource_type, resource_id, agent_id, tenant_id, version, operation,
            data_after, changelog, db_role, request_id, created_at)
          SELECT gen_random_uuid(), '{resource}', t.id, {agent}, t.tenant_id, 1, 'INSERT',
            to_jsonb(t) - '{skip}'::text[], 'As it was when its history began', session_user, '',
            clock_timestamp()
          FROM {table} t;
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        DO $$ DECLARE there bigint; counted bigint; recorded bigint; BEGIN
          SELECT count(*) INTO there FROM {table};
          SELECT count(*) INTO counted FROM config_counter WHERE resource_type = '{resource}';
          SELECT count(*) INTO recorded FROM config_history WHERE resource_type = '{resource}';
          IF (there, there) <> (counted, recorded) THEN
            RAISE EXCEPTION 'of % rows of {table} % were counted and % recorded', there, counted, recorded;
          END IF;
        END $$;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
    """, RunSQL.noop)  # noqa: S608  # fmt: skip
