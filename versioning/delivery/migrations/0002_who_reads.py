"""All that a key reads, in one look-up; and who reads what, as the server processes saw it."""

import django.db.models.deletion
from django.db import migrations, models

from versioning.lib import sql

# Nothing refers across workspaces. Rows that are rewritten every few seconds leave room on their page.
KEYS = """
ALTER TABLE workspaces_apikey ADD CONSTRAINT key_in_workspace UNIQUE (id, workspace_id);
""" + "".join(f"""
ALTER TABLE {table}
  ADD CONSTRAINT artifact_of_workspace FOREIGN KEY (artifact_id, workspace_id)
    REFERENCES versions_artifact (id, workspace_id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT key_of_workspace FOREIGN KEY (key_id, workspace_id)
    REFERENCES workspaces_apikey (id, workspace_id) DEFERRABLE INITIALLY DEFERRED,
  SET (fillfactor = 60);
""" for table in ("delivery_client", "delivery_reads"))

# As delivery_read (0001), of every artifact that is served to the key: one row each; one row with no
# artifact for a key that reads nothing, none for a key that does not count.
BUNDLE = """
SELECT k.id, w.id, k.kind, k.expires_at, s.artifact_id, s.generation, s.served_from,
       s.number, s.source, s.digest, s.since, s.kind, s.slug
  FROM workspaces_apikey k
  JOIN workspaces_workspace w ON w.id = k.workspace_id AND w.closed_at IS NULL
  LEFT JOIN LATERAL (
    SELECT a.id AS artifact_id, a.generation, p.served_from, v.number, v.source, v.digest,
           CASE p.served_from WHEN 'staging' THEN a.staging_since ELSE a.live_since END AS since,
           a.kind, a.slug
      FROM versions_artifact a
      CROSS JOIN LATERAL (SELECT CASE
          WHEN k.kind = 'test' AND w.staging_enabled AND a.staging_id IS NOT NULL THEN 'staging'
          ELSE 'live' END AS served_from) p
      JOIN versions_version v ON v.artifact_id = a.id
       AND v.id = CASE p.served_from WHEN 'staging' THEN a.staging_id ELSE a.live_id END
     WHERE a.workspace_id = w.id) s ON true
 WHERE k.digest = d AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
 ORDER BY s.kind, s.slug COLLATE "C"
"""

# What a process saw, as JSON: a row for each key, instance and artifact, with ages in seconds instead of
# moments; what is told of conversations names their agent by its slug. Keys and artifacts that are gone
# meanwhile, or not of one workspace, are passed over.
SEEN = """
    SELECT k.workspace_id, s.key AS key_id, a.id AS artifact_id, s.instance, s.generation, s.number,
           s.digest, s.served_from, s.count,
           now() - make_interval(secs => greatest(s.since, s.seen, 0)) AS since,
           now() - make_interval(secs => greatest(s.seen, 0)) AS seen_at
      FROM jsonb_to_recordset(seen) AS s (key uuid, instance text, artifact uuid, generation bigint,
           number integer, digest text, served_from text, agent text, count bigint, since float8, seen float8)
      JOIN workspaces_apikey k ON k.id = s.key
      JOIN versions_artifact a ON a.workspace_id = k.workspace_id AND a.id = coalesce(s.artifact, (
        SELECT b.id FROM versions_artifact b
         WHERE b.workspace_id = k.workspace_id AND b.kind = 'agent' AND b.slug = s.agent))
"""
STRANGERS = """
    SELECT s.* FROM clients s
     WHERE s.instance <> '*' AND NOT EXISTS (SELECT FROM delivery_client c WHERE c.key_id = s.key_id
       AND c.instance = s.instance AND c.artifact_id = s.artifact_id)
"""
CLIENTS = f"""
    SELECT DISTINCT ON (key_id, artifact_id, instance) * FROM ({SEEN}) told
     WHERE generation IS NOT NULL ORDER BY key_id, artifact_id, instance, seen_at DESC
"""

