"""A Change in words: "Changed **bio** and **tags**", "Turned off trigger **nightly**"."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from versioning.changes.models import Change, Operation
from versioning.changes.resources import RESOURCES, Resource
from versioning.versions.diff import FieldChange, compare_fields
from versioning.versions.presenters.field_values import in_line

RESTORED = "Restored to "
BEGAN = "As it was when its history began"
LONGEST = 30  # characters of a value that a line still says
NAMED = 3  # paths that a line says; with more it says the fields
SWITCHES = ("enabled", "is_active")
NOTHING = SafeString("")


def said_of(change: Change, *, alone: bool) -> SafeString:
    """What was done. `alone`: the page is about this artifact, whose name then goes without saying.

    `change` comes from `finding.light()`.
    """
    resource = RESOURCES.get(change.resource_type)
    what = _what(resource, change)
    if change.changelog == BEGAN:
        return format_html("Recorded {} as it was when its history began", what)
    if change.changelog.startswith(RESTORED):
        return _restored(change, what)
    if change.operation == Operation.INSERT:
        return format_html("Created {}", what)
    if change.operation == Operation.DELETE:
        return format_html("Deleted {}", what)
    own = alone and resource is not None and not resource.is_part
    return _changed(change, what, of=NOTHING if own else format_html(" of {}", what))


def label_of(change: Change) -> str:
    """What the row was called then; of one that has no name, how its id begins."""
    called: str | None = change.called  # type: ignore[attr-defined]
    return called or str(change.resource_id)[:8]


def _what(resource: Resource | None, change: Change) -> SafeString:
    return format_html("{} <b>{}</b>", resource.noun if resource else change.resource_type, label_of(change))


def _restored(change: Change, what: SafeString) -> SafeString:
    to = change.changelog.removeprefix(RESTORED)
    if change.operation == Operation.DELETE:
        return format_html('Deleted {} <span class="muted">restoring {}</span>', what, to)
    return format_html("Restored {} to {}", what, to)


def _changed(change: Change, what: SafeString, *, of: SafeString) -> SafeString:
    names = change.changed_fields or []
    before, after = change.before, change.after  # type: ignore[attr-defined]
    was: str | None = change.was_called  # type: ignore[attr-defined]
    if names == ["archived_at"]:
        archived = bool((after or {}).get("archived_at"))
        return format_html("Archived {}" if archived else "Took {} out of the archive", what)
    if len(names) == 1 and names[0] in SWITCHES and after:
        return format_html("Turned {} {}", "on" if after.get(names[0]) else "off", what)
    if names == ["name"] and was and was != label_of(change):
        resource = RESOURCES.get(change.resource_type)
        noun = resource.noun if resource else change.resource_type
        return format_html("Renamed {} <b>{}</b> to <b>{}</b>", noun, was, label_of(change))
    inside = _inside(names, before, after) if before and after else []
    if inside:
        return _by_path(inside, of)
    return format_html("Changed {}{}", listed(names), of)


def _inside(names: list[str], before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    """What changed within the fields, where it is little enough for a line."""
    old, new = ({name: side.get(name) for name in names} for side in (before, after))
    found = compare_fields({"agent": old}, {"agent": new})
    return found if len(found) <= NAMED else []


def _by_path(changes: list[FieldChange], of: SafeString) -> SafeString:
    paths = listed([change.path for change in changes])
    kind = changes[0].kind if len({change.kind for change in changes}) == 1 else "changed"
    if kind in ("added", "removed"):
        joined = SafeString(of.replace(" of ", " to " if kind == "added" else " from ", 1))
        return format_html("{} {}{}", "Added" if kind == "added" else "Removed", paths, joined)
    if kind == "moved":
        return format_html("Reordered {}{}", paths, of)
    if len(changes) == 1 and changes[0].credential:
        return format_html("Changed {}{}: secret {}", paths, of, changes[0].credential)
    listed_in = _listed_in(changes[0]) if len(changes) == 1 else None
    if listed_in:
        verb, names, to = listed_in
        return format_html("{} {} {} {}{}", verb, listed(names), to, paths, of)
    if len(changes) == 1 and not changes[0].edits:
        old, new = _short(changes[0].old), _short(changes[0].new)
        if old is not None and new is not None:
            return format_html("Changed {}{} from <b>{}</b> to <b>{}</b>", paths, of, old, new)
    return format_html("Changed {}{}", paths, of)


def _listed_in(change: FieldChange) -> tuple[str, list[str], str] | None:
    """What came into a list of plain values, or went from it, where nothing else became of it."""
    came = [_short(edit.value) for edit in change.edits if edit.old is None]
    gone = [_short(edit.value) for edit in change.edits if edit.new is None]
    values = came or gone
    if (came and gone) or not 0 < len(values) == len(change.edits) <= NAMED or None in values:
        return None
    return "Added" if came else "Removed", [str(value) for value in values], "to" if came else "from"


def _short(value: Any) -> str | None:
    """A plain value that a line can say, None for one that it cannot."""
    if isinstance(value, dict | list) or value in ("", None):
        return None
    line = in_line(value)
    return line if line is not None and len(line) <= LONGEST else None


def listed(names: list[str]) -> SafeString:
    """Names in bold, as a sentence lists them."""
    if not names:
        return SafeString("nothing that is tracked")
    *first, last = [format_html("<b>{}</b>", name) for name in names]
    if not first:
        return last
    return format_html("{} and {}", format_html_join(", ", "{}", ((each,) for each in first)), last)
