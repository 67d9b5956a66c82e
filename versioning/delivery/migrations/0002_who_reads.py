"""Who reads what, as the server processes saw it: written every few seconds, by `note_readers()`."""

import django.db.models.deletion
from django.db import migrations, models

from versioning.lib import sql

# Nothing refers across workspaces.
KEYS = "".join(f"""
ALTER TABLE {table}
  ADD CONSTRAINT artifact_of_workspace FOREIGN KEY (artifact_id, workspace_id)
    REFERENCES versions_artifact (id, workspace_id) DEFERRABLE INITIALLY DEFERRED;
""" for table in ("delivery_client", "delivery_reads"))


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('delivery', '0001_reads_by_key'),
        ('versions', '0004_same_for_life'),
        ('workspaces', '0004_events_of_an_artifact'),
    ]

    operations = [
        migrations.CreateModel(
            name='Client',
            fields=[
                ('pk', models.CompositePrimaryKey('key_id', 'instance', 'artifact_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('instance', models.CharField(blank=True, max_length=64)),
                ('generation', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('served_from', models.CharField(max_length=10)),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('artifact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='versions.artifact')),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.apikey')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['artifact', '-seen_at'], name='client_of_artifact')],
            },
        ),
        migrations.CreateModel(
            name='Reads',
            fields=[
                ('pk', models.CompositePrimaryKey('key_id', 'artifact_id', 'hour', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('count', models.BigIntegerField()),
                ('last_at', models.DateTimeField()),
                ('artifact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='versions.artifact')),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.apikey')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'verbose_name_plural': 'reads',
                'indexes': [models.Index(fields=['artifact', 'hour'], name='reads_of_artifact')],
            },
        ),
        sql.wall("delivery_client"),
        sql.wall("delivery_reads"),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
    ]
