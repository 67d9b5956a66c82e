"""Conversations are started and read by functions that take a key: the workspace comes from it alone.

They hold no lock that an editor waits for, or that waits for one: what they write is new rows, in one
statement of its own transaction. A content is stored once, under the hash of its very bytes.
"""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from versioning.lib import sql

# Whose key this is, while it counts.
LIVING = """
SELECT k.id, w.id, k.kind, k.expires_at, w.staging_enabled
  FROM workspaces_apikey k JOIN workspaces_workspace w ON w.id = k.workspace_id AND w.closed_at IS NULL
 WHERE k.digest = d AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
"""

# The same rule as agents/splitting.py: the SHA-256 of the id and the caller, as one number, mod 10,000.
PLACE = """
CREATE FUNCTION caller_place(connector uuid, caller text) RETURNS integer LANGUAGE plpgsql IMMUTABLE
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE hash bytea := sha256(convert_to(connector::text || caller, 'UTF8')); place integer := 0;
BEGIN
  FOR byte IN 0..31 LOOP place := (place * 256 + get_byte(hash, byte)) % 10000; END LOOP;
  RETURN place;
END $$;
"""

# `outcome`: made, again (the same request before), reused (another request had this key), unknown,
# nothing (none is live), caller (a split needs one). No row for a key that does not count.
START = """
CREATE FUNCTION conversation_start(wanted uuid, d bytea, slug text, by_connector uuid, caller text, once text)
  RETURNS TABLE (key_id uuid, workspace_id uuid, key_kind text, expires_at timestamptz, outcome text,
    generation bigint, id uuid, agent text, number integer, digest text, served_from text, connector uuid,
    started_at timestamptz, source text)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE k record; way record; got record; was record;
BEGIN
  SELECT * INTO k FROM living_key(d);
  IF NOT FOUND THEN RETURN; END IF;
  key_id := k.key_id; workspace_id := k.workspace_id; key_kind := k.key_kind;
  expires_at := k.expires_at; outcome := 'unknown';

  -- Both look-ups give the same types: what comes after is planned once for either.
  IF by_connector IS NULL THEN
    SELECT a.id AS agent_id, a.slug::text, a.generation, b.archived_at AS gone, NULL::uuid AS id,
        'live'::text AS target, NULL::jsonb AS places INTO way
      FROM versions_artifact a JOIN builder_agents b ON b.id = a.id
     WHERE a.workspace_id = k.workspace_id AND a.kind = 'agent' AND a.slug = $3;
  ELSE
    SELECT a.id AS agent_id, a.slug::text, a.generation, coalesce(b.archived_at, c.removed_at) AS gone, c.id,
        c.target::text, c.places INTO way
      FROM agents_connector c JOIN versions_artifact a ON a.id = c.agent_id JOIN builder_agents b ON b.id = a.id
     WHERE c.workspace_id = k.workspace_id AND c.id = by_connector;
  END IF;
  IF NOT FOUND THEN RETURN NEXT; RETURN; END IF;
  agent := way.slug; generation := way.generation; connector := way.id;

  FOR attempt IN 1..2 LOOP
    SELECT v.id, v.agent_id, v.connector_id, v.caller, v.number, v.digest, v.served_from, v.started_at, t.body
      INTO was FROM agents_conversation v
      JOIN agents_content t ON t.workspace_id = v.workspace_id AND t.digest = v.digest
     WHERE v.id = wanted AND v.workspace_id = k.workspace_id
        OR v.workspace_id = k.workspace_id AND v.key_id = k.key_id AND v.once = $6;
    IF FOUND THEN
      outcome := CASE WHEN (was.agent_id, was.caller) = (way.agent_id, $5)
        AND was.connector_id IS NOT DISTINCT FROM way.id THEN 'again' ELSE 'reused' END;
      id := was.id; number := was.number; digest := was.digest; served_from := was.served_from;
      started_at := was.started_at; source := was.body;
      RETURN NEXT; RETURN;
    END IF;
    IF way.gone IS NOT NULL THEN RETURN NEXT; RETURN; END IF;
    IF way.target = 'split' AND $5 = '' THEN outcome := 'caller'; RETURN NEXT; RETURN; END IF;

    SELECT p.served_from, v.number, v.source, encode(sha256(convert_to(v.source, 'UTF8')), 'hex') AS digest
      INTO got FROM versions_artifact a
      CROSS JOIN LATERAL (SELECT CASE
          WHEN way.target = 'version' THEN 'pinned' WHEN way.target = 'split' THEN 'split'
          WHEN k.key_kind = 'test' AND k.staging_enabled AND a.staging_id IS NOT NULL THEN 'staging'
          ELSE 'live' END AS served_from) p
      LEFT JOIN versions_version v ON v.artifact_id = a.id AND v.id = CASE p.served_from
          WHEN 'staging' THEN a.staging_id
          WHEN 'live' THEN a.live_id
          ELSE (SELECT f.id FROM versions_version f WHERE f.artifact_id = a.id AND f.locked_at IS NOT NULL
             AND f.number = (SELECT (r ->> 2)::integer FROM jsonb_array_elements(way.places) r
               WHERE caller_place(way.id, $5) BETWEEN (r ->> 0)::integer AND (r ->> 1)::integer - 1)) END
     WHERE a.id = way.agent_id;
    IF got.number IS NULL THEN outcome := 'nothing'; RETURN NEXT; RETURN; END IF;

    IF NOT EXISTS (SELECT FROM agents_content t
        WHERE t.workspace_id = k.workspace_id AND t.digest = got.digest) THEN
      INSERT INTO agents_content (workspace_id, digest, body)
        VALUES (k.workspace_id, got.digest, got.source) ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO agents_conversation AS made
        (id, workspace_id, agent_id, number, digest, served_from, connector_id, caller, key_id, once)
      VALUES (wanted, k.workspace_id, way.agent_id, got.number, got.digest, got.served_from, way.id,
        $5, k.key_id, $6)
      ON CONFLICT DO NOTHING RETURNING made.started_at INTO started_at;
    IF FOUND THEN
      outcome := 'made'; id := wanted; number := got.number; digest := got.digest;
      served_from := got.served_from; source := got.source;
      RETURN NEXT; RETURN;
    END IF;
  END LOOP;  -- the same request was quicker by a moment: what it made is read
  RAISE EXCEPTION 'conversation % is another workspace''s', wanted USING ERRCODE = 'PV007';
END $$;
REVOKE ALL ON FUNCTION conversation_start(uuid, bytea, text, uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conversation_start(uuid, bytea, text, uuid, text, text) TO pv_rw;
"""

