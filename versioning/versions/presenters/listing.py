"""The list of the Versions tab: which of the versions, how many there are, and where it goes on."""

from dataclasses import dataclass
from typing import Any

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import Links, many, named
from versioning.versions.presenters.lanes import RANGES, USUAL
from versioning.versions.presenters.rows import Row, RowMaker
from versioning.versions.presenters.standing import Draft
from versioning.versions.tables import VersionTable
from versioning.workspaces.actor import Actor

PAGE = 30
FOUND, FOUND_IN_TEXT = 1_000, 100  # hits that are counted; beyond them it says "1,000+"
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
        given = query.get("range", "")
        words = query.get("q", "").replace("\0", "").strip()[:200]
        return cls(words, query.get("text") == "1", given if given in RANGES and given != USUAL else "")

    def query(self) -> dict[str, object]:
        """Its part of a query."""
        return {"q": self.words, "text": int(self.in_text) or "", "range": self.range}


def listing(
    actor: Actor,
    artifact: Artifact,
    asked: Filter,
    *,
    before: int | None = None,
    opened: Row | None = None,
    hits: list[int] | None = None,
    draft: Draft | None = None,
) -> dict[str, Any]:
    """The rows from a cursor on, or those round the opened one, and the way to the next.

    `hits` are the numbers that `counts` has found already; `draft` the one draft, where it is known.
    """
    deep = opened and artifact.last_number - opened.number >= PAGE - NEWER
    if opened and deep and before is None and not asked.words:
        before = opened.number + NEWER
    page = _page(artifact, asked, before, hits)
    maker = RowMaker(actor, artifact, words=asked.words, query=asked.query(), draft=draft)
    rows = maker.rows(page[:PAGE])
    links = Links(actor, artifact)
    cursor = page[PAGE - 1].number if len(page) > PAGE else None
    return {
        "asked": asked,
        "words": kind_of(artifact).words,
        "table": VersionTable(_with_opened(rows, opened)),
        "next_url": cursor and links.to("versions", before=cursor, **asked.query()),
        "newest_url": links.to("versions", **asked.query()) if before is not None else None,
        "in_text_url": links.to("versions", **{**asked.query(), "text": 1}),
        "here_url": links.to("versions", **asked.query()),
        "form_url": links.to("versions"),
    }


def counts(artifact: Artifact, asked: Filter) -> dict[str, Any]:
    """How many versions there are, and how many of them were found."""
    total = Version.objects.of(artifact).counted()
    if not asked.words:
        return {"total": total, "count_text": named(total), "hits": None}
    most = FOUND_IN_TEXT if asked.in_text else FOUND
    hits = Version.objects.numbers_found(artifact, asked.words, in_text=asked.in_text, most=most + 1)
    found = f"{most:,}+" if len(hits) > most else f"{len(hits):,}"
    noun = "version" if total == 1 else "versions"
    return {"total": total, "count_text": f"{found} of {many(total)} {noun} found", "hits": hits}


def _page(artifact: Artifact, asked: Filter, before: int | None, hits: list[int] | None) -> list[Version]:
    """One version more than a page has, where there is one."""
    versions = Version.objects.of(artifact).without_text()
    if not asked.words:
        return list(versions.before(before).newest_first()[: PAGE + 1])
    if hits is None or before is not None:
        hits = Version.objects.numbers_found(
            artifact, asked.words, in_text=asked.in_text, most=PAGE + 1, below=before
        )
    found = versions.filter(number__in=hits[: PAGE + 1]).newest_first()
    return list(found.with_snippet(asked.words.split()[0]) if asked.in_text else found)


def _with_opened(rows: list[Row], opened: Row | None) -> list[Row]:
    """The rows with the opened one among them, in its place, also where the search left it out."""
    if opened is None:
        return rows
    others = [row for row in rows if row.number != opened.number]
    return sorted([*others, opened], key=lambda row: -row.number)
