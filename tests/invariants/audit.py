"""The invariants of artifacts, each as a question in SQL that finds who breaks it. None should be found."""

import psycopg
from django.db import connection

# The versions of agents with what they say. OFFSET keeps PostgreSQL from reading a prompt as JSON.
SAID = "(SELECT *, source::jsonb AS said FROM versions_version WHERE kind = 'agent' OFFSET 0)"
DRAFTS = f"""versions_artifact a JOIN builder_agents b ON b.id = a.id
  JOIN {SAID} v ON v.artifact_id = a.id AND v.locked_at IS NULL"""

# Of the prompts that it names, the rows may say `live` where the source has a number (`NAMES`).
ROWS = f"""
SELECT a.slug FROM {DRAFTS}
 WHERE (v.said -> 'agent') #- '{{llm_config,prompts}}' <> jsonb_build_object(
    'name', b.name, 'bio', b.bio, 'commercial_name', b.commercial_name, 'tags', to_jsonb(b.tags),
    'llm_config', b.llm_config - 'prompts', 'type', b.type, 'visibility', b.visibility,
    'metadata', b.metadata, 'status', b.status)
"""
NAMES = f"""
SELECT a.slug FROM {DRAFTS}
 CROSS JOIN LATERAL (SELECT coalesce(b.llm_config -> 'prompts', '{{}}'),
   coalesce(v.said #> '{{agent,llm_config,prompts}}', '{{}}')) n (wanted, kept)
 WHERE (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(n.wanted) k) IS DISTINCT FROM
       (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(n.kept) k)
    OR EXISTS (SELECT FROM jsonb_each(n.wanted) s WHERE n.kept -> s.key <> s.value
       AND NOT (s.value = '"live"' AND jsonb_typeof(n.kept -> s.key) = 'number'))
"""
SETTLED = f"""
SELECT a.slug FROM versions_artifact a JOIN {SAID} v ON v.artifact_id = a.id
 CROSS JOIN LATERAL jsonb_each(v.said #> '{{agent,llm_config,prompts}}') n
 WHERE (v.locked_at IS NOT NULL OR v.id IN (a.live_id, a.staging_id))
   AND NOT EXISTS (SELECT FROM versions_version p JOIN versions_artifact o ON o.id = p.artifact_id
     WHERE o.kind = 'prompt' AND o.workspace_id = a.workspace_id AND o.slug = n.key
       AND to_jsonb(p.number) = n.value AND p.locked_at IS NOT NULL)
"""


def parts(section, table, *fields):
    """A section of a draft that is not the rows of its table."""
    row = ", ".join(f"'{name}', t.{name}" for name in fields)
    return f"""SELECT a.slug FROM {DRAFTS} WHERE
        (SELECT jsonb_agg(i ORDER BY i ->> 'id') FROM jsonb_array_elements(v.said -> '{section}') i)
        IS DISTINCT FROM (SELECT jsonb_agg(jsonb_build_object('id', t.id, {row}) ORDER BY t.id::text)
          FROM {table} t WHERE t.agent_id = a.id)"""


# Each tracked table, with what its records leave out and the agent that a row is of.
TRACKED = {
    "agent": "builder_agents", "schema": "builder_agent_schemas", "trigger": "builder_agent_triggers",
    "mcp_server": "builder_mcp_servers", "prompt": "prompts_prompt",
}  # fmt: skip
UNRECORDED = " UNION ALL ".join(
    f"""SELECT t.id FROM {table} t WHERE NOT EXISTS (SELECT FROM config_counter c JOIN config_history h
          USING (resource_type, resource_id) WHERE c.resource_type = '{name}' AND c.resource_id = t.id
          AND h.version = c.last AND h.data_after <@ to_jsonb(t))"""
    for name, table in TRACKED.items()
)

