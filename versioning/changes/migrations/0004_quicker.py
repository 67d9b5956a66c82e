"""Two of the functions, quicker: which fields a change touched, and some filters of a timeline.

The fields were an ordered aggregate, a fifth of what a record costs; an array of a subquery costs half as
much. What a database login, a program or a restore changed, and what a key did, is walked by indexes that
hold it alone; the edit of a person pays for none of them.
"""

from importlib import import_module

from django.db import migrations

CAPTURE = import_module("versioning.changes.migrations.0001_what_changed").CAPTURE.partition("REVOKE")[0]
FINDING = import_module("versioning.changes.migrations.0002_find_changes")
CHANGES, EVENTS, TOLD = FINDING.CHANGES, FINDING.EVENTS, FINDING.TOLD

INDEXES = f"""
CREATE INDEX change_by_program ON config_history (tenant_id, created_at DESC)
  WHERE changed_by IS NULL AND request_id <> '';
CREATE INDEX change_restored ON config_history (tenant_id, created_at DESC)
  WHERE changelog LIKE 'Restored to %';
CREATE INDEX change_restored_of ON config_history (agent_id, created_at DESC)
  WHERE changelog LIKE 'Restored to %';
CREATE INDEX event_told_by_key ON workspaces_event (workspace_id, created_at DESC, sequence DESC)
  WHERE {TOLD} AND actor_kind = 'key';
"""
FIELDS = (
    """
      SELECT array_agg(e.key ORDER BY e.key) INTO fields
        FROM jsonb_each(now_is) e WHERE e.value IS DISTINCT FROM was -> e.key;
""",
    """
      fields := array(SELECT e.key FROM jsonb_each(now_is) e WHERE e.value <> was -> e.key ORDER BY 1);
""",
)
NOBODY = (
    """
    ELSIF who <> '' THEN source := source || ' AND changed_by IS NULL';
""",
    """
    ELSIF who = 'login' THEN source := source || ' AND changed_by IS NULL AND request_id = ''''';
    ELSIF who = 'program' THEN source := source || ' AND changed_by IS NULL AND request_id <> ''''';
""",
)
OF_AN_AGENT_TOO = (
    "  IF agent IS NULL AND prompt IS NULL THEN -- an index orders these of a workspace",
    "  IF prompt IS NULL THEN -- an index orders these of a workspace, and has few of them for an agent",
)
RESTORED = (
    """
  IF act = 'RESTORED' THEN
""",
    """
  IF act = 'RESTORED' THEN
    source := source || ' AND changelog LIKE ''Restored to %''';
""",
)
OF_KEYS = (
    """
  IF artifact IS NULL AND who = 'person' THEN -- an index orders these of a workspace
""",
    """
  IF artifact IS NULL AND who = 'program' THEN source := source || ' AND actor_kind = ''key'''; END IF;
  IF artifact IS NULL AND who = 'person' THEN -- an index orders these of a workspace
""",
)


def anew(function: str, *passages: tuple[str, str]) -> str:
    """The function once more, with passages of it written otherwise."""
    for was, becomes in passages:
        assert function.count(was) == 1, was
        function = function.replace(was, becomes)
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("changes", "0003_what_was_verified")]

    operations = [
        migrations.RunSQL(
            [INDEXES, anew(CAPTURE, FIELDS), anew(CHANGES, NOBODY, OF_AN_AGENT_TOO, RESTORED),
             anew(EVENTS, OF_KEYS)],
            migrations.RunSQL.noop,
        ),
    ]
