"""Every change of an agent's rows is recorded, and every publish leaves a Snapshot."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from versioning.changes.sql import first_records, track
from versioning.lib import sql

AGENT = (
    "name", "bio", "commercial_name", "llm_config", "tags", "type", "visibility", "metadata", "status",
)
AGENT_NOT = (
    "archived_at", "updated_at", "total_interactions", "success_rate", "avg_response_time",
    "last_interaction",
)
SCHEMA = ("schema_data", "schema_type", "is_active", "metadata", "validation_rules")
TRIGGER = ("name", "trigger_type", "trigger_config", "enabled", "description")
TRIGGER_NOT = ("created_at", "updated_at", "trigger_count", "last_triggered_at")
SERVER = ("name", "endpoint", "transport", "auth_method", "config", "status")
SERVER_NOT = ("created_at", "updated_at", "last_connected_at", "last_error", "tools_count")
PART_NOT = ("created_at", "updated_at")

# The publishes of agents that left no Snapshot yet, in every workspace: what the retry works through.
MISSING = """
SELECT e.workspace_id, e.artifact_id, e.id
  FROM workspaces_event e JOIN versions_artifact a ON a.id = e.artifact_id AND a.kind = 'agent'
 WHERE e.name = 'version.published' AND e.created_at >= since
   AND NOT EXISTS (SELECT FROM builder_versions s WHERE s.event_id = e.id)
 ORDER BY e.workspace_id, e.artifact_id, e.sequence LIMIT 1000
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0004_secrets_stay"),
        ("changes", "0001_what_changed"),
        ("workspaces", "0002_names_of_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version_number", models.PositiveIntegerField()),
                ("agent_snapshot", models.JSONField()),
                ("schemas_snapshot", models.JSONField()),
                ("triggers_snapshot", models.JSONField()),
                ("mcp_servers_snapshot", models.JSONField()),
                ("number", models.PositiveIntegerField()),
                ("event_id", models.UUIDField(unique=True)),
                ("published_at", models.DateTimeField()),
                ("published_by", models.CharField(max_length=200)),
                ("message", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("agent", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="snapshots", to="agents.agent")),
                ("tenant", models.ForeignKey(db_column="tenant_id", on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace")),
            ],
            options={
                "db_table": "builder_versions",
                "constraints": [models.UniqueConstraint(fields=("agent", "version_number"), name="snapshot_number")],
            },
        ),
        migrations.RunSQL(
            """ALTER TABLE builder_versions ADD CONSTRAINT same_workspace FOREIGN KEY (agent_id, tenant_id)
                 REFERENCES builder_agents (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
               CREATE INDEX event_of_publish ON workspaces_event (created_at)
                 WHERE name = 'version.published'""",
            migrations.RunSQL.noop,
        ),
        sql.wall("builder_versions", "tenant_id"),
        sql.append_only("builder_versions"),
        sql.definer(
            "snapshots_missing(since timestamptz)",
            "TABLE (workspace_id uuid, agent_id uuid, event_id uuid)",
            MISSING,
        ),
        first_records("builder_agents", "agent", "t.id", untracked=AGENT_NOT),
        first_records("builder_agent_schemas", "schema", "t.agent_id", untracked=PART_NOT),
        first_records("builder_agent_triggers", "trigger", "t.agent_id", untracked=TRIGGER_NOT),
        first_records("builder_mcp_servers", "mcp_server", "t.agent_id", untracked=SERVER_NOT),
        track("builder_agents", "agent", AGENT, untracked=AGENT_NOT),
        track("builder_agent_schemas", "schema", SCHEMA, untracked=PART_NOT),
        track("builder_agent_triggers", "trigger", TRIGGER, untracked=TRIGGER_NOT),
        track("builder_mcp_servers", "mcp_server", SERVER, untracked=SERVER_NOT),
    ]