# One row for a key that counts; `id` is empty for a conversation that is not of its workspace.
READ = """
SELECT k.key_id, k.workspace_id, k.key_kind, k.expires_at,
       CASE WHEN v.id IS NULL THEN 'unknown' ELSE 'again' END, NULL::bigint,
       v.id, a.slug::text, v.number, v.digest::text, v.served_from::text, v.connector_id, v.started_at, t.body
  FROM living_key(d) k
  LEFT JOIN agents_conversation v ON v.id = wanted AND v.workspace_id = k.workspace_id
  LEFT JOIN versions_artifact a ON a.id = v.agent_id
  LEFT JOIN agents_content t ON t.workspace_id = v.workspace_id AND t.digest = v.digest
"""

# A content is what its hash says, whoever writes it.
HASHED = """
ALTER TABLE agents_content ADD CONSTRAINT content_is_its_hash
  CHECK (digest = encode(sha256(convert_to(body, 'UTF8')), 'hex'));
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0002_walls_and_keys"), ("workspaces", "0002_names_of_events")]

    operations = [
        migrations.AddField(
            model_name="connector",
            name="target_since",
            field=models.DateTimeField(db_default=Now()),
        ),
        migrations.AddConstraint(
            model_name="connector",
            constraint=models.UniqueConstraint(
                fields=["workspace", "channel", "address"],
                condition=Q(removed_at=None, channel__in=["sip", "phone"]),
                name="one_connector_an_address",
            ),
        ),
        migrations.RemoveIndex(model_name="conversation", name="conversation_by_connector"),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["connector", "number", "started_at"], include=["workspace"],
                name="conversation_by_connector",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["agent", "caller", "-started_at"],
                condition=~Q(caller=""),
                name="conversation_by_caller",
            ),
        ),
        migrations.RunSQL(HASHED, migrations.RunSQL.noop),
        sql.definer(
            "living_key(d bytea)",
            """TABLE (key_id uuid, workspace_id uuid, key_kind text, expires_at timestamptz,
                 staging_enabled boolean)""",
            LIVING,
        ),
        migrations.RunSQL(PLACE, migrations.RunSQL.noop),
        migrations.RunSQL(START, migrations.RunSQL.noop),
        sql.definer(
            "conversation_read(d bytea, wanted uuid)",
            """TABLE (key_id uuid, workspace_id uuid, key_kind text, expires_at timestamptz, outcome text,
                 generation bigint, id uuid, agent text, number integer, digest text, served_from text,
                 connector uuid, started_at timestamptz, source text)""",
            READ,
        ),
    ]
