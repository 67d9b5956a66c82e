"""A diff as pages show it: what it compares, in which layout, and where its controls lead."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from versioning.versions.diff import Block, Diff, compare_safely
from versioning.versions.kinds import Change, kind_of
from versioning.versions.models import Artifact, Status, Version
from versioning.versions.presenters import lines
from versioning.versions.presenters.header import Links, chips
from versioning.versions.services.one_draft import as_rows_are
from versioning.workspaces.actor import Actor

MOST_FOLDED = 4_000  # lines that stay folded in the page; more of them are asked for
NEAREST = 8  # versions on each side that the picker names


@dataclass(frozen=True)
class Look:
    """How a diff is shown, as its URL says it."""

    layout: str = "split"
    whitespace: bool = False
    whole: bool = False

    @classmethod
    def of(cls, query: Any) -> "Look":
        """The look that a query asks for; what it does not know is as usual."""
        layout = "unified" if query.get("layout") == "unified" else "split"
        return cls(layout, query.get("ws") == "1", query.get("whole") == "1")

    def query(self) -> dict[str, object]:
        """Its part of a query; what is as usual says nothing."""
        layout = "unified" if self.layout == "unified" else ""
        return {"layout": layout, "ws": int(self.whitespace) or "", "whole": int(self.whole) or ""}


@dataclass(frozen=True)
class Part:
    """A piece of the page: a table of rows, or a run that stays folded."""

    html: SafeString | str
    folded: bool = False
    first: int = 0
    last: int = 0
    size: int = 0


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
    """One diff on a page. `old` is None where there is nothing to compare with."""

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

    @property
    def label(self) -> str:
        """What it compares, in words."""
        return (
            f"{self.old.label} compared with {self.new.label}"
            if self.old
            else f"The text of {self.new.label}"
        )

    @property
    def pair(self) -> str:
        """The pair as its link says it."""
        return f"{self.old.label}…{self.new.label}" if self.old else self.new.label

    @property
    def same(self) -> bool:
        """Whether the texts are equal."""
        return not (self.diff.added or self.diff.removed)

    @property
    def size(self) -> str:
        """What the step does to the text: "3 places, 120 characters longer"."""
        places = f"{self.diff.places:,} place" + ("" if self.diff.places == 1 else "s")
        grown = len(self.new.source) - len(self.old.source if self.old else "")
        if not grown:
            return places
        noun = "character" if abs(grown) == 1 else "characters"
        return f"{places}, {abs(grown):,} {noun} {'longer' if grown > 0 else 'shorter'}"

    def parts(self) -> Iterator[Part]:
        """The pieces in order; runs that follow each other share a table."""
        run: list[Block] = []
        for block in self.diff.blocks:
            if block.kind != "fold":
                run.append(block)
                continue
            if run:
                yield Part(self._table(run))
            run = []
            kept = self.look.whole or block.size <= MOST_FOLDED
            yield Part(self._table([block]) if kept else "", True, block.first, block.last, block.size)
        if run:
            yield Part(self._table(run))

    def _table(self, blocks: list[Block]) -> SafeString:
        html = lines.table(blocks, layout=self.look.layout, whitespace=self.look.whitespace, marks=self.marks)
        return mark_safe(html)  # noqa: S308  lines.py escapes every piece


def show(
    actor: Actor, artifact: Artifact, old: Version | None, new: Version, look: Look,
    *, page: tuple[str, *tuple[int, ...]], target: str, query: dict[str, object] | None = None,
) -> Shown:  # fmt: skip
    """Compare two versions for a page. `page` names it (its links lead back there), with its `query`.

    `target` is the element that its controls swap by htmx. With nothing to compare with, the text stands
    alone, as added.
    """
    if old is None:
        look = Look("unified", look.whitespace, look.whole)
    before = old.source if old else ""
    kind = kind_of(artifact)
    return Shown(
        old=old, new=new, diff=compare_safely(before, new.source), look=look,
        changes=kind.changes(before, new.source), marks=kind.marks,
        old_facts=facts(actor, artifact, old) if old else [], new_facts=facts(actor, artifact, new),
        old_chips=chips(actor, artifact, old) if old else [], new_chips=chips(actor, artifact, new),
        target=target, hidden=_hidden(query or {}, look),
        links=_links(Links(actor, artifact), old, new, look, page, query or {}),
    )  # fmt: skip


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
        return versions.numbered(artifact.live.number), problem
    return versions.before(version.number).newest_first().first(), problem


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
    status = version.status_in(artifact)
    if status == Status.LIVE:
        found.append(Fact("live since", artifact.live_since))
    if artifact.staging_id == version.pk and actor.workspace.staging_enabled:
        found.append(Fact("on staging since", artifact.staging_since))
    if status == Status.RETIRED:
        found.append(Fact("frozen on", version.locked_at))
    if status == Status.DRAFT:
        found.append(Fact("never live"))
    return found
