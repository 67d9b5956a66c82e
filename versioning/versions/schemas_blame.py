"""What programs read about blame, whatever the kind of artifact."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from ninja import Field, Schema

from versioning.versions.blame import Came
from versioning.versions.diff.trace import Run
from versioning.versions.presenters.header import Links

Exact = Field(description="false: it came with this version or an older one; further back was not looked.")


class CameOut(Schema):
    """A version that something came with."""

    number: int = Field(examples=[3])
    label: str = Field(examples=["v3"])
    author: str = Field(examples=["Mina"])
    message: str = Field(examples=["Shorter greeting"])
    at: datetime
    draft: bool
    written_from: int | None = Field(description="Its forerunner; null for the first.", examples=[2])
    url: str = Field(description="The page of what it changed.")

    @classmethod
    def of(cls, links: Links, came: Came) -> "CameOut":
        """A version as programs read it."""
        before = came.forerunner
        page = links.to("compare", before, came.number) if before else links.to("version", came.number)
        return cls(
            number=came.number, label=came.label, author=came.author, message=came.message, at=came.at,
            draft=came.draft, written_from=before, url=settings.PUBLIC_URL + page,
        )  # fmt: skip


class RunOut(Schema):
    """Lines that follow each other and came with one version. The texts of all runs are the whole text."""

    line: int = Field(description="The first of them, counted from 1.", examples=[1])
    lines: int = Field(description="How many.", examples=[4])
    version: int = Field(examples=[3])
    exact: bool = Exact
    text: str = Field(description="The lines with their line ends.")

    @classmethod
    def of(cls, run: Run, lines: Sequence[str]) -> "RunOut":
        """A run, of a text that was cut into lines with their ends."""
        return cls(
            line=run.first + 1, lines=run.size, version=run.origin.number, exact=run.origin.exact,
            text="".join(lines[run.first : run.first + run.size]),
        )  # fmt: skip


class BlameOut(Schema):
    """Which version each line of a text came with."""

    number: int = Field(examples=[8])
    label: str = Field(examples=["v8"])
    runs: list[RunOut]
    versions: list[CameOut] = Field(description="Those that the runs name, newest first.")


def came_out(links: Links, came: Iterable[Came]) -> list[CameOut]:
    """The versions as programs read them, newest first."""
    return [CameOut.of(links, each) for each in sorted(came, key=lambda each: -each.number)]


def cut(text: str) -> list[str]:
    r"""A text as lines with their ends: cut at '\n' alone, as it is compared."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])
