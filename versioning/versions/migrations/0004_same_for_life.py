"""An artifact or version never becomes another's: what it belongs to and is called by is for life."""

from django.db import migrations

# Where a draft could be moved to another agent, the deferred check would find one there and miss one here.
SAME = """
CREATE FUNCTION refuse_other() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  RAISE EXCEPTION '% % cannot become another', TG_TABLE_NAME, OLD.id USING ERRCODE = 'PV006';
END $$;
CREATE TRIGGER same_for_life BEFORE UPDATE ON versions_artifact FOR EACH ROW
  WHEN ((OLD.id, OLD.workspace_id, OLD.kind, OLD.slug)
    IS DISTINCT FROM (NEW.id, NEW.workspace_id, NEW.kind, NEW.slug)) EXECUTE FUNCTION refuse_other();
CREATE TRIGGER same_for_life BEFORE UPDATE ON versions_version FOR EACH ROW
  WHEN ((OLD.id, OLD.artifact_id, OLD.workspace_id, OLD.kind, OLD.number)
    IS DISTINCT FROM (NEW.id, NEW.artifact_id, NEW.workspace_id, NEW.kind, NEW.number))
  EXECUTE FUNCTION refuse_other();
ALTER TABLE versions_artifact ENABLE ALWAYS TRIGGER same_for_life;
ALTER TABLE versions_version ENABLE ALWAYS TRIGGER same_for_life;
"""


class Migration(migrations.Migration):
    dependencies = [("versions", "0003_one_draft")]

    operations = [migrations.RunSQL(SAME, migrations.RunSQL.noop)]
