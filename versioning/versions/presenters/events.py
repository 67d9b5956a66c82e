"""An Event in plain words: who did what to which version, why, and what it left behind."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from versioning.versions.kinds import Kind, kind_of
from versioning.versions.models import Artifact
from versioning.workspaces.events import MOVES_LIVE, MOVES_STAGING, EventName
from versioning.workspaces.models import Event
from versioning.workspaces.words import brief, section_saved

VIA = {
    "web": "on the pages",
    "rest": "over REST",
    "mcp": "over MCP",
    "admin": "in the admin",
    "command": "by a command",
}
ICONS = {
    EventName.VERSION_CREATED: "plus", EventName.VERSION_UPDATED: "edit", EventName.VERSION_DELETED: "trash",
    EventName.VERSION_PUBLISHED: "up", EventName.VERSION_ROLLED_BACK: "rollback",
    EventName.VERSION_UNPUBLISHED: "close", EventName.STAGING_SET: "staging",
    EventName.STAGING_CLEARED: "staging", EventName.ARTIFACT_IMPORTED: "stack",
    EventName.ARTIFACT_ARCHIVED: "archive", EventName.ARTIFACT_UNARCHIVED: "archive",
    EventName.VERSION_LOCKED: "lock", EventName.VERSION_REVERTED: "undo",
    EventName.CONNECTOR_CREATED: "plus", EventName.CONNECTOR_CHANGED: "edit",
    EventName.CONNECTOR_REMOVED: "trash",
}  # fmt: skip


@dataclass
class Entry:
    """One line of the history."""

    event: Event
    did: SafeString
    icon: str
    via: str
    moves: bool  # whether it changed what is served
    new_day: date | None = None
    former_url: str = ""
    compare_url: str = ""
    version_url: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def entries(events: Iterable[Event], artifact: Artifact) -> list[Entry]:
    """The lines of some events."""
    kind = kind_of(artifact)
    return [
        Entry(
            event=event, did=sentence(event, kind), icon=ICONS.get(EventName(event.name), "info"),
            via=VIA.get(event.via, event.via), moves=event.name in (*MOVES_LIVE, *MOVES_STAGING),
            changes=changes_of(brief(event).get("changes")),
        )
        for event in events
    ]  # fmt: skip


def sentence(event: Event, kind: Kind) -> SafeString:
    """What was done, to follow the name of who did it: "promoted v8 (was v5)"."""
    name = EventName(event.name)
    said = _SAID.get(name)
    if said:
        return said(event)
    if name == EventName.VERSION_PUBLISHED:
        return _moved(kind.words.published)(event)
    if name in (EventName.ARTIFACT_CREATED, EventName.ARTIFACT_ARCHIVED, EventName.ARTIFACT_UNARCHIVED):
        return format_html("{} this {}", name.label, kind.noun)
    return format_html("{}", name.label)


def _was(event: Event) -> str:
    if event.from_number is None:
        return "nothing was live" if event.name == EventName.VERSION_PUBLISHED else "it was not set"
    return f"was v{event.from_number}"


def _saved(event: Event) -> SafeString:
    if event.from_number is None:
        return format_html("saved <b>v{}</b>", event.to_number)
    return format_html("saved <b>v{}</b>, written from v{}", event.to_number, event.from_number)


def _moved(words: str) -> Callable[[Event], SafeString]:
    return lambda event: format_html("{} <b>v{}</b> ({})", words, event.to_number, _was(event))


def _left(words: str) -> Callable[[Event], SafeString]:
    return lambda event: format_html("{} <b>v{}</b>", words, event.from_number)


def _updated(event: Event) -> SafeString:
    """A draft that was rewritten whole, or a section of it."""
    section = section_saved(brief(event))
    if section:
        return format_html("{} <b>v{}</b>", section, event.to_number)
    return format_html("rewrote the draft <b>v{}</b>", event.from_number)


_SAID: dict[EventName, Callable[[Event], SafeString]] = {
    EventName.VERSION_CREATED: _saved,
    EventName.VERSION_UPDATED: _updated,
    EventName.VERSION_LOCKED: lambda event: format_html("locked <b>v{}</b>", event.to_number),
    EventName.VERSION_REVERTED: lambda event: format_html(
        "reverted the draft <b>v{}</b> to v{}", event.to_number, event.from_number
    ),
    EventName.VERSION_DELETED: _left("deleted the draft"),
    EventName.VERSION_ROLLED_BACK: _moved("rolled back to"),
    EventName.VERSION_UNPUBLISHED: _left("unpublished"),
    EventName.STAGING_SET: _moved("set staging to"),
    EventName.STAGING_CLEARED: lambda event: format_html("cleared staging (was v{})", event.from_number),
    EventName.ARTIFACT_IMPORTED: lambda event: format_html(
        "imported <b>v{}</b> to <b>v{}</b>", event.from_number, event.to_number
    ),
}


def changes_of(changes: Any) -> list[tuple[str, str, str]]:
    """What was renamed or described anew: the field, its words before, its words after."""
    if not isinstance(changes, dict):
        return []
    return [(name, _said(was.get("from")), _said(was.get("to"))) for name, was in changes.items()]


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
