"""Whether the record is whole: every number there, each change beginning where the last one ended, the last
of them what the row is now. What is not is named.

Replays in SQL, one workspace at a time, and asks nothing that `capture_change()` could have got wrong with
its own record: the numbers come from the counters, the rows from the tracked tables. What it cannot see is in
docs/history.md: who rewrites a record, the one after it and nothing else, and leaves the row as it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from versioning.changes.models import Change, Counter, Gap
from versioning.changes.resources import RESOURCES, Resource

NAMED = 1_000  # findings of one kind and workspace that are listed

# Numbers that were given and have no record.
MISSING = """
SELECT c.resource_type, c.resource_id, c.agent_id, n.number, n.number = ANY (c.lost) AS noted,
    g.operation, g.sqlstate, g.reason, g.created_at
  FROM config_counter c
  JOIN LATERAL (SELECT count(*) AS n FROM config_history h WHERE h.resource_type = c.resource_type
    AND h.resource_id = c.resource_id AND h.version BETWEEN 1 AND c.last) kept ON kept.n < c.last
  CROSS JOIN LATERAL generate_series(1, c.last) n (number)
  LEFT JOIN LATERAL (SELECT * FROM config_history_gap g WHERE g.resource_type = c.resource_type
    AND g.resource_id = c.resource_id AND g.version = n.number ORDER BY g.id LIMIT 1) g ON true
 WHERE c.tenant_id = %(workspace)s AND NOT EXISTS (SELECT FROM config_history h
    WHERE h.resource_type = c.resource_type AND h.resource_id = c.resource_id AND h.version = n.number)
 ORDER BY c.resource_type, c.resource_id, n.number LIMIT %(most)s
"""

# Records that do not follow from the one before them, are of nothing that was counted, or say two things.
BROKEN = """
SELECT resource_type, resource_id, agent_id, version, why FROM (SELECT r.*, CASE
    WHEN r.resource_type <> ALL (%(known)s) THEN 'unknown'
    WHEN r.last IS NULL THEN 'uncounted'
    WHEN r.version NOT BETWEEN 1 AND r.last THEN 'beyond'
    WHEN r.agent_id IS DISTINCT FROM r.counted_for
      OR coalesce(r.data_after, r.data_before) ->> 'id' IS DISTINCT FROM r.resource_id::text THEN 'another'
    WHEN r.operation NOT IN ('INSERT', 'UPDATE', 'DELETE')
      OR (r.operation = 'INSERT') <> (r.data_before IS NULL)
      OR (r.operation = 'DELETE') <> (r.data_after IS NULL)
      OR (r.version = 1 AND r.operation <> 'INSERT') THEN 'shape'
    WHEN r.version > 1 AND r.former = r.version - 1 AND r.data_before IS DISTINCT FROM r.left_as THEN 'apart'
    WHEN r.operation <> 'UPDATE' AND r.changed_fields IS NOT NULL THEN 'fields'
    WHEN r.operation = 'UPDATE' AND NOT (f.names @> coalesce(r.changed_fields, '{}')
      AND f.names <@ coalesce(r.changed_fields, '{}')) THEN 'fields' END AS why
  FROM (SELECT h.resource_type, h.resource_id, h.agent_id, h.version, h.operation, h.data_before,
      h.data_after, h.changed_fields, lag(h.version) OVER w AS former, lag(h.data_after) OVER w AS left_as,
      c.last, c.agent_id AS counted_for
    FROM config_history h LEFT JOIN config_counter c ON c.resource_type = h.resource_type
      AND c.resource_id = h.resource_id AND c.tenant_id = h.tenant_id
   WHERE h.tenant_id = %(workspace)s
  WINDOW w AS (PARTITION BY h.resource_type, h.resource_id ORDER BY h.version)) r
  LEFT JOIN LATERAL (SELECT array_agg(e.key) AS names FROM jsonb_each(CASE WHEN r.operation = 'UPDATE'
      AND jsonb_typeof(r.data_after) = 'object' THEN r.data_after END) e
    WHERE e.value IS DISTINCT FROM r.data_before -> e.key) f ON true) told
 WHERE why IS NOT NULL ORDER BY resource_type, resource_id, version LIMIT %(most)s
"""
WHY = {
    "unknown": "Nothing of that kind is tracked.",
    "uncounted": "Its counter is gone, or never counted it.",
    "beyond": "Its counter never gave that number.",
    "another": "It is filed under another row or agent than the one it speaks of.",
    "shape": "What it holds is not what its operation leaves.",
    "apart": "It does not begin where the record before it ended.",
    "noted": "It is noted as lost, and is not.",
    "fields": "The fields that it names are not those that differ.",
}

# Losses that are noted of what is recorded all the same, or was never counted.
NOTED = """
SELECT n.resource_type, n.resource_id, n.agent_id, n.version, 'noted' FROM (
    SELECT g.resource_type, g.resource_id, g.agent_id, g.version FROM config_history_gap g
     WHERE g.tenant_id = %(workspace)s
    UNION SELECT c.resource_type, c.resource_id, c.agent_id, unnest(c.lost) FROM config_counter c
     WHERE c.tenant_id = %(workspace)s AND c.lost <> '{}') n
  LEFT JOIN config_counter c ON c.resource_type = n.resource_type AND c.resource_id = n.resource_id
 WHERE c.last IS NULL OR n.version NOT BETWEEN 1 AND c.last OR EXISTS (SELECT FROM config_history h
    WHERE h.resource_type = n.resource_type AND h.resource_id = n.resource_id AND h.version = n.version)
 ORDER BY 1, 2, 4 LIMIT %(most)s
