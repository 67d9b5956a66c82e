"""The result of the last verification of each workspace."""

from django.db import migrations, models

from versioning.lib import sql


class Migration(migrations.Migration):

    dependencies = [("changes", "0002_find_changes")]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
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
