"""A diff as pages show it: what it compares, in which layout, and where its controls lead."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from versioning.versions.diff import Diff, compare_safely
from versioning.versions.kinds import Change, Kind, kind_of
from versioning.versions.models import Artifact, Status, Version
from versioning.versions.presenters.fields import Fields, show_fields
from versioning.versions.presenters.header import Links, chips
from versioning.versions.presenters.look import Look
from versioning.versions.presenters.parts import Part, parts_of
from versioning.versions.services.one_draft import as_rows_are
from versioning.workspaces.actor import Actor

EMPTY = compare_safely("", "")
NEAREST = 8  # versions on each side that the picker names


@dataclass(frozen=True)
class Fact:
    """Words and the moment that they speak of: "live since", 22 Sep."""

    words: str
    at: datetime | None = None

    @property
    def day(self) -> str:
        """Its date, with the year where that is not this one."""
        if self.at is None:
            return ""
        at = self.at.astimezone(UTC)
        year = "" if at.year == timezone.now().year else f" {at.year}"
        return f"{at.day} {at:%b}{year}"


@dataclass
class Shown:
    """One diff on a page. `old` is None where there is nothing to compare with.

    Where its kind compares field by field, `fields` is what changed, and `diff` compares nothing.
    """

    old: Version | None
    new: Version
    diff: Diff
    look: Look
    changes: list[Change]
    links: dict[str, str]
    target: str
    hidden: list[tuple[str, object]]
    old_facts: list[Fact] = field(default_factory=list)
    new_facts: list[Fact] = field(default_factory=list)
    old_chips: list[str] = field(default_factory=list)
    new_chips: list[str] = field(default_factory=list)
    picks: list[tuple[int, str]] = field(default_factory=list)
    problem: str = ""
    marks: Any = None
    fields: Fields | None = None
    noun: str = "text"

    @property
    def label(self) -> str:
        """What it compares, in words."""
        if self.old:
            return f"{self.old.label} compared with {self.new.label}"
        return f"The {self.noun} of {self.new.label}"

    @property
    def pair(self) -> str:
        """The pair as its link says it."""
        return f"{self.old.label}…{self.new.label}" if self.old else self.new.label

    @property
    def same(self) -> bool:
        """Whether both sides are equal."""
        if self.fields:
            return not self.fields.count
        return not (self.diff.added or self.diff.removed)

    @property
    def size(self) -> str:
        """What the step does: "3 places, 120 characters longer", "5 fields changed in 3 sections"."""
        if self.fields:
            return self.fields.size
        places = f"{self.diff.places:,} place" + ("" if self.diff.places == 1 else "s")
        grown = len(self.new.source) - len(self.old.source if self.old else "")
        if not grown:
            return places
        noun = "character" if abs(grown) == 1 else "characters"
        return f"{places}, {abs(grown):,} {noun} {'longer' if grown > 0 else 'shorter'}"

    def parts(self) -> Iterator[Part]:
        """The pieces of the text diff, in order."""
        return parts_of(self.diff, self.look, self.marks)


def show(
    actor: Actor, artifact: Artifact, old: Version | None, new: Version, look: Look,
    *, page: tuple[str, *tuple[int, ...]], target: str, query: dict[str, object] | None = None,
) -> Shown:  # fmt: skip
    """Compare two versions for a page. `page` names it (its links lead back there), with its `query`.

    `target` is the element that its controls swap by htmx. With nothing to compare with, the text stands
    alone, as added.
    """
    if old is None:
        look = look.in_one_column()
    before = old.source if old else ""
    kind = kind_of(artifact)
    fields = _fields(kind, old, new, look)
    return Shown(
        old=old, new=new, diff=compare_safely(before, new.source) if fields is None else EMPTY, look=look,
        fields=fields, noun=kind.words.source,
        changes=kind.changes(before, new.source), marks=kind.marks,
        old_facts=facts(actor, artifact, old) if old else [], new_facts=facts(actor, artifact, new),
        old_chips=chips(actor, artifact, old) if old else [], new_chips=chips(actor, artifact, new),
        target=target, hidden=_hidden(query or {}, look),
        links=_links(Links(actor, artifact), old, new, look, page, query or {}),
    )  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A source with its name, in the place of a version."""

    label: str
    source: str


