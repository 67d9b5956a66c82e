"""The vocabulary of acts: `noun.verb_in_the_past`, all of them, listed once.

An Event is the audit log, the webhook and the test's assertion, so a name is never changed or reused.
"""

from django.db import models


class EventName(models.TextChoices):
    """Every act that is recorded. The label says what happened, in the words of the screens."""

    ARTIFACT_CREATED = "artifact.created", "created"
    ARTIFACT_CHANGED = "artifact.changed", "changed its name, description or tags"
    ARTIFACT_IMPORTED = "artifact.imported", "imported its history"
    ARTIFACT_ARCHIVED = "artifact.archived", "archived"
    ARTIFACT_UNARCHIVED = "artifact.unarchived", "unarchived"

    VERSION_CREATED = "version.created", "saved a new version"
    VERSION_UPDATED = "version.updated", "rewrote a draft"
    VERSION_DELETED = "version.deleted", "deleted a draft"
    VERSION_LOCKED = "version.locked", "locked"
    VERSION_REVERTED = "version.reverted", "reverted the draft"
    VERSION_PUBLISHED = "version.published", "made live"
    VERSION_ROLLED_BACK = "version.rolled_back", "rolled back"
    VERSION_UNPUBLISHED = "version.unpublished", "unpublished"
    STAGING_SET = "staging.set", "set staging"
    STAGING_CLEARED = "staging.cleared", "cleared staging"

    RESOURCE_RESTORED = "resource.restored", "restored"
    SNAPSHOT_RESTORED = "snapshot.restored", "restored a snapshot"

    CONNECTOR_CREATED = "connector.created", "created a connector"
    CONNECTOR_CHANGED = "connector.changed", "changed a connector"
    CONNECTOR_REMOVED = "connector.removed", "removed a connector"

    PROVIDER_CHANGED = "provider.changed", "changed the model server"
    PROVIDER_REMOVED = "provider.removed", "removed the model server"

    WEBHOOK_CREATED = "webhook.created", "added a webhook"
    WEBHOOK_CHANGED = "webhook.changed", "changed a webhook"
    WEBHOOK_REMOVED = "webhook.removed", "removed a webhook"
    WEBHOOK_ROTATED = "webhook.rotated", "gave a webhook a new secret"
    WEBHOOK_DISABLED = "webhook.disabled", "switched a webhook off"
    WEBHOOK_ENABLED = "webhook.enabled", "switched a webhook on"

    WORKSPACE_CREATED = "workspace.created", "created the workspace"
    WORKSPACE_CHANGED = "workspace.changed", "changed the settings"
    WORKSPACE_CLOSED = "workspace.closed", "closed the workspace"
    MEMBER_INVITED = "member.invited", "invited a member"
    INVITE_REVOKED = "invite.revoked", "revoked an invite"
    MEMBER_JOINED = "member.joined", "joined"
    MEMBER_CHANGED = "member.changed", "changed a role"
    MEMBER_REMOVED = "member.removed", "removed a member"
    KEY_CREATED = "key.created", "created a key"
    KEY_REVOKED = "key.revoked", "revoked a key"
    TOKEN_CREATED = "token.created", "made an MCP token"
    TOKEN_REVOKED = "token.revoked", "revoked an MCP token"


# The acts that move the live pointer: what the lane chart and "what was live at 14:03?" are read from.
MOVES_LIVE = (
    EventName.VERSION_PUBLISHED,
    EventName.VERSION_ROLLED_BACK,
    EventName.VERSION_UNPUBLISHED,
)
MOVES_STAGING = (EventName.STAGING_SET, EventName.STAGING_CLEARED)


def event_names() -> list[tuple[str, str]]:
    """The choices of `Event.name`, asked for when they are needed: a new act needs no migration."""
    return EventName.choices
