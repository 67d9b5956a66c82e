from django.db import migrations

from versioning.lib import sql

# One row for a key that counts, none for any other. The workspace comes from the key and from nowhere
# else. `artifact_id` is empty for an unknown slug, `number` where nothing is served.
READ = """
SELECT k.id, w.id, k.kind, k.expires_at, a.id, a.generation, p.served_from,
       v.number, v.source, v.digest,
       CASE p.served_from WHEN 'pinned' THEN v.locked_at
                          WHEN 'staging' THEN a.staging_since ELSE a.live_since END
  FROM workspaces_apikey k
  JOIN workspaces_workspace w ON w.id = k.workspace_id AND w.closed_at IS NULL
  LEFT JOIN versions_artifact a
    ON a.workspace_id = w.id AND a.kind = wanted_kind AND a.slug = wanted_slug
  CROSS JOIN LATERAL (SELECT CASE
      WHEN wanted_number IS NOT NULL THEN 'pinned'
      WHEN k.kind = 'test' AND w.staging_enabled AND a.staging_id IS NOT NULL THEN 'staging'
      ELSE 'live' END AS served_from) p
  LEFT JOIN versions_version v ON v.artifact_id = a.id AND v.id = CASE p.served_from
      WHEN 'staging' THEN a.staging_id
      WHEN 'live' THEN a.live_id
      ELSE (SELECT f.id FROM versions_version f WHERE f.artifact_id = a.id
               AND f.number = wanted_number AND f.locked_at IS NOT NULL) END
 WHERE k.digest = d AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
"""

# At most one write a minute and key, however many processes serve; no clock may run ahead.
TOUCH = """
UPDATE workspaces_apikey k SET last_used_at = used.at
  FROM (SELECT u.id, least(u.at, now()) AS at
          FROM unnest(key_ids, moments) AS u (id, at)) used
 WHERE k.id = used.id
   AND (k.last_used_at IS NULL OR used.at >= k.last_used_at + interval '1 minute')
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("workspaces", "0001_people_workspaces_keys_events"),
        ("versions", "0001_artifacts_and_versions"),
    ]

    operations = [
        sql.definer(
            "delivery_read(d bytea, wanted_kind text, wanted_slug text, wanted_number integer)",
            """TABLE (key_id uuid, workspace_id uuid, key_kind text, expires_at timestamptz,
                 artifact_id uuid, generation bigint, served_from text,
                 number integer, source text, digest text, since timestamptz)""",
            READ,
        ),
        sql.definer(
            "touch_keys(key_ids uuid[], moments timestamptz[])", "void", TOUCH, volatile=True
        ),
    ]
