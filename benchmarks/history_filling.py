"""A long history, written by SQL as the owner in the form that the triggers write: quick, and dense.

One agent (`desk`) has half of it: a tenth of all records are its own versions, four tenths its parts'. The
rest is spread over other agents, their parts and prompts; a tenth as many Events stand among them. What is
rare (a deletion, a restore, one person, a change by SQL) is one of some hundred records, so that it fills a
page of the short history as well; ten notes of each history have a word that no other has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PEOPLE, OTHERS = 5, 50
RARE = "marzipan"

# %(n)s records of workspace %(ws)s: g counts them, newest first, so that the newest of each are alike.
RECORDS = f"""
WITH made AS (
  SELECT g, ('{{agent,schema,trigger,mcp_server,trigger,agent,schema,mcp_server,prompt,prompt}}'::text[])
      [g %% 10 + 1] AS kind,
    CASE WHEN g %% 10 = 0 THEN 0 WHEN g %% 10 = 5 THEN (g / 10) %% {OTHERS}
      WHEN g %% 10 >= 8 THEN (g / 10) %% {OTHERS} ELSE (g / 10) %% greatest(%(n)s / 1000, 10) END AS nth
  FROM generate_series(0, %(n)s - 1) g
), named AS (
  SELECT g, kind, CASE WHEN g %% 10 = 0 THEN %(desk)s::uuid
      WHEN kind = 'agent' THEN (%(agents)s::uuid[])[nth + 1]
      WHEN kind = 'prompt' THEN (%(prompts)s::uuid[])[nth + 1]
      ELSE md5(%(ws)s || (g %% 10) || '.' || nth)::uuid END AS id,
    CASE WHEN g %% 10 <= 4 THEN %(desk)s::uuid WHEN kind = 'agent' THEN (%(agents)s::uuid[])[nth + 1]
      WHEN kind <> 'prompt' THEN (%(agents)s::uuid[])[nth %% {OTHERS} + 1] END AS agent, nth
  FROM made
), counted AS (
  SELECT *, (row_number() OVER (PARTITION BY id ORDER BY g DESC))::int + 10 AS version FROM named
), filled AS (
  SELECT *, jsonb_build_object('id', id, 'name', kind || ' ' || nth, 'description',
      'Step ' || version || ': be brief, be kind, say what you do before you do it, then do it.',
      'enabled', version %% 2 = 0) AS data
  FROM counted
)
INSERT INTO config_history (id, resource_type, resource_id, agent_id, tenant_id, version, operation,
    data_before, data_after, changed_fields, changed_by, changelog, db_role, request_id, created_at)
  SELECT gen_random_uuid(), kind, id, agent, %(ws)s::uuid, version,
    CASE WHEN version = 11 THEN 'INSERT' WHEN g %% 61 = 1 AND kind NOT IN ('agent', 'prompt') THEN 'DELETE'
      ELSE 'UPDATE' END,
    CASE WHEN version > 11 THEN data || '{{"description": "Before that."}}' END,
    CASE WHEN version = 11 OR NOT (g %% 61 = 1 AND kind NOT IN ('agent', 'prompt')) THEN data END,
    CASE WHEN version > 11 THEN ARRAY[CASE WHEN g %% 97 = 0 THEN 'tags' WHEN g %% 3 = 0 THEN 'name'
      ELSE 'description' END] END,
    CASE WHEN g %% 81 = 7 THEN (%(people)s::uuid[])[{PEOPLE}] WHEN g %% 11 = 3 THEN NULL
      ELSE (%(people)s::uuid[])[g %% {PEOPLE - 1} + 1] END,
    CASE WHEN g %% greatest(%(n)s / 10, 1) = 5 THEN 'Because of the {RARE} order'
      WHEN g %% 61 = 2 THEN 'Restored to version ' || version - 5 ELSE '' END,
    'pv_app', CASE WHEN g %% 110 = 3 THEN '' ELSE md5(%(ws)s || g) END,
    now() - g * interval '350 days' / %(n)s
  FROM filled
"""

COUNTERS = """
INSERT INTO config_counter (resource_type, resource_id, agent_id, tenant_id, last, lost)
  SELECT resource_type, resource_id, agent_id, tenant_id, max(version), '{}' FROM config_history
    WHERE tenant_id = %(ws)s::uuid GROUP BY 1, 2, 3, 4
  ON CONFLICT (resource_type, resource_id) DO UPDATE SET last = EXCLUDED.last
"""

EVENTS = f"""
INSERT INTO workspaces_event (id, workspace_id, artifact_id, sequence, act_id, name, from_number, to_number,
    message, data, actor_kind, actor_id, actor_label, via, request_id, created_at)
  SELECT gen_random_uuid(), %(ws)s::uuid, CASE WHEN g %% 2 = 0 THEN %(desk)s::uuid
      ELSE (%(agents)s::uuid[])[g %% {OTHERS} + 1] END, 100 + %(n)s / 10 - g, gen_random_uuid(),
    CASE g %% 3 WHEN 0 THEN 'version.created' WHEN 1 THEN 'version.locked' ELSE 'version.published' END,
    NULL, 1, CASE WHEN g %% greatest(%(n)s / 100, 1) = 3 THEN 'After the {RARE}' ELSE 'Tidy the wording' END,
    '{{}}', 'member', (%(people)s::uuid[])[g %% {PEOPLE - 1} + 1], 'Contributor', 'web',
    'e' || md5(%(ws)s || g), now() - g * interval '350 days' / (%(n)s / 10)
  FROM generate_series(0, %(n)s / 10 - 1) g
"""


def fill(workspace: Any, records: int) -> dict[str, Any]:
    """A workspace's history of so many records; what the questions about it need to name."""
    from django.db import connections

    from tests.factories import make_agent, make_prompt
    from versioning.lib.transaction import told
    from versioning.workspaces.actor import Actor
    from versioning.workspaces.models import Member, User
    from versioning.workspaces.services.members import add_member

    operator = Actor.of_operator(workspace, via="command")
    with told(workspace.id):
        people = [
            User.objects.create_user(f"{workspace.slug}{n}@example.com", None, name=f"Person {n}")
            for n in range(PEOPLE)
        ]
        members = [add_member(operator, user, "owner") for user in people]
        actor = Actor.of_member(Member.objects.get(pk=members[0].pk), via="command")
        desk = make_agent(actor, slug="desk", locked=2, live=2)
        agents = [make_agent(actor, slug=f"agent-{n}").pk for n in range(OTHERS)]
        prompts = [make_prompt(actor, slug=f"prompt-{n}").pk for n in range(OTHERS)]
    told_of = {
        "ws": str(workspace.id), "n": records, "desk": str(desk.pk), "agents": [*map(str, agents)],
        "prompts": [*map(str, prompts)], "people": [str(user.pk) for user in people],
    }  # fmt: skip
    with connections["owner"].cursor() as cursor:
        for statement in (RECORDS, COUNTERS, EVENTS):
            cursor.execute(statement, told_of)
    return told_of | {"user": people[0]}


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Drops the plain indexes of tables, and makes them again at the end: many rows come in quicker."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY (%s::regclass[]) AND NOT i.indisunique", [[*tables]],
        )  # fmt: skip
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for _, definition in found:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")
