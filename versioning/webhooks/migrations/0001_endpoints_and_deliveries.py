"""Endpoints, what each is owed, and every attempt to bring it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from versioning.lib import sql

# Nothing refers across workspaces.
KEYS = """
ALTER TABLE webhooks_endpoint ADD CONSTRAINT endpoint_of_workspace UNIQUE (id, workspace_id);
ALTER TABLE webhooks_delivery ADD CONSTRAINT delivery_of_workspace UNIQUE (id, workspace_id);
ALTER TABLE webhooks_delivery ADD CONSTRAINT endpoint_of_same FOREIGN KEY (endpoint_id, workspace_id)
  REFERENCES webhooks_endpoint (id, workspace_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE workspaces_event ADD CONSTRAINT event_of_workspace UNIQUE (id, workspace_id);
ALTER TABLE webhooks_delivery ADD CONSTRAINT event_of_same FOREIGN KEY (event_id, workspace_id)
  REFERENCES workspaces_event (id, workspace_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE webhooks_attempt ADD CONSTRAINT delivery_of_same FOREIGN KEY (delivery_id, workspace_id)
  REFERENCES webhooks_delivery (id, workspace_id) DEFERRABLE INITIALLY DEFERRED;
"""

# Which endpoints are owed something that is due by then, and are free. A worker enters one workspace at a
# time; this tells it which. One look by an index for each endpoint.
OWED = """
SELECT e.workspace_id, e.id FROM webhooks_endpoint e
WHERE e.disabled_at IS NULL AND e.removed_at IS NULL
  AND (e.held_until IS NULL OR e.held_until < clock_timestamp())
  AND EXISTS (SELECT 1 FROM webhooks_delivery d WHERE d.endpoint_id = e.id AND d.due_at <= $1)
LIMIT 1000
"""
# Deletes the log of what was settled before a moment, so many deliveries at a time; how many it were.
# What is owed stays for as long as its endpoint is there.
PURGE = """
WITH old AS (
  SELECT d.id FROM webhooks_delivery d JOIN webhooks_endpoint e ON e.id = d.endpoint_id
  WHERE d.created_at < $1
    AND (d.delivered_at IS NOT NULL OR d.given_up_at IS NOT NULL OR e.removed_at IS NOT NULL)
  ORDER BY d.created_at LIMIT $2
), log AS (
  DELETE FROM webhooks_attempt a USING old WHERE a.delivery_id = old.id
), gone AS (
  DELETE FROM webhooks_delivery d USING old WHERE d.id = old.id RETURNING 1
)
SELECT count(*) FROM gone
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('workspaces', '0004_events_of_an_artifact'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=500)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list)),
                ('sealed_secret', models.BinaryField()),
                ('last4', models.CharField(editable=False, max_length=4)),
                ('sealed_former', models.BinaryField(null=True)),
                ('former_until', models.DateTimeField(editable=False, null=True)),
                ('disabled_at', models.DateTimeField(editable=False, null=True)),
                ('disabled_why', models.CharField(blank=True, editable=False, max_length=200)),
                ('held_until', models.DateTimeField(editable=False, null=True)),
                ('held_by', models.UUIDField(editable=False, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('removed_at', models.DateTimeField(editable=False, null=True)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('body', models.TextField(editable=False, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('due_at', models.DateTimeField(null=True)),
                ('asked_by', models.CharField(blank=True, max_length=200)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('given_up_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.event')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.endpoint')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('started_at', models.DateTimeField()),
                ('milliseconds', models.PositiveIntegerField()),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('answer', models.TextField(blank=True)),
                ('asked_by', models.CharField(blank=True, max_length=200)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='webhooks.delivery')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('delivery', 'number'), name='attempt_number')],
            },
        ),
        migrations.AddIndex(
            model_name='endpoint',
            index=models.Index(condition=models.Q(('disabled_at', None), ('removed_at', None)), fields=['workspace'], name='endpoint_told'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['endpoint', '-id'], name='delivery_of_endpoint'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['endpoint', 'due_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['created_at'], name='delivery_by_age'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('delivered_at__isnull', False)), fields=['endpoint', '-delivered_at'], name='delivery_reached'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('delivered_at', None)), fields=['endpoint', '-id'], name='delivery_unreached'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('endpoint', 'event'), name='delivery_once'),
        ),
        sql.wall("webhooks_endpoint"),
        sql.wall("webhooks_delivery"),
        sql.wall("webhooks_attempt"),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        sql.definer(
            "webhooks_owed(at timestamptz)", "TABLE (workspace_id uuid, endpoint_id uuid)", OWED,
        ),
        sql.definer("webhooks_purge(before timestamptz, most int)", "bigint", PURGE, volatile=True),
    ]