AUDIT = {
    "a live draft": """SELECT a.slug FROM versions_artifact a JOIN versions_version v ON v.id = a.live_id
        WHERE v.locked_at IS NULL AND a.kind = 'prompt'""",
    "not exactly one draft": """SELECT a.slug FROM versions_artifact a WHERE a.kind = 'agent' AND 1 <>
        (SELECT count(*) FROM versions_version v WHERE v.artifact_id = a.id AND v.locked_at IS NULL)""",
    "a draft that is not the newest": """SELECT a.slug FROM versions_artifact a
        JOIN versions_version v ON v.artifact_id = a.id AND v.locked_at IS NULL
        WHERE a.kind = 'agent' AND v.number <> a.last_number""",
    "a pointer outside": """SELECT a.slug FROM versions_artifact a
        JOIN versions_version v ON v.id IN (a.live_id, a.staging_id) WHERE v.artifact_id <> a.id""",
    "a fork of another or of a later one": """SELECT v.number FROM versions_version v
        JOIN versions_version f ON f.id = v.forked_from_id
        WHERE f.artifact_id <> v.artifact_id OR f.number >= v.number""",
    "a number above the counter": """SELECT a.slug FROM versions_artifact a
        JOIN versions_version v ON v.artifact_id = a.id WHERE v.number > a.last_number""",
    "a number twice": """SELECT artifact_id FROM versions_version GROUP BY artifact_id, number
        HAVING count(*) > 1""",
    "a gap in an agent's numbers": """SELECT a.slug FROM versions_artifact a
        JOIN versions_version v ON v.artifact_id = a.id WHERE a.kind = 'agent'
        GROUP BY a.id HAVING count(*) <> a.last_number""",
    "a digest of something else": """SELECT number FROM versions_version
        WHERE digest <> encode(sha256(convert_to(source, 'UTF8')), 'hex')""",
    "a draft whose own fields are not its rows": ROWS,
    "a draft whose schemas are not its rows": parts(
        "schemas", "builder_agent_schemas",
        "schema_data", "schema_type", "is_active", "metadata", "validation_rules",
    ),
    "a draft whose triggers are not its rows": parts(
        "triggers", "builder_agent_triggers",
        "name", "trigger_type", "trigger_config", "enabled", "description",
    ),
    "a draft whose MCP servers are not its rows": parts(
        "mcp_servers", "builder_mcp_servers",
        "name", "endpoint", "transport", "auth_method", "config", "status",
    ),
    "a draft that names other prompts than its row": NAMES,
    "a frozen or served version that names what can change": SETTLED,
    "a secret that is not the agent's": f"""SELECT v.number FROM {SAID} v
        CROSS JOIN LATERAL jsonb_path_query(v.said -> 'mcp_servers', 'lax $.**."$secret"') r
        WHERE NOT EXISTS (SELECT FROM agents_secret s
          WHERE s.agent_id = v.artifact_id AND to_jsonb(s.id) = r)""",
    "a part of another workspace": """SELECT a.slug FROM versions_artifact a JOIN (
          SELECT agent_id, tenant_id FROM builder_agent_schemas
          UNION ALL SELECT agent_id, tenant_id FROM builder_agent_triggers
          UNION ALL SELECT agent_id, tenant_id FROM builder_mcp_servers
          UNION ALL SELECT agent_id, workspace_id FROM agents_secret
          UNION ALL SELECT agent_id, workspace_id FROM agents_connector
          UNION ALL SELECT agent_id, workspace_id FROM agents_conversation) p ON p.agent_id = a.id
        WHERE p.tenant_id <> a.workspace_id""",
    "a connector to what can change": """SELECT c.name FROM agents_connector c
        CROSS JOIN LATERAL jsonb_array_elements(c.split) s WHERE c.target <> 'live' AND NOT EXISTS (
          SELECT FROM versions_version v WHERE v.artifact_id = c.agent_id
            AND to_jsonb(v.number) = s -> 'version' AND v.locked_at IS NOT NULL)""",
    "a gap in the sequence": """SELECT artifact_id FROM workspaces_event WHERE artifact_id IS NOT NULL
        GROUP BY artifact_id HAVING count(*) <> max(sequence) OR min(sequence) <> 1""",
    "a sequence that the artifact does not count": """SELECT a.slug FROM versions_artifact a
        WHERE a.last_sequence <> (SELECT coalesce(max(e.sequence), 0) FROM workspaces_event e
          WHERE e.artifact_id = a.id)""",
    "a live pointer that the events do not tell": """
        SELECT a.slug FROM versions_artifact a LEFT JOIN versions_version v ON v.id = a.live_id
        WHERE v.number IS DISTINCT FROM (SELECT e.to_number FROM workspaces_event e
          WHERE e.artifact_id = a.id AND e.name IN
            ('version.published', 'version.rolled_back', 'version.unpublished')
          ORDER BY e.sequence DESC LIMIT 1)""",
    "a staging pointer that the events do not tell": """
        SELECT a.slug FROM versions_artifact a LEFT JOIN versions_version v ON v.id = a.staging_id
        WHERE v.number IS DISTINCT FROM (SELECT e.to_number FROM workspaces_event e
          WHERE e.artifact_id = a.id AND e.name IN ('staging.set', 'staging.cleared')
          ORDER BY e.sequence DESC LIMIT 1)""",
    "two events that moved live from elsewhere": """
        SELECT e.artifact_id FROM (SELECT artifact_id, from_number, lag(to_number)
            OVER (PARTITION BY artifact_id ORDER BY sequence) AS before, sequence,
            row_number() OVER (PARTITION BY artifact_id ORDER BY sequence) AS nth
          FROM workspaces_event WHERE name IN
            ('version.published', 'version.rolled_back', 'version.unpublished')) e
        WHERE nth > 1 AND e.from_number IS DISTINCT FROM e.before""",
    "a version that was locked twice, or never": """SELECT a.slug, v.number FROM versions_artifact a
        JOIN versions_version v ON v.artifact_id = a.id AND v.locked_at IS NOT NULL
        LEFT JOIN workspaces_event e ON e.artifact_id = a.id AND e.to_number = v.number
          AND e.name = 'version.locked'
        WHERE a.kind = 'agent' AND NOT EXISTS (SELECT FROM workspaces_event i WHERE i.artifact_id = a.id
          AND i.name = 'artifact.imported' AND v.number BETWEEN i.from_number AND i.to_number)
        GROUP BY a.id, v.id HAVING count(e.id) <> 1""",
    "a change that does not begin where the one before ended": """SELECT resource_id FROM (
          SELECT resource_id, version, data_before, lag(data_after) OVER w AS left_as,
              lag(version) OVER w AS former
            FROM config_history WINDOW w AS (PARTITION BY resource_type, resource_id ORDER BY version)) h
        WHERE data_before IS DISTINCT FROM left_as OR version <> coalesce(former, 0) + 1""",
    "a counter that is not its records": """SELECT c.resource_id FROM config_counter c
        WHERE c.lost <> '{}' OR c.last <> (SELECT count(*) FROM config_history h
          WHERE h.resource_type = c.resource_type AND h.resource_id = c.resource_id)""",
    "a change that could not be recorded": "SELECT id FROM config_history_gap",
    "a row that is not its last record": UNRECORDED,
    "a record of a row that is gone unrecorded": """SELECT h.resource_id FROM config_counter c
        JOIN config_history h USING (resource_type, resource_id) WHERE h.version = c.last
          AND h.data_after IS NOT NULL AND h.resource_id NOT IN (SELECT id FROM builder_agents
            UNION ALL SELECT id FROM prompts_prompt UNION ALL SELECT id FROM builder_agent_schemas
            UNION ALL SELECT id FROM builder_agent_triggers UNION ALL SELECT id FROM builder_mcp_servers)""",
    "a publish that left no snapshot, or two": """SELECT e.id FROM workspaces_event e
        JOIN versions_artifact a ON a.id = e.artifact_id AND a.kind = 'agent'
        LEFT JOIN builder_versions s ON s.event_id = e.id AND s.agent_id = a.id AND s.number = e.to_number
        WHERE e.name = 'version.published' GROUP BY e.id HAVING count(s.id) <> 1""",
    "a gap in the numbers of snapshots": """SELECT agent_id FROM builder_versions GROUP BY agent_id
        HAVING count(*) <> max(version_number) OR min(version_number) <> 1""",
    "a snapshot of something else": f"""SELECT s.id FROM builder_versions s
        JOIN {SAID} v ON v.artifact_id = s.agent_id AND v.number = s.number AND v.locked_at IS NOT NULL
        JOIN workspaces_event p ON p.id = s.event_id
        WHERE NOT EXISTS (SELECT FROM workspaces_event e WHERE e.artifact_id = s.agent_id
            AND e.to_number = s.number AND e.sequence > p.sequence AND e.data ? 'former')
          AND ((v.said -> 'agent') IS DISTINCT FROM s.agent_snapshot - 'id'
            OR (v.said -> 'triggers') IS DISTINCT FROM s.triggers_snapshot
            OR (v.said -> 'mcp_servers') IS DISTINCT FROM s.mcp_servers_snapshot)""",
}  # fmt: skip


EVERYTHING = " UNION ALL ".join(
    f"SELECT '{name.replace(chr(39), chr(39) * 2)}' WHERE EXISTS ({question})"
    for name, question in AUDIT.items()
)


def violations():
    """The names of the invariants that are broken."""
    return [name for (name,) in prepared(EVERYTHING)]


def prepared(question, values=None):
    """The rows of a question that is asked again and again: PostgreSQL plans it once."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(question, values, prepare=True).fetchall()


def check_deferred():
    """Make the checks of a commit now, and put them off again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
