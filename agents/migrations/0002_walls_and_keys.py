"""Nothing of an agent refers across workspaces; conversations and their contents never change."""

from django.db import migrations

from versioning.lib import sql

KEYS = """
ALTER TABLE builder_agents
  ADD CONSTRAINT agent_in_workspace UNIQUE (id, tenant_id),
  ADD CONSTRAINT same_workspace FOREIGN KEY (id, tenant_id)
    REFERENCES versions_artifact (id, workspace_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE builder_agent_schemas ADD CONSTRAINT same_workspace FOREIGN KEY (agent_id, tenant_id)
  REFERENCES builder_agents (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE builder_agent_triggers ADD CONSTRAINT same_workspace FOREIGN KEY (agent_id, tenant_id)
  REFERENCES builder_agents (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE builder_mcp_servers ADD CONSTRAINT same_workspace FOREIGN KEY (agent_id, tenant_id)
  REFERENCES builder_agents (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE agents_secret ADD CONSTRAINT same_workspace FOREIGN KEY (agent_id, workspace_id)
  REFERENCES builder_agents (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE agents_connector
  ADD CONSTRAINT connector_of_agent UNIQUE (id, agent_id, workspace_id),
  ADD CONSTRAINT same_workspace FOREIGN KEY (agent_id, workspace_id)
    REFERENCES builder_agents (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE agents_conversation
  ADD CONSTRAINT same_workspace FOREIGN KEY (agent_id, workspace_id)
    REFERENCES builder_agents (id, tenant_id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT own_connector FOREIGN KEY (connector_id, agent_id, workspace_id)
    REFERENCES agents_connector (id, agent_id, workspace_id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT own_version FOREIGN KEY (agent_id, number)
    REFERENCES versions_version (artifact_id, number) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT kept_content FOREIGN KEY (workspace_id, digest)
    REFERENCES agents_content (workspace_id, digest) DEFERRABLE INITIALLY DEFERRED;
"""

# A part never moves to another agent: its history and the agent's would tell two stories.
SAME_AGENT = """
CREATE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  RAISE EXCEPTION '% % belongs to another agent', TG_TABLE_NAME, OLD.id USING ERRCODE = 'PV006';
END $$;
CREATE TRIGGER same_agent BEFORE UPDATE ON builder_agent_schemas FOR EACH ROW
  WHEN ((OLD.id, OLD.agent_id, OLD.tenant_id) IS DISTINCT FROM (NEW.id, NEW.agent_id, NEW.tenant_id))
  EXECUTE FUNCTION refuse_move();
CREATE TRIGGER same_agent BEFORE UPDATE ON builder_agent_triggers FOR EACH ROW
  WHEN ((OLD.id, OLD.agent_id, OLD.tenant_id) IS DISTINCT FROM (NEW.id, NEW.agent_id, NEW.tenant_id))
  EXECUTE FUNCTION refuse_move();
CREATE TRIGGER same_agent BEFORE UPDATE ON builder_mcp_servers FOR EACH ROW
  WHEN ((OLD.id, OLD.agent_id, OLD.tenant_id) IS DISTINCT FROM (NEW.id, NEW.agent_id, NEW.tenant_id))
  EXECUTE FUNCTION refuse_move();
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_agents"), ("versions", "0003_one_draft")]

    operations = [
        sql.wall("builder_agents", "tenant_id"),
        sql.wall("builder_agent_schemas", "tenant_id"),
        sql.wall("builder_agent_triggers", "tenant_id"),
        sql.wall("builder_mcp_servers", "tenant_id"),
        sql.wall("agents_secret"),
        sql.wall("agents_connector"),
        sql.wall("agents_content"),
        sql.wall("agents_conversation"),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(SAME_AGENT, migrations.RunSQL.noop),
        sql.append_only("agents_content"),
        sql.append_only("agents_conversation"),
    ]
