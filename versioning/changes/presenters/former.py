"""What an Event replaced: the text or configuration that a draft held before it."""

from dataclasses import dataclass

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.diffs import Shown, Text, show_texts
from versioning.versions.presenters.events import Entry, entries
from versioning.versions.services.one_draft import as_rows_are
from versioning.workspaces.models import Event


@dataclass(frozen=True)
class Former:
    """What a rewritten, reverted or deleted draft held before.

    `shown` is what became of it field by field, where its kind compares so.
    """

    entry: Entry
    label: str
    source: str
    message: str
    author: str
    shown: Shown | None = None


def former_text(artifact: Artifact, sequence: int) -> Former | None:
    """What a draft held before the Event of that number rewrote or deleted it."""
    event = Event.objects.of(artifact.pk).filter(sequence=sequence).first()
    former = event.data.get("former") if event else None
    if event is None or not former:
        return None
    (entry,), kind = entries([event], artifact), kind_of(artifact)
    label, source = f"v{event.to_number or event.from_number}", former.get("source", "")
    after = _after(artifact, event) if kind.one_draft else ""
    shown = show_texts(kind, Text("before", source), Text("after", after)) if after else None
    return Former(entry, label, source, former.get("message", ""), former.get("author", ""), shown)


def _after(artifact: Artifact, event: Event) -> str:
    """What the draft held after an Event: what the next one replaced, or what it holds now."""
    later = Event.objects.of(artifact.pk).filter(
        sequence__gt=event.sequence, to_number=event.to_number, data__has_key="former"
    )
    following = later.order_by("sequence").first()
    if following:
        return str(following.data["former"].get("source", ""))
    version = Version.objects.of(artifact).numbered(event.to_number) if event.to_number else None
    return as_rows_are(artifact, version).source if version else ""
