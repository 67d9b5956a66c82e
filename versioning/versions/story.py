"""How the history of a demo artifact is written down, in a file named like its slug.

    name: …        description: …        tags: a, b
    @ 12w Tue 08:40 mina saves: the message
    the text; or, for each thing that changed,
    <<<
    what was there
    ===
    what is there now
    >>>
    @ 5w Fri 16:37 priya rolls back to v4: the reason

A moment is told from today: `12w Tue 08:40` is the Tuesday of the week twelve weeks ago, UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ACT = re.compile(r"@ (\d+w \w{3} \d\d:\d\d) (\w+) ([a-z][a-z ]*?)(?: v(\d+))?(?:: (.+))?")
EDIT = re.compile(r"^<<<\n(.*?)\n===\n(.*?)\n>>>$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One act of one person. `body` is a text, or the edits that make it of the former one."""

    when: str
    who: str
    verb: str
    number: int
    words: str
    body: str

    def at(self, now: datetime) -> datetime:
        """When it happened, seen from `now`."""
        weeks, day, clock = self.when.split()
        today = now.astimezone(UTC).date()
        monday = today - timedelta(days=today.weekday(), weeks=int(weeks.removesuffix("w")))
        time = datetime.strptime(clock, "%H:%M").time()
        return datetime.combine(monday + timedelta(days=WEEKDAYS.index(day)), time, UTC)

    def text(self, former: str) -> str:
        """The text that this step leaves. An edit that does not fit exactly once is a mistake."""
        edits = EDIT.findall(self.body)
        if not edits:
            return self.body + "\n"
        for old, new in edits:
            if former.count(old) != 1:
                raise ValueError(f"{self.when}: {old!r} occurs {former.count(old)} times")
            former = former.replace(old, new)
        return former


@dataclass(frozen=True)
class Story:
    """An artifact and its life: its slug, the words at the head of its file, its steps."""

    slug: str
    words: dict[str, str]
    steps: list[Step]

    @property
    def tags(self) -> list[str]:
        """Its tags one by one."""
        return self.words["tags"].split(", ")


def stories_in(folder: Path) -> list[Story]:
    """All stories that lie in a folder."""
    return [read(file) for file in sorted(folder.glob("*.txt"))]


def read(file: Path) -> Story:
    """The story that a file tells."""
    head, *acts = re.split(r"^(?=@ )", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    words = dict(line.split(": ", 1) for line in head.splitlines() if line and not line.startswith("#"))
    return Story(slug=file.stem, words=words, steps=[_step(act) for act in acts])


def _step(act: str) -> Step:
    first, _, body = act.partition("\n")
    found = ACT.fullmatch(first)
    if found is None:
        raise ValueError(f"no act: {first}")
    when, who, verb, number, words = found.groups()
    return Step(when, who, verb, int(number or 0), words or "", body.strip("\n"))
