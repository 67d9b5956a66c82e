"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Count, F, Max, Q, Subquery
from django.db.models.expressions import RawSQL

from versioning.versions.querysets import COUNTED, KindQuerySet, VersionQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from agents.models import Agent
    from versioning.workspaces.actor import Actor


class SnapshotQuerySet(models.QuerySet[Any]):
    """Snapshots."""

    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(tenant_id=actor.workspace.id)

    def of(self, agent_id: UUID) -> Self:
        """Those of one agent."""
        return self.filter(agent_id=agent_id)

    def newest_first(self) -> Self:
        """As a list is read."""
        return self.order_by("-version_number")

    def without_components(self) -> Self:
        """For lists: what each was, not what it holds."""
        return self.defer("agent_snapshot", "schemas_snapshot", "triggers_snapshot", "mcp_servers_snapshot")


class AgentQuerySet(KindQuerySet):
    """Agents."""

    def showing(self, which: str) -> AgentQuerySet:
        """One of the list's views, by its name in FILTERS; an unknown name shows all in use."""
        return FILTERS.get(which, FILTERS["all"])(self)

    def with_changes(self) -> Self:
        """Those whose draft differs from what it was forked from; a first draft differs from nothing.

        It differs too where a prompt that it follows went on: for a draft is compared as it would be served.
        """
        return self.filter(_changed())

    def counts(self) -> dict[str, int]:
        """How many agents each view of the list holds, in one query."""
        used = Q(archived_at=None)
        found: dict[str, int] = self.annotate(changed=_changed()).aggregate(
            all=Count("pk", filter=used),
            staging=Count("pk", filter=used & Q(staging__isnull=False)),
            changes=Count("pk", filter=used & Q(changed=True)),
            idle=Count("pk", filter=used & Q(live=None)),
            archived=Count("pk", filter=~used),
        )
        return found

    def with_summary(self) -> Self:
        """As of every kind, with the draft's number, who saved it last, and whether it differs."""
        draft = self._versions().drafts()
        return (
            super()
            .with_summary()
            .annotate(
                draft_number=Subquery(draft.values("number")[:1]),
                draft_author=Subquery(draft.values("author_name")[:1]),
                changed=_changed(),
            )
        )

    def newest_versions(self) -> VersionQuerySet:
        """The newest that was locked: the draft, which every agent has, bears no message."""
        return self._versions().exclude(locked_at=None).order_by("-number")


CHANGED = """
EXISTS (
    SELECT 1 FROM versions_version draft
    JOIN versions_version base ON base.id = draft.forked_from_id
    WHERE draft.artifact_id = builder_agents.id AND draft.locked_at IS NULL
      AND (draft.digest <> base.digest OR CASE
        WHEN jsonb_typeof(builder_agents.llm_config -> 'prompts') = 'object' THEN EXISTS (
            SELECT 1 FROM jsonb_each_text(builder_agents.llm_config -> 'prompts') named
            JOIN versions_artifact prompt ON prompt.workspace_id = builder_agents.tenant_id
              AND prompt.kind = 'prompt' AND prompt.slug = named.key
            JOIN versions_version live ON live.id = prompt.live_id
            WHERE named.value = 'live' AND live.number::text IS DISTINCT FROM
              base.source::jsonb #>> ARRAY['agent', 'llm_config', 'prompts', named.key])
        ELSE false END)
)
"""


def _changed() -> RawSQL:
    """Whether an agent's draft differs from what it was forked from."""
    return RawSQL(CHANGED, (), output_field=models.BooleanField())  # noqa: S611  nothing is put into it


# The views of the list, by the name that its URL carries.
FILTERS: dict[str, Callable[[AgentQuerySet], AgentQuerySet]] = {
    "all": lambda agents: agents.in_use(),
    "staging": lambda agents: agents.in_use().staged(),
    "changes": lambda agents: agents.in_use().with_changes(),
    "idle": lambda agents: agents.in_use().not_live(),
    "archived": lambda agents: agents.archived(),
}


class PartQuerySet(models.QuerySet[Any]):
    """Schemas, triggers, MCP servers."""

    def of(self, agent: Agent | UUID) -> Self:
        """Those of one agent."""
        return self.filter(agent_id=agent if isinstance(agent, UUID) else agent.pk)


class ConnectorQuerySet(models.QuerySet[Any]):
    """Connectors."""

    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(workspace_id=actor.workspace.id)

    def of(self, agent: Agent) -> Self:
        """Those of one agent."""
        return self.filter(agent_id=agent.pk)

    def in_use(self) -> Self:
        """Those that were not removed."""
        return self.filter(removed_at=None)

    def by_name(self) -> Self:
        """As they are listed."""
        return self.order_by("name", "created_at")


class ConversationQuerySet(models.QuerySet[Any]):
    """Conversations."""

    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(workspace_id=actor.workspace.id)

    def of(self, agent: Agent) -> Self:
        """Those of one agent."""
        return self.filter(agent_id=agent.pk)

    def matching(self, *, number: int | None, connector: UUID | None, caller: str) -> Self:
        """Those on a version, by a connector, of a caller; what is not asked for does not narrow."""
        asked = {"number": number, "connector_id": connector, "caller": caller}
        return self.filter(**{name: value for name, value in asked.items() if value})

    def newest_first(self) -> Self:
        """As they are read."""
        return self.order_by("-started_at", "-pk")

    def older_than(self, at: datetime, id: UUID) -> Self:
        """What follows a row of that order: the cursor of a long list."""
        return self.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=id))

    def counted(self) -> int:
        """How many; beyond COUNTED it stops at one more."""
        return self.order_by()[: COUNTED + 1].count()

    def tallied(self) -> models.QuerySet[Any, dict[str, Any]]:
        """By connector and version: how many, how many since the target is what it is, and the last."""
        rows: models.QuerySet[Any, dict[str, Any]] = self.values("connector_id", "number").annotate(
            total=Count("pk"),
            since=Count("pk", filter=Q(started_at__gte=F("connector__target_since"))),
            last=Max("started_at"),
        )
        return rows
