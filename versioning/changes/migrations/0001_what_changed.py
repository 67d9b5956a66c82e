"""The record of every change of a tracked row, and the one function that writes it.

The number comes first, outside the handler: a record that is lost leaves its number behind, so that the loss
shows. What the handler catches leaves a Gap; where not even that can be written, the counter keeps the
number in `lost`. A cancel, a timeout, a deadlock or an unwritable counter fails the whole change. So does an
id that was another agent's or workspace's: one history never has two owners.
"""

import uuid

import django.contrib.postgres.fields
from django.db import migrations, models

from versioning.lib import sql

CAPTURE = """
CREATE FUNCTION capture_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  resource text := TG_ARGV[0]; skip text[] := string_to_array(TG_ARGV[1], ',');
  rid uuid; aid uuid; tid uuid; number integer; was jsonb; now_is jsonb; fields text[]; state text; why text;
BEGIN
  IF TG_OP = 'DELETE' THEN rid := OLD.id; tid := OLD.tenant_id;
  ELSE rid := NEW.id; tid := NEW.tenant_id; END IF;
  IF resource = 'agent' THEN aid := rid;
  ELSIF resource <> 'prompt' THEN
    IF TG_OP = 'DELETE' THEN aid := OLD.agent_id; ELSE aid := NEW.agent_id; END IF;
  END IF;
  INSERT INTO public.config_counter AS c (resource_type, resource_id, agent_id, tenant_id, last, lost)
    VALUES (resource, rid, aid, tid, 1, '{}')
    ON CONFLICT (resource_type, resource_id) DO UPDATE SET last = c.last + 1
      WHERE (c.agent_id, c.tenant_id) IS NOT DISTINCT FROM (EXCLUDED.agent_id, EXCLUDED.tenant_id)
    RETURNING c.last INTO number;
  IF number IS NULL THEN
    RAISE EXCEPTION 'the id % was that of another %', rid, resource USING ERRCODE = 'PV006';
  END IF;
  BEGIN
    IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD) - skip; END IF;
    IF TG_OP <> 'DELETE' THEN now_is := to_jsonb(NEW) - skip; END IF;
    IF TG_OP = 'UPDATE' THEN
      SELECT array_agg(e.key ORDER BY e.key) INTO fields
        FROM jsonb_each(now_is) e WHERE e.value IS DISTINCT FROM was -> e.key;
    END IF;
    INSERT INTO public.config_history (id, resource_type, resource_id, agent_id, tenant_id, version, operation,
        data_before, data_after, changed_fields, changed_by, changelog, db_role, request_id, created_at)
      VALUES (gen_random_uuid(), resource, rid, aid, tid, number, TG_OP, was, now_is, fields,
        NULLIF(current_setting('app.actor_id', true), '')::uuid,
        coalesce(current_setting('app.changelog', true), ''), session_user,
        coalesce(current_setting('app.request_id', true), ''),
        coalesce(NULLIF(current_setting('app.at', true), '')::timestamptz, clock_timestamp()));
  EXCEPTION
    WHEN serialization_failure OR deadlock_detected THEN RAISE;
    WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, why = MESSAGE_TEXT;
      IF (SELECT m.strict FROM public.config_mode m) THEN RAISE; END IF;
      BEGIN
        INSERT INTO public.config_history_gap (resource_type, resource_id, agent_id, tenant_id, version,
            operation, sqlstate, reason, changed_by, db_role, request_id, created_at)
          VALUES (resource, rid, aid, tid, number, TG_OP, state, left(why, 500),
            left(coalesce(current_setting('app.actor_id', true), ''), 100), session_user,
            left(coalesce(current_setting('app.request_id', true), ''), 100), clock_timestamp());
      EXCEPTION
        WHEN serialization_failure OR deadlock_detected THEN RAISE;
        WHEN OTHERS THEN
          RAISE WARNING 'PV_HISTORY_LOST % % version % (%)', resource, rid, number, state;
          UPDATE public.config_counter c SET lost = c.lost || number
            WHERE c.resource_type = resource AND c.resource_id = rid;
      END;
  END;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION capture_change() FROM PUBLIC;

CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  RAISE EXCEPTION 'TRUNCATE would leave no record of the rows of %: DELETE them', TG_TABLE_NAME
    USING ERRCODE = 'PV002';
END $$;
"""

