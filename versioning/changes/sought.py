"""What a program's query of a timeline asks for, in the words of the pages' own filters."""

from dataclasses import replace
from uuid import UUID

from versioning.changes.finding import Sought
from versioning.changes.presenters.asked import ACTS, PROGRAMS, Asked
from versioning.changes.resources import RESOURCES
from versioning.changes.schemas import HistoryQuery
from versioning.lib.errors import DomainError
from versioning.versions.models import Artifact
from versioning.versions.moments import moment
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName


def sought_by(actor: Actor, query: HistoryQuery, artifact: Artifact | None) -> Sought:
    """Which entries a query wants. What names nothing is refused. Error: `invalid`."""
    _check(query)
    asked = Asked(
        resource=query.resource_type, act=query.act if query.act in ACTS else "", who=query.changed_by,
        words=query.q.replace("\0", ""),
    )  # fmt: skip
    sought = replace(
        asked.sought(actor, artifact),
        since=moment(query.since, "from") if query.since else None,
        until=moment(query.until, "to") if query.until else None,
    )
    if query.act in EventName.values:
        sought = replace(sought, changes=False, names=(query.act,))
    return sought if query.include == "events" else replace(sought, events=False)


def _check(query: HistoryQuery) -> None:
    if query.resource_type and query.resource_type not in RESOURCES:
        _refuse("resource_type", f"A resource_type is one of {', '.join(RESOURCES)}.")
    if query.act and query.act not in ACTS and query.act not in EventName.values:
        _refuse("act", f"An act is one of {', '.join(ACTS)}, or the name of an Event.")
    if query.act and query.include != "events" and not (query.act in ACTS and ACTS[query.act][1]):
        _refuse("include", f"Only Events are '{query.act}': send include=events.")
    if query.changed_by and query.changed_by not in PROGRAMS and not _is_id(query.changed_by):
        _refuse("changed_by", f"Send the id of a person, or one of {', '.join(PROGRAMS)}.")


def _refuse(field: str, title: str) -> None:
    raise DomainError("invalid", title, field=field)


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False
