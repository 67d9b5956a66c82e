"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models

from versioning.versions.querysets import ArtifactQuerySet

if TYPE_CHECKING:
    from agents.models import Agent
    from versioning.workspaces.actor import Actor


class AgentQuerySet(ArtifactQuerySet):
    """Agents."""

    def in_use(self) -> Self:
        """Those that are not archived."""
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        """Those that were put away."""
        return self.exclude(archived_at=None)


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

    def in_use(self) -> Self:
        """Those that were not removed."""
        return self.filter(removed_at=None)


class ConversationQuerySet(models.QuerySet[Any]):
    """Conversations."""

    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(workspace_id=actor.workspace.id)

    def newest_first(self) -> Self:
        """As they are read."""
        return self.order_by("-started_at", "id")