def show_texts(kind: Kind, old: Text, new: Text) -> Shown:
    """The diff of two sources that are no versions, for templates/versions/diff.html.

    It has no links: what is folded is in the page, and whitespace is shown where it is what changed.
    """
    pair: dict[str, Any] = {"old": old, "new": new}
    after = kind.fields(new.source)
    if after is None:
        diff, fields = compare_safely(old.source, new.source), None
    else:
        diff, fields = EMPTY, show_fields(kind.fields(old.source), after, Look(whole=True))
    return Shown(
        **pair, diff=diff, look=Look(whitespace=diff.hidden, whole=True), changes=[], links={}, target="",
        hidden=[], marks=kind.marks, fields=fields, noun=kind.words.source,
    )  # fmt: skip


def _fields(kind: Kind, old: Version | None, new: Version, look: Look) -> Fields | None:
    """What changed field by field, where the kind compares so."""
    after = kind.fields(new.source)
    if after is None:
        return None
    return show_fields(kind.fields(old.source) if old else None, after, look)


def _links(
    links: Links,
    old: Version | None,
    new: Version,
    look: Look,
    page: tuple[Any, ...],
    query: dict[str, object],
) -> dict[str, str]:
    """Where the controls of a diff lead: the same page, looked at otherwise."""
    name, *numbers = page
    now = {**query, **look.query()}
    found = {
        "here": links.to(name, *numbers, **now),
        "form": links.to(name, *numbers),
        "split": links.to(name, *numbers, **{**now, "layout": ""}),
        "unified": links.to(name, *numbers, **{**now, "layout": "unified"}),
        "whitespace": links.to(name, *numbers, **{**now, "ws": "" if look.whitespace else 1}),
        "whole": links.to(name, *numbers, **{**now, "whole": 1}),
    }
    found["blame"] = links.to("blame", new.number)
    if old is not None:
        found["pair"] = links.to("compare", old.number, new.number, **look.query())
        found["swapped"] = links.to("compare", new.number, old.number, **look.query())
    return found


def _hidden(query: dict[str, object], look: Look) -> list[tuple[str, object]]:
    """What the picker's form carries along."""
    kept = {**query, **look.query()}
    return [(name, value) for name, value in kept.items() if value and name != "base"]


def base_of(artifact: Artifact, version: Version, asked: int | None) -> tuple[Version | None, str]:
    """What a version is compared with: what was asked for, else live, else the version before it.

    Beside it the words where there is no version of the number that was asked for.
    """
    versions = Version.objects.of(artifact)
    problem = ""
    if asked:
        found = versions.numbered(asked)
        if found:
            return as_rows_are(artifact, found), ""
        problem = f"There is no v{asked}."
    if artifact.live and artifact.live_id != version.pk:
        return live_of(artifact), problem
    return versions.before(version.number).newest_first().first(), problem


def live_of(artifact: Artifact) -> Version | None:
    """What is live, with its source as it is served: what a live draft names stays on its numbers."""
    return Version.objects.of(artifact).numbered(artifact.live.number) if artifact.live else None


def picks_for(actor: Actor, artifact: Artifact, number: int, chosen: int | None) -> list[tuple[int, str]]:
    """What the picker of a base names: live, previous and staging first, then the nearest numbers."""
    near = Version.objects.of(artifact).around(number, NEAREST)
    found: dict[int, str] = {}
    if artifact.live and artifact.live.number != number:
        found[artifact.live.number] = "live "
    previous = next((other for other in near if other < number), None)
    if previous:
        found.setdefault(previous, "previous ")
    if artifact.staging and artifact.staging.number != number and actor.workspace.staging_enabled:
        found.setdefault(artifact.staging.number, "staging ")
    for other in [*near, *([chosen] if chosen and chosen != number else [])]:
        found.setdefault(other, "")
    return [(other, f"{word}v{other}") for other, word in found.items()]


def facts(actor: Actor, artifact: Artifact, version: Version) -> list[Fact]:
    """Since when a version is where it is, in words."""
    found: list[Fact] = []
    status, kind = version.status_in(artifact), kind_of(artifact)
    if status == Status.LIVE:
        found.append(Fact("live since", artifact.live_since))
    if artifact.staging_id == version.pk and actor.workspace.staging_enabled:
        found.append(Fact("on staging since", artifact.staging_since))
    if status == Status.RETIRED:
        found.append(Fact(f"{kind.words.frozen} on", version.locked_at))
    if status == Status.DRAFT and not kind.one_draft:
        found.append(Fact("never live"))
    return found