# What a record of two states holds is written as it is, as long as a page has room for it: to compress both
# and move them aside was a quarter of what a record costs. Larger ones are compressed and moved as ever.
IN_PLACE = "ALTER TABLE config_history SET (toast_tuple_target = 8160)"

# The application reads them, and writes none of them.
READ_ONLY = """
REVOKE ALL ON config_history, config_counter, config_history_gap, config_mode FROM pv_rw;
GRANT SELECT ON config_history, config_counter, config_history_gap, config_mode TO pv_rw;
ALTER TABLE config_mode ADD CONSTRAINT one_mode CHECK (id);
INSERT INTO config_mode (id, strict) VALUES (true, false);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("workspaces", "0001_people_workspaces_keys_events"),
        ("versions", "0004_same_for_life"),  # refuse_other()
    ]

    operations = [
        migrations.CreateModel(
            name='Mode',
            fields=[
                ('id', models.BooleanField(default=True, primary_key=True, serialize=False)),
                ('strict', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'config_mode',
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('resource_type', models.CharField(max_length=20)),
                ('resource_id', models.UUIDField()),
                ('agent_id', models.UUIDField(null=True)),
                ('tenant_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('operation', models.CharField(choices=[('INSERT', 'created'), ('UPDATE', 'changed'), ('DELETE', 'deleted')], max_length=6)),
                ('data_before', models.JSONField(null=True)),
                ('data_after', models.JSONField(null=True)),
                ('changed_fields', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('changed_by', models.UUIDField(null=True)),
                ('changelog', models.TextField(blank=True)),
                ('db_role', models.TextField()),
                ('request_id', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'config_history',
                'indexes': [models.Index(fields=['tenant_id', '-created_at', '-id'], name='change_by_time'), models.Index(fields=['agent_id', '-created_at', '-id'], name='change_by_agent')],
                'constraints': [models.UniqueConstraint(fields=('resource_id', 'resource_type', 'version'), name='change_version')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('pk', models.CompositePrimaryKey('resource_type', 'resource_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('resource_type', models.CharField(max_length=20)),
                ('resource_id', models.UUIDField()),
                ('agent_id', models.UUIDField(null=True)),
                ('tenant_id', models.UUIDField()),
                ('last', models.PositiveIntegerField()),
                ('lost', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), default=list)),
            ],
            options={
                'db_table': 'config_counter',
                'indexes': [models.Index(fields=['agent_id'], name='counter_by_agent'), models.Index(condition=models.Q(('lost', []), _negated=True), fields=['tenant_id'], name='counter_with_losses')],
            },
        ),
        migrations.CreateModel(
            name='Gap',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('resource_type', models.TextField()),
                ('resource_id', models.UUIDField()),
                ('agent_id', models.UUIDField(null=True)),
                ('tenant_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('operation', models.TextField()),
                ('sqlstate', models.TextField()),
                ('reason', models.TextField()),
                ('changed_by', models.TextField(blank=True)),
                ('db_role', models.TextField()),
                ('request_id', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'config_history_gap',
                'indexes': [models.Index(fields=['tenant_id', '-id'], name='gap_by_workspace')],
            },
        ),
        migrations.RunSQL(IN_PLACE, migrations.RunSQL.noop),
        migrations.RunSQL(CAPTURE, migrations.RunSQL.noop),
        migrations.RunSQL(READ_ONLY, migrations.RunSQL.noop),
        sql.wall("config_history", "tenant_id"),
        sql.wall("config_counter", "tenant_id"),
        sql.wall("config_history_gap", "tenant_id"),
        sql.append_only("config_history"),
        sql.append_only("config_history_gap"),
    ]
