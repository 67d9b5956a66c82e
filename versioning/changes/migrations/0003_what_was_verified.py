"""The result of the last verification of each workspace."""

import django.db.models.deletion
from django.db import migrations, models

from versioning.lib import sql


class Migration(migrations.Migration):

    dependencies = [
        ("changes", "0002_find_changes"),
        ("workspaces", "0001_people_workspaces_keys_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        db_column="tenant_id", on_delete=django.db.models.deletion.CASCADE, primary_key=True,
                        related_name="+", serialize=False, to="workspaces.workspace",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("asked_by", models.CharField(max_length=200)),
                ("resources", models.PositiveIntegerField()),
                ("records", models.PositiveIntegerField()),
                ("found", models.PositiveIntegerField()),
                ("findings", models.JSONField(default=list)),
            ],
            options={"db_table": "config_verification"},
        ),
        sql.wall("config_verification", "tenant_id"),
    ]
