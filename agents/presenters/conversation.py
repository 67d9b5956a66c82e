"""One conversation's page: what it is served by for life."""

from typing import Any

from agents.models import Agent, Content, Conversation
from agents.presenters.connectors import url_of
from agents.presenters.conversations import FROM
from agents.presenters.editor import look_page
from versioning.versions.models import Version
from versioning.versions.presenters.header import Links
from versioning.workspaces.actor import Actor


def conversation_shown(
    actor: Actor, agent: Agent, conversation: Conversation, content: Content
) -> dict[str, Any]:
    """What it began with, in the layout of a version that is read; and whether that version still is so."""
    version = Version.objects.of(agent).get(number=conversation.number)
    same = version.digest == conversation.digest
    began = Version(
        pk=version.pk, kind=version.kind, number=version.number, source=content.body,
        digest=content.digest, locked_at=version.locked_at,
    )  # fmt: skip
    connector, links = conversation.connector, Links(actor, agent)
    return look_page(actor, agent, began) | {
        "conversation": conversation, "same": same, "served_from": FROM[conversation.served_from],
        "by": connector, "path": f"/v1/conversations/{conversation.pk}",
        "by_url": url_of(actor, agent, "connector", connector.pk)
        if connector and connector.removed_at is None
        else "",
        "version_url": links.to("look", conversation.number),
        "list_of_conversations": links.to("conversations"),
        "caller_url": links.to("conversations", caller=conversation.caller) if conversation.caller else "",
    }  # fmt: skip
