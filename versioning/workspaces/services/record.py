"""Writing the Event that every act leaves behind, and handing it to whoever tells of it."""

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F

from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event, Workspace

type Teller = Callable[[Actor, Event], None]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Called once by the room that tells of Events. It writes in the act's transaction, and must not fail."""
    _tellers[:] = [teller]


def record(
    actor: Actor,
    name: EventName,
    *,
    artifact_id: UUID | None = None,
    sequence: int | None = None,
    act_id: UUID | None = None,
    from_number: int | None = None,
    to_number: int | None = None,
    message: str = "",
    **data: Any,
) -> Event:
    """Record one act, in the transaction that performs it.

    An artifact's acts bring their `sequence` from the locked artifact; an act on the workspace takes
    the next of the workspace's own count.
    """
    if artifact_id is None:
        sequence = _next_of_workspace(actor.workspace)
    assert sequence is not None
    event = Event.objects.create(
        workspace_id=actor.workspace.id,
        artifact_id=artifact_id,
        sequence=sequence,
        act_id=act_id or uuid.uuid4(),
        name=name,
        from_number=from_number,
        to_number=to_number,
        message=message,
        data=data,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        via=actor.via,
        request_id=actor.request_id,
        created_at=actor.now(),
    )
    for tell in _tellers:
        tell(actor, event)
    return event


def _next_of_workspace(workspace: Workspace) -> int:
    row = Workspace.objects.filter(pk=workspace.pk)
    row.update(last_sequence=F("last_sequence") + 1)  # locks the row until the act is committed
    return row.values_list("last_sequence", flat=True).get()
