"""A workspace: made by the operator, set up by its admins, closed by an owner."""

import re
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import User, Workspace
from versioning.workspaces.policy import Act, require
from versioning.workspaces.services.record import record

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def create_workspace(
    slug: str, *, name: str = "", via: str = "command", user: User | None = None, **settings: Any
) -> Workspace:
    """Make a workspace as the operator. The caller is then inside no workspace."""
    if not SLUG.fullmatch(slug) or len(slug) > 50:
        raise DomainError(
            "invalid",
            "A slug is lower-case letters, digits and single hyphens, at most 50.",
            field="slug",
        )
    workspace = Workspace(slug=slug, name=name or slug, **settings)
    with told(workspace.id):
        try:
            with transaction.atomic():
                workspace.save(force_insert=True)
        except IntegrityError as error:
            raise DomainError(
                "slug_taken", f"There is a workspace '{slug}' already.", field="slug"
            ) from error
        actor = Actor.of_operator(workspace, via=via, user=user)
        record(actor, EventName.WORKSPACE_CREATED, slug=slug)
    return workspace


def change_workspace(
    actor: Actor, *, name: str | None = None, staging_enabled: bool | None = None,
    protect_live: bool | None = None,
) -> Workspace:  # fmt: skip
    """Change settings; what is not given stays. Switching staging off hides pointers, and keeps them."""
    require(actor, Act.MANAGE)
    if name is not None and not 0 < len(name.strip()) <= 100:
        raise DomainError("invalid", "A workspace needs a name of at most 100 characters.", field="name")
    given = {
        "name": name.strip() if name is not None else None,
        "staging_enabled": staging_enabled,
        "protect_live": protect_live,
    }
    with transaction.atomic():
        workspace = Workspace.objects.select_for_update().get(pk=actor.workspace.pk)
        changes = {
            field: {"from": getattr(workspace, field), "to": value}
            for field, value in given.items()
            if value is not None and value != getattr(workspace, field)
        }
        if changes:
            for field, change in changes.items():
                setattr(workspace, field, change["to"])
            workspace.save(update_fields=list(changes))
            record(actor, EventName.WORKSPACE_CHANGED, changes=changes)
    return workspace


def close_workspace(actor: Actor, *, confirm: str) -> None:
    """Close for good: its pages answer 404 and its keys are dead. `confirm` repeats the slug."""
    require(actor, Act.OWN)
    if confirm != actor.workspace.slug:
        raise DomainError("invalid", f"Type '{actor.workspace.slug}' to close it.", field="confirm")
    with transaction.atomic():
        record(actor, EventName.WORKSPACE_CLOSED)
        Workspace.objects.filter(pk=actor.workspace.pk).update(closed_at=actor.now())


def workspaces_of(user_id: UUID) -> list[dict[str, str]]:
    """The open workspaces that a person is a member of: slug, name, role. Asked before one is entered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug, name, role FROM my_workspaces(%s)", [user_id])
        return [{"slug": slug, "name": name, "role": role} for slug, name, role in cursor.fetchall()]