"""

# Rows that are not what their last record says; rows without one; records of rows that went unrecorded.
# Where the last record is missing, or not the last, that is said above: such a row may have no form in JSON.
DIFFERS = """
WITH last AS (SELECT c.resource_id, c.agent_id, c.last AS version, h.id AS record, h.data_after
    FROM config_counter c LEFT JOIN config_history h ON h.resource_type = c.resource_type
      AND h.resource_id = c.resource_id AND h.version = c.last
   WHERE c.tenant_id = %(workspace)s AND c.resource_type = %(resource)s),
  newest AS (SELECT h.resource_id, max(h.version) AS version FROM config_history h
   WHERE h.tenant_id = %(workspace)s AND h.resource_type = %(resource)s GROUP BY h.resource_id),
  present AS (SELECT * FROM {table} t WHERE t.tenant_id = %(workspace)s)
SELECT coalesce(l.resource_id, p.id), l.agent_id, l.version,
    CASE WHEN l.version IS NULL THEN 'The row has no record.'
      WHEN p.id IS NULL THEN 'The row is gone, and no record says so.'
      WHEN l.data_after IS NULL THEN 'The row is there, and its last record says that it was deleted.'
      ELSE 'The row is not what its last record says.' END
  FROM last l FULL JOIN present p ON p.id = l.resource_id
  LEFT JOIN newest ON newest.resource_id = coalesce(l.resource_id, p.id)
 WHERE CASE WHEN newest.version > coalesce(l.version, 0) THEN false
   WHEN l.resource_id IS NULL THEN true
   WHEN l.record IS NULL THEN false
   WHEN p.id IS NULL THEN l.data_after IS NOT NULL
   ELSE l.data_after IS DISTINCT FROM to_jsonb(p) - %(hidden)s::text[] END
 ORDER BY 1 LIMIT %(most)s
"""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the record. `version` is the one that it is about."""

    code: str  # gap | lost | broken | differs
    resource_type: str
    resource_id: UUID
    agent_id: UUID | None
    version: int | None
    words: str


@dataclass(frozen=True)
class Report:
    """What was looked at in one workspace, and what was found; `more` where not all of it is listed."""

    resources: int
    records: int
    findings: list[Finding]
    more: bool = False


def verify(workspace_id: UUID) -> Report:
    """Replay the record of one workspace. Needs a transaction that was told that workspace."""
    asked = {"workspace": workspace_id, "most": NAMED, "known": list(RESOURCES)}
    kinds = [
        [_missing(*row) for row in _rows(MISSING, asked)],
        [_broken(*row) for row in _rows(BROKEN, asked)],
        [_broken(*row) for row in _rows(NOTED, asked)],
        *(_differing(resource, asked) for resource in RESOURCES.values()),
    ]
    return Report(
        resources=Counter.objects.filter(tenant_id=workspace_id).count(),
        records=Change.objects.filter(tenant_id=workspace_id).count(),
        findings=[finding for found in kinds for finding in found],
        more=any(len(found) >= NAMED for found in kinds),
    )  # fmt: skip


def gaps_of(workspace_id: UUID) -> int:
    """How many changes are known to have gone unrecorded, without a replay."""
    lost = Counter.objects.filter(tenant_id=workspace_id).exclude(lost=[]).values_list("lost", flat=True)
    return Gap.objects.filter(tenant_id=workspace_id).count() + sum(map(len, lost))


def _missing(
    resource: str, id: UUID, agent: UUID | None, version: int, noted: bool, operation: str | None, state: str,
    why: str, at: datetime,
) -> Finding:  # fmt: skip
    if operation is not None:
        words = (
            f"{operation} on {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC could not be recorded: {state} {why}"
        )
        return Finding("gap", resource, id, agent, version, words)
    words = (
        "Neither the change nor why could be recorded." if noted else "Its record is gone; nothing says why."
    )
    return Finding("lost", resource, id, agent, version, words)


def _broken(resource: str, id: UUID, agent: UUID | None, version: int, why: str) -> Finding:
    return Finding("broken", resource, id, agent, version, WHY[why])


def _differing(resource: Resource, asked: dict[str, Any]) -> list[Finding]:
    asked = asked | {"resource": resource.name, "hidden": resource.hidden}
    return [
        Finding("differs", resource.name, *row) for row in _rows(DIFFERS.format(table=resource.table), asked)
    ]


def _rows(question: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
