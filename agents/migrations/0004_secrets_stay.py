"""A secret outlives the row that names it, for locked versions name it too; and it stays its agent's."""

from django.db import migrations

STAY = """
REVOKE DELETE ON agents_secret FROM pv_rw;
CREATE TRIGGER same_agent BEFORE UPDATE ON agents_secret FOR EACH ROW
  WHEN ((OLD.id, OLD.agent_id, OLD.workspace_id) IS DISTINCT FROM (NEW.id, NEW.agent_id, NEW.workspace_id))
  EXECUTE FUNCTION refuse_move();
CREATE TRIGGER same_agent BEFORE UPDATE ON agents_connector FOR EACH ROW
  WHEN ((OLD.id, OLD.agent_id, OLD.workspace_id) IS DISTINCT FROM (NEW.id, NEW.agent_id, NEW.workspace_id))
  EXECUTE FUNCTION refuse_move();
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0003_conversations")]

    operations = [migrations.RunSQL(STAY, migrations.RunSQL.noop)]
