"""What `track()` says of a table since: rows of up to half a page stay whole."""

from django.db import migrations

from versioning.changes.sql import in_place

TABLES = ("builder_agents", "builder_agent_schemas", "builder_agent_triggers", "builder_mcp_servers")


class Migration(migrations.Migration):
    dependencies = [("agents", "0005_history_and_snapshots")]

    operations = [
        migrations.RunSQL("\n".join(map(in_place, TABLES)), migrations.RunSQL.noop),
    ]
