"""Conversations without a server: rows as `conversation_start` writes them."""

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone

from agents.models import Agent, Connector, Content, Conversation
from agents.services.connectors import create_connector
from versioning.versions.models import Version


def converse(
    agent: Agent, number: int = 1, *, connector: Connector | None = None, caller: str = "",
    at: datetime | None = None, served_from: str = "live",
) -> Conversation:  # fmt: skip
    """A conversation on a version, as that is now."""
    version = Version.objects.get(artifact=agent, number=number)
    Content.objects.get_or_create(
        workspace_id=agent.workspace_id, digest=version.digest, defaults={"body": version.source}
    )
    return Conversation.objects.create(
        workspace_id=agent.workspace_id, agent=agent, number=number, digest=version.digest, caller=caller,
        served_from=served_from, connector=connector, key_id=uuid.uuid4(), started_at=at or timezone.now(),
    )  # fmt: skip


def make_connector(actor: Any, agent: Agent, **fields: Any) -> Connector:
    """A connector of an agent, on what is live unless it is said otherwise."""
    return create_connector(actor, agent, **{"name": "Main line", "channel": "api", **fields})


def split(*shares: tuple[int, float]) -> dict[str, Any]:
    """A split as the services take it."""
    return {"target": "split", "split": [{"version": v, "weight": w} for v, w in shares]}
