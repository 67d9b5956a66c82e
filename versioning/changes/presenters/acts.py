"""An Event as a timeline tells it: "Published v8, before: v5", with the chips of the screens."""

from collections.abc import Callable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from versioning.versions.presenters.events import ICONS
from versioning.workspaces.events import EventName as E
from versioning.workspaces.models import Event
from versioning.workspaces.words import brief, did, section_saved

MORE_ICONS = {E.RESOURCE_RESTORED: "undo", E.SNAPSHOT_RESTORED: "undo", E.ARTIFACT_CREATED: "plus"}
LOCK = mark_safe('<svg class="icon" aria-hidden="true"><use href="#i-lock"/></svg>')
NOTHING = SafeString("")
CONNECTORS = (E.CONNECTOR_CREATED, E.CONNECTOR_CHANGED, E.CONNECTOR_REMOVED)  # their message is a name


def icon_of(event: Event) -> str:
    """The icon of an act."""
    name = E(event.name)
    return ICONS.get(name) or MORE_ICONS.get(name, "info")


def said_of(event: Event, *, published: str, noun: str) -> SafeString:
    """What was done. `published` is the word of the artifact's kind, `noun` how it is called."""
    name = E(event.name)
    if name == E.VERSION_PUBLISHED:
        return format_html("{} {} {}", published.capitalize(), _chip("live", event.to_number), _was(event))
    if name in (E.ARTIFACT_CREATED, E.ARTIFACT_ARCHIVED, E.ARTIFACT_UNARCHIVED):
        return format_html("{} the {}", name.label.capitalize(), noun)
    return _SAID[name](event) if name in _SAID else _plain(event)


def _chip(status: str, number: int | None) -> SafeString:
    inside = format_html("{}v{}", LOCK, number) if status == "locked" else format_html("<b>v{}</b>", number)
    return format_html('<span class="chip {}">{}</span>', status, inside)


def _was(event: Event) -> SafeString:
    if event.from_number is None:
        return _muted("before: not set" if event.name == E.STAGING_SET else "before: nothing")
    return _muted(f"before: v{event.from_number}")


def _muted(words: str) -> SafeString:
    return format_html('<span class="muted">{}</span>', words)


def _saved(event: Event) -> SafeString:
    from_number = event.from_number
    return format_html("Saved <b>v{}</b> {}", event.to_number,
                       _muted(f"written from v{from_number}") if from_number else NOTHING)  # fmt: skip


def _updated(event: Event) -> SafeString:
    section = section_saved(brief(event))
    if section:
        return format_html("{} the draft <b>v{}</b>", section.capitalize(), event.to_number)
    return format_html("Rewrote the draft <b>v{}</b>", event.from_number)


def _locked(event: Event) -> SafeString:
    opened = brief(event).get("opened")
    after = format_html(" and opened draft v{}", opened) if opened else NOTHING
    return format_html("Locked {}{}", _chip("locked", event.to_number), after)


def _connector(words: str) -> Callable[[Event], SafeString]:
    return lambda event: format_html("{} connector <b>{}</b>", words, event.message)


def _plain(event: Event) -> SafeString:
    words = did(event)
    return format_html("{}", words[:1].upper() + words[1:])


_SAID: dict[E, Callable[[Event], SafeString]] = {
    E.VERSION_CREATED: _saved,
    E.VERSION_UPDATED: _updated,
    E.VERSION_LOCKED: _locked,
    E.VERSION_REVERTED: lambda event: format_html(
        "Reverted the draft <b>v{}</b> to <b>v{}</b>", event.to_number, event.from_number
    ),
    E.VERSION_DELETED: lambda event: format_html("Deleted the draft <b>v{}</b>", event.from_number),
    E.VERSION_ROLLED_BACK: lambda event: format_html(
        "Rolled back to {} {}", _chip("live", event.to_number), _was(event)
    ),
    E.VERSION_UNPUBLISHED: lambda event: format_html(
        "Unpublished <b>v{}</b> {}", event.from_number, _muted("nothing is live from then on")
    ),
    E.STAGING_SET: lambda event: format_html(
        "Set staging to {} {}", _chip("staging", event.to_number), _was(event)
    ),
    E.STAGING_CLEARED: lambda event: format_html("Cleared staging {}", _was(event)),
    E.ARTIFACT_IMPORTED: lambda event: format_html(
        "Imported <b>v{}</b> to <b>v{}</b>", event.from_number, event.to_number
    ),
    E.RESOURCE_RESTORED: lambda event: format_html(
        "Restored the {} to version {}", str(brief(event).get("resource_type", "resource")).replace("_", " "),
        brief(event).get("version"),
    ),
    E.SNAPSHOT_RESTORED: lambda event: format_html(
        "Restored <b>snapshot {}</b> into the draft", brief(event).get("snapshot")
    ),
    E.CONNECTOR_CREATED: _connector("Created"),
    E.CONNECTOR_CHANGED: _connector("Changed"),
    E.CONNECTOR_REMOVED: _connector("Removed"),
}  # fmt: skip
