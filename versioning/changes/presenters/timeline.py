"""The timeline of an artifact or a workspace: its filters, its lines, how many there are, and the way on."""

from typing import Any

from django.utils import timezone

from versioning.changes.finding import COUNTED, COUNTED_FOUND, LAST, Place, Sought, counted
from versioning.changes.models import Change
from versioning.changes.presenters.asked import Asked, filters
from versioning.changes.presenters.opened import line_of
from versioning.changes.presenters.stream import Hits, Line, hits_of, page_of
from versioning.changes.resources import RESOURCES
from versioning.lib.zones import zone_word
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor


class Timeline:
    """One timeline, as one URL asks for it. `artifact` None: the workspace's."""

    def __init__(self, actor: Actor, artifact: Artifact | None, asked: Asked, path: str):
        self.actor, self.artifact, self.asked, self.path = actor, artifact, asked, path
        self.sought = asked.sought(actor, artifact)

    def rows(self, after: Place | None = None, hits: Hits | None = None) -> dict[str, Any]:
        """Some lines, and the way to the next."""
        page = page_of(self.actor, self.sought, self.asked, self.path, after=after, hits=hits)
        return {
            "lines": page.lines, "today": timezone.localdate(), "whole": self.artifact is None,
            "next_url": self.asked.to(self.path, before=page.next) if page.next else None,
            "newest_url": self.asked.to(self.path) if after else None,
            "form_url": self.path, "clear_url": self.path,
        }  # fmt: skip

    def row(self, change: Change, *, opened: bool) -> Line:
        """The line of one Change alone."""
        return line_of(self.actor, change, self.artifact, self.asked, self.path, opened=opened)

    def found(self, after: Place | None = None) -> dict[str, Any]:
        """The stream with its filters and counts."""
        offered = filters(self.actor, self.artifact, self.asked, self.path)
        hits = None if self.sought.everything else hits_of(self.actor, self.sought)
        zone = {"zone": zone_word(timezone.now())}
        return offered | zone | self._counts(hits) | self.rows(after, None if after else hits) | self._only()

    def around(self, change: Change) -> dict[str, Any]:
        """The stream with one Change open; one that is not on the first page begins a page of its own."""
        line = self.row(change, opened=True)
        found = self.found()
        if all(one.key != line.key for one in found["lines"]):
            found |= self.rows(Place(change.created_at, 0, change.version, LAST))
        found["lines"] = _with(found["lines"], line)
        return found

    def _counts(self, hits: Hits | None) -> dict[str, Any]:
        total = counted(self.actor, Sought(self.artifact))
        words = f"{many(total, COUNTED)} {'entry' if total == 1 else 'entries'}"
        if hits:
            words = f"{many(hits.count, COUNTED_FOUND)} of {words} found"
        return {"total": many(total, COUNTED), "count_text": words, "nothing": not total}

    def _only(self) -> dict[str, str]:
        """The one row that is asked for, in words, and the way back to all."""
        if not self.sought.resource:
            return {}
        rows = Change.objects.in_workspace(self.actor).filter(resource_id=self.sought.resource)
        last = rows.order_by("-resource_type", "-version").first()  # as its index goes
        resource = RESOURCES.get(last.resource_type) if last else None
        words = "this row"
        if last and resource:
            words = f"{resource.noun} {resource.label(last.data_after or last.data_before or {})}"
        return {"only": words, "all_url": self.asked.to(self.path, resource="")}


def many(count: int, most: int) -> str:
    """A count as it is read; what was not counted to its end says so."""
    return f"{most:,}+" if count > most else f"{count:,}"


def _with(lines: list[Line], opened: Line) -> list[Line]:
    """The lines with the open one in its place, or before them where they leave it out."""
    found = []
    for line in lines:
        if line.key == opened.key:
            opened.new_day = line.new_day
            line = opened
        found.append(line)
    return found if opened in found else [opened, *found]