# One process at a time: each sees whom the others placed. A key has 200 places at an artifact; those who were
# not seen for five minutes make room, and who finds none is one of the others ('*').
NOTE = f"""
CREATE FUNCTION note_readers(seen jsonb, tidy boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('note_readers', 0));

  WITH clients AS MATERIALIZED ({CLIENTS}),
  full_ones AS (
    SELECT n.key_id, n.artifact_id
      FROM (SELECT key_id, artifact_id, count(*) AS more FROM ({STRANGERS}) s GROUP BY 1, 2) n
     WHERE n.more + (SELECT count(*) FROM delivery_client c
                      WHERE c.artifact_id = n.artifact_id AND c.key_id = n.key_id) > 200)
  DELETE FROM delivery_client c USING full_ones f
   WHERE c.artifact_id = f.artifact_id AND c.key_id = f.key_id AND c.seen_at < now() - interval '5 minutes';

  WITH clients AS MATERIALIZED ({CLIENTS}),
  strangers AS (
    SELECT s.key_id, s.artifact_id, s.instance,
           row_number() OVER (PARTITION BY s.key_id, s.artifact_id ORDER BY s.seen_at DESC, s.instance) AS nth
      FROM ({STRANGERS}) s),
  taken AS (
    SELECT p.key_id, p.artifact_id, (SELECT count(*) FROM delivery_client c
      WHERE c.artifact_id = p.artifact_id AND c.key_id = p.key_id AND c.instance <> '*') AS places
      FROM (SELECT DISTINCT key_id, artifact_id FROM strangers) p),
  placed AS (
    SELECT c.*, CASE WHEN n.nth + t.places > 200 THEN '*' ELSE c.instance END AS place
      FROM clients c
      LEFT JOIN strangers n USING (key_id, artifact_id, instance)
      LEFT JOIN taken t USING (key_id, artifact_id))
  INSERT INTO delivery_client AS c
    (workspace_id, key_id, instance, artifact_id, generation, number, digest, served_from, since, seen_at)
  SELECT DISTINCT ON (key_id, artifact_id, place)
         workspace_id, key_id, place, artifact_id, generation, number, digest, served_from, since, seen_at
    FROM placed ORDER BY key_id, artifact_id, place, seen_at DESC
  ON CONFLICT (key_id, instance, artifact_id) DO UPDATE SET
    generation = EXCLUDED.generation, number = EXCLUDED.number, digest = EXCLUDED.digest,
    served_from = EXCLUDED.served_from, seen_at = EXCLUDED.seen_at,
    since = CASE WHEN (c.number, c.digest) IS NOT DISTINCT FROM (EXCLUDED.number, EXCLUDED.digest)
                 THEN c.since ELSE EXCLUDED.since END
   WHERE EXCLUDED.seen_at >= c.seen_at;

  INSERT INTO delivery_reads AS r (workspace_id, key_id, artifact_id, hour, count, last_at)
  SELECT workspace_id, key_id, artifact_id, date_trunc('hour', seen_at, 'UTC'), sum(count), max(seen_at)
    FROM ({SEEN}) told GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4
  ON CONFLICT (key_id, artifact_id, hour) DO UPDATE SET
    count = r.count + EXCLUDED.count, last_at = greatest(r.last_at, EXCLUDED.last_at);

  IF tidy THEN
    DELETE FROM delivery_client WHERE seen_at < now() - interval '1 day';
    DELETE FROM delivery_reads WHERE hour < now() - interval '31 days';
  END IF;
END $$;
REVOKE ALL ON FUNCTION note_readers(jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_readers(jsonb, boolean) TO pv_rw;
"""


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
                'indexes': [models.Index(fields=['artifact', 'key'], name='client_of_artifact')],
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
        sql.definer(
            "delivery_bundle(d bytea)",
            """TABLE (key_id uuid, workspace_id uuid, key_kind text, expires_at timestamptz,
                 artifact_id uuid, generation bigint, served_from text, number integer, source text,
                 digest text, since timestamptz, kind text, slug text)""",
            BUNDLE,
        ),
        migrations.RunSQL(NOTE, migrations.RunSQL.noop),
    ]
