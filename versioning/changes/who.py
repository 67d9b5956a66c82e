"""Who made each Change: a person; the key or operator that the Event of the same act names; or a login."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast
from uuid import UUID

from versioning.changes.models import Change
from versioning.workspaces.models import Event, User

type Kind = Literal["member", "key", "operator", "database"]


@dataclass(frozen=True)
class Who:
    """As `actor` in REST. `kind`: member, key, operator or database. `via` is empty where nothing says it.

    `why` is the message of the Event.
    """

    label: str
    kind: Kind
    via: str
    id: UUID | None = None
    why: str = ""


def makers(changes: Sequence[Change]) -> dict[UUID, Who]:
    """Who made each of some Changes of one workspace, by the Change's id. Two queries, however many."""
    said = _events(changes)
    people = {change.changed_by for change in changes if change.changed_by}
    names = {user.pk: user.display_name for user in User.objects.filter(pk__in=people)}
    return {change.pk: _maker(change, said.get(_act(change), ()), names) for change in changes}


def _maker(change: Change, events: Iterable[Event], names: dict[UUID, str]) -> Who:
    """A request's id is the caller's to choose, so an Event that names another person says nothing."""
    theirs = [event for event in events if _fits(change, event)]
    if theirs:
        event = min(theirs, key=lambda each: abs(each.created_at - change.created_at))
        return Who(event.actor_label, cast(Kind, event.actor_kind), event.via, event.actor_id, event.message)
    if change.changed_by:
        return Who(names.get(change.changed_by, "a former person"), "member", "", change.changed_by)
    return Who(change.db_role, "database", "sql")


def _fits(change: Change, event: Event) -> bool:
    person = event.actor_id if event.actor_kind != "key" else None
    near = abs(event.created_at - change.created_at) < timedelta(minutes=10)
    return near and person == change.changed_by


def _act(change: Change) -> tuple[UUID, str]:
    """The artifact and the request that a Change shares with its Event."""
    return change.agent_id or change.resource_id, change.request_id


def _events(changes: Sequence[Change]) -> dict[tuple[UUID, str], list[Event]]:
    acts = {_act(change) for change in changes if change.request_id}
    rows = Event.objects.filter(
        artifact_id__in={artifact for artifact, _ in acts}, request_id__in={request for _, request in acts}
    )
    fields = (
        "artifact_id", "request_id", "actor_label", "actor_kind", "actor_id", "via", "message", "created_at",
    )  # fmt: skip
    found: dict[tuple[UUID, str], list[Event]] = {}
    for event in rows.only(*fields):
        assert event.artifact_id
        found.setdefault((event.artifact_id, event.request_id), []).append(event)
    return found
