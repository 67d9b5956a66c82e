"""MCP tokens: walled, bound to a member of the same workspace, found by their digest."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from versioning.lib import sql

KEYS = """
ALTER TABLE workspaces_member ADD CONSTRAINT member_in_workspace UNIQUE (id, workspace_id);
ALTER TABLE workspaces_membertoken ADD CONSTRAINT same_workspace FOREIGN KEY (member_id, workspace_id)
  REFERENCES workspaces_member (id, workspace_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE workspaces_membertoken ADD CONSTRAINT token_lasts_90_days
  CHECK (expires_at <= created_at + interval '90 days 1 minute');
"""


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0002_names_of_events")]

    operations = [
        migrations.CreateModel(
            name="MemberToken",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("prefix", models.CharField(editable=False, max_length=20)),
                ("digest", models.BinaryField(unique=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens",
                        to="workspaces.member",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={"verbose_name": "MCP token"},
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        sql.wall("workspaces_membertoken"),
        sql.definer(
            "token_owner(d bytea)",
            "TABLE (token_id uuid, workspace_id uuid, member_id uuid, user_id uuid)",
            """SELECT t.id, t.workspace_id, t.member_id, m.user_id FROM workspaces_membertoken t
                 JOIN workspaces_member m ON m.id = t.member_id AND m.workspace_id = t.workspace_id
                 JOIN workspaces_workspace w ON w.id = t.workspace_id
                 JOIN workspaces_user u ON u.id = m.user_id
                WHERE t.digest = d AND t.revoked_at IS NULL AND t.expires_at > now()
                  AND w.closed_at IS NULL AND u.is_active""",
        ),
    ]
