"""The list of the Versions tab: which of the versions, how many there are, and where it goes on."""

from dataclasses import dataclass
from typing import Any

from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import Links, many, named
from versioning.versions.presenters.rows import Row, RowMaker
from versioning.versions.querysets import COUNTED
from versioning.versions.tables import VersionTable
from versioning.workspaces.actor import Actor

PAGE = 30
NEWER = 6  # rows shown above a version that lies deep in the history


@dataclass(frozen=True)
class Filter:
    """What the tab's URL asks for."""

    words: str = ""
    in_text: bool = False
    range: str = ""

    @classmethod
    def of(cls, query: Any) -> "Filter":
        """From a query; a NUL cannot be searched for."""
        words = query.get("q", "").replace("\0", "").strip()[:200]
        return cls(words, query.get("text") == "1", query.get("range", "")[:4])

    def query(self) -> dict[str, object]:
        """Its part of a query."""
        return {"q": self.words, "text": int(self.in_text) or "", "range": self.range}


def listing(
    actor: Actor, artifact: Artifact, asked: Filter, *, before: int | None = None, opened: Row | None = None
) -> dict[str, Any]:
    """The rows from a cursor on, or those round the opened one, and the way to the next."""
    if opened and before is None and artifact.last_number - opened.number >= PAGE - NEWER:
        before = opened.number + NEWER
    found = Version.objects.of(artifact).without_text()
    if asked.words:
        found = found.search(artifact, asked.words, in_text=asked.in_text)
        if asked.in_text:
            found = found.with_snippet(asked.words.split()[0])
    page = list(found.before(before).newest_first()[: PAGE + 1])
    rows = RowMaker(actor, artifact, words=asked.words, query=asked.query()).rows(page[:PAGE])
    links = Links(actor, artifact)
    return {
        "asked": asked,
        "table": VersionTable(_with_opened(rows, opened)),
        "next_url": links.to("versions", before=page[PAGE - 1].number, **asked.query())
        if len(page) > PAGE else None,
        "newest_url": links.to("versions", **asked.query()) if before is not None else None,
        "in_text_url": links.to("versions", **{**asked.query(), "text": 1}),
        "form_url": links.to("versions"),
    }  # fmt: skip


def counts(artifact: Artifact, asked: Filter) -> dict[str, Any]:
    """How many versions there are, and how many of them were found."""
    versions = Version.objects.of(artifact)
    total = versions.counted()
    if not asked.words:
        return {"total": total, "count_text": named(total)}
    found = versions.search(artifact, asked.words, in_text=asked.in_text).counted()
    of = f"{many(found)} of {many(total)}" if total <= COUNTED else many(found)
    return {"total": total, "count_text": f"{of} versions found"}


def _with_opened(rows: list[Row], opened: Row | None) -> list[Row]:
    """The rows with the opened one among them, in its place, also where the search left it out."""
    if opened is None:
        return rows
    others = [row for row in rows if row.number != opened.number]
    return sorted([*others, opened], key=lambda row: -row.number)
