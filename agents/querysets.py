"""The reads of this room, as verbs that chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models

from versioning.versions.querysets import KindQuerySet, VersionQuerySet

if TYPE_CHECKING:
    from agents.models import Agent
    from versioning.workspaces.actor import Actor


class AgentQuerySet(KindQuerySet):
    """Agents."""

    def showing(self, which: str) -> AgentQuerySet:
        """One of the list's views, by its name in FILTERS; an unknown name shows all in use."""
        return FILTERS.get(which, FILTERS["all"])(self)

    def newest_versions(self) -> VersionQuerySet:
        """The newest that was locked: the draft, which every agent has, bears no message."""
        return self._versions().exclude(locked_at=None).order_by("-number")


# The views of the list, by the name that its URL carries.
FILTERS: dict[str, Callable[[AgentQuerySet], AgentQuerySet]] = {
    "all": lambda agents: agents.in_use(),
    "staging": lambda agents: agents.in_use().staged(),
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


class ConversationQuerySet(models.QuerySet[Any]):
    """Conversations."""

    def in_workspace(self, actor: Actor) -> Self:
        """Only what belongs to the actor's workspace; the database's wall says it again."""
        return self.filter(workspace_id=actor.workspace.id)

    def newest_first(self) -> Self:
        """As they are read."""
        return self.order_by("-started_at", "id")
