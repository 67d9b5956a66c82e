"""An agent has exactly one draft: at most one by a partial unique index, at least one by a deferred check."""

from django.db import migrations, models

# The check sees what its owner sees: it runs at the commit, when the workspace may be told no longer.
NEED_DRAFT = """
CREATE FUNCTION need_draft() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE agent uuid;
BEGIN
  IF TG_TABLE_NAME = 'versions_artifact' THEN agent := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN agent := OLD.artifact_id;
  ELSE agent := NEW.artifact_id; END IF;
  IF EXISTS (SELECT FROM versions_artifact a WHERE a.id = agent AND a.kind = 'agent')
     AND NOT EXISTS (SELECT FROM versions_version v WHERE v.artifact_id = agent AND v.locked_at IS NULL)
    THEN RAISE EXCEPTION 'agent % has no draft', agent USING ERRCODE = 'PV005'; END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION need_draft() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER need_draft AFTER INSERT ON versions_artifact
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'agent') EXECUTE FUNCTION need_draft();
CREATE CONSTRAINT TRIGGER need_draft_update AFTER UPDATE ON versions_version
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.kind = 'agent' AND OLD.locked_at IS NULL AND NEW.locked_at IS NOT NULL)
  EXECUTE FUNCTION need_draft();
CREATE CONSTRAINT TRIGGER need_draft_delete AFTER DELETE ON versions_version
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.kind = 'agent') EXECUTE FUNCTION need_draft();
ALTER TABLE versions_artifact ENABLE ALWAYS TRIGGER need_draft;
ALTER TABLE versions_version ENABLE ALWAYS TRIGGER need_draft_update;
ALTER TABLE versions_version ENABLE ALWAYS TRIGGER need_draft_delete;
"""

# What `?version=n` answers changes when n is locked: nothing of it was served by its number before.
LOCKED = """
CREATE FUNCTION bump_locked() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN
  UPDATE versions_artifact SET generation = generation + 1 WHERE id = NEW.artifact_id;
  RETURN NULL;
END $$;
CREATE TRIGGER locked AFTER UPDATE ON versions_version FOR EACH ROW
  WHEN (OLD.kind = 'agent' AND OLD.locked_at IS NULL AND NEW.locked_at IS NOT NULL)
  EXECUTE FUNCTION bump_locked();
"""

# A kind decides which rules hold for a row, so it never changes.
SAME_KIND = """
ALTER TABLE versions_artifact ADD CONSTRAINT artifact_kind UNIQUE (id, kind);
ALTER TABLE versions_version ADD CONSTRAINT same_kind FOREIGN KEY (artifact_id, kind)
  REFERENCES versions_artifact (id, kind) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("versions", "0002_find_versions")]

    operations = [
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "agent"), ("locked_at", None)),
                fields=("artifact",),
                name="one_draft",
            ),
        ),
        migrations.RunSQL(NEED_DRAFT, migrations.RunSQL.noop),
        migrations.RunSQL(LOCKED, migrations.RunSQL.noop),
        migrations.RunSQL(SAME_KIND, migrations.RunSQL.noop),
    ]
