"""Whether the record is whole: every number there, each change beginning where the last one ended, the last
of them what the row is now. What is not is named.

Replays in SQL, one workspace at a time, and asks nothing that `capture_change()` could have got wrong with
its own record: the numbers come from the counters, the rows from the tracked tables.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from versioning.changes.models import Change, Counter, Gap
from versioning.changes.resources import RESOURCES, Resource

NAMED = 1_000  # findings of one kind and workspace that are listed

# Numbers that were given and have no record.
MISSING = """
SELECT c.resource_type, c.resource_id, c.agent_id, n.number, g.operation, g.sqlstate, g.reason, g.created_at
  FROM config_counter c
  JOIN LATERAL (SELECT count(*) AS n FROM config_history h WHERE h.resource_type = c.resource_type
    AND h.resource_id = c.resource_id) kept ON kept.n < c.last
  CROSS JOIN LATERAL generate_series(1, c.last) n (number)
  LEFT JOIN config_history_gap g ON g.resource_type = c.resource_type AND g.resource_id = c.resource_id
    AND g.version = n.number
 WHERE c.tenant_id = %(workspace)s AND NOT EXISTS (SELECT FROM config_history h
    WHERE h.resource_type = c.resource_type AND h.resource_id = c.resource_id AND h.version = n.number)
 ORDER BY c.resource_type, c.resource_id, n.number LIMIT %(most)s
"""

# Records that do not follow from the one before them, or beyond what was counted.
BROKEN = """
SELECT resource_type, resource_id, agent_id, version FROM (
  SELECT h.resource_type, h.resource_id, h.agent_id, h.version, h.operation, h.data_before, h.data_after,
      lag(h.version) OVER w AS former, lag(h.data_after) OVER w AS left_as, c.last,
      row_number() OVER w = 1 AS first
    FROM config_history h LEFT JOIN config_counter c
      ON c.resource_type = h.resource_type AND c.resource_id = h.resource_id
   WHERE h.tenant_id = %(workspace)s
  WINDOW w AS (PARTITION BY h.resource_type, h.resource_id ORDER BY h.version)) r
 WHERE r.last IS NULL OR r.version > r.last
    OR (r.former = r.version - 1 AND r.data_before IS DISTINCT FROM r.left_as)
    OR (r.version = 1 AND r.data_before IS NOT NULL)
    OR (r.operation = 'INSERT') <> (r.data_before IS NULL)
    OR (r.operation = 'DELETE') <> (r.data_after IS NULL)
 ORDER BY resource_type, resource_id, version LIMIT %(most)s
"""

# Rows that are not what their last record says; rows without one; records of rows that went unrecorded.
# Where the last record is missing, that is said above: such a row may not even have a form in JSON.
DIFFERS = """
WITH last AS (SELECT DISTINCT ON (h.resource_id) h.resource_id, h.agent_id, h.version, h.data_after
    FROM config_history h WHERE h.tenant_id = %(workspace)s AND h.resource_type = %(resource)s
   ORDER BY h.resource_id, h.version DESC),
  present AS (SELECT * FROM {table} t WHERE t.tenant_id = %(workspace)s)
SELECT coalesce(l.resource_id, p.id), l.agent_id, l.version
  FROM last l FULL JOIN present p ON p.id = l.resource_id
  LEFT JOIN config_counter c ON c.resource_type = %(resource)s
    AND c.resource_id = coalesce(l.resource_id, p.id)
 WHERE CASE WHEN c.last <> coalesce(l.version, 0) THEN false
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
    """What was looked at in one workspace, and what was found."""

    resources: int
    records: int
    findings: list[Finding]


def verify(workspace_id: UUID) -> Report:
    """Replay the record of one workspace. Needs a transaction that was told that workspace."""
    asked = {"workspace": workspace_id, "most": NAMED}
    findings = [_missing(*row) for row in _rows(MISSING, asked)]
    findings += [
        Finding("broken", *row, "It does not follow from the record before it.")
        for row in _rows(BROKEN, asked)
    ]
    for resource in RESOURCES.values():
        findings += _differing(resource, asked)
    return Report(
        resources=Counter.objects.filter(tenant_id=workspace_id).count(),
        records=Change.objects.filter(tenant_id=workspace_id).count(), findings=findings,
    )  # fmt: skip


def gaps_of(workspace_id: UUID) -> int:
    """How many changes are known to have gone unrecorded, without a replay."""
    lost = Counter.objects.filter(tenant_id=workspace_id).exclude(lost=[]).values_list("lost", flat=True)
    return Gap.objects.filter(tenant_id=workspace_id).count() + sum(map(len, lost))


def _missing(
    resource: str, id: UUID, agent: UUID | None, version: int, operation: str | None, state: str, why: str,
    at: Any,
) -> Finding:  # fmt: skip
    if operation is None:
        return Finding("lost", resource, id, agent, version, "It is missing, and nothing says why.")
    words = f"{operation} on {at:%Y-%m-%d %H:%M:%S} UTC could not be recorded: {state} {why}"
    return Finding("gap", resource, id, agent, version, words)


def _differing(resource: Resource, asked: dict[str, Any]) -> list[Finding]:
    asked = asked | {"resource": resource.name, "hidden": resource.hidden}
    return [
        Finding(
            "differs", resource.name, id, agent, version,
            "The row is not what its last record says." if version else "The row has no record.",
        )
        for id, agent, version in _rows(DIFFERS.format(table=resource.table), asked)
    ]  # fmt: skip


def _rows(question: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, asked)
        return cursor.fetchall()
