"""What the URL of a timeline asks for, and the choices that its filters offer.

`resource` is a type, `lifecycle`, or the id of one row; `who` a person's id, `program` or `login`.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from versioning.changes.finding import Sought, Word
from versioning.changes.models import Operation
from versioning.changes.resources import RESOURCES, Resource
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.versions.querysets import contains
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import MOVES_LIVE, MOVES_STAGING, EventName
from versioning.workspaces.models import Event, Member, User
from versioning.workspaces.subjects import subjects
from versioning.workspaces.words import SPOKEN as SAID

LIFECYCLE = "lifecycle"
WORDS = 10  # of a search
NAMED = 1_000  # people or artifacts that one word names
# What an act means: the operation of a Change, and the names of Events.
ACTS: dict[str, tuple[str, str, tuple[EventName, ...]]] = {
    "created": ("Created", Operation.INSERT, (EventName.ARTIFACT_CREATED, EventName.ARTIFACT_IMPORTED)),
    "changed": ("Changed", Operation.UPDATE, (EventName.ARTIFACT_CHANGED,)),
    "deleted": ("Deleted", Operation.DELETE, ()),
    "restored": ("Restored", "RESTORED", (EventName.RESOURCE_RESTORED, EventName.SNAPSHOT_RESTORED)),
    "live": ("Live", "", MOVES_LIVE),
    "staging": ("Staging", "", MOVES_STAGING),
    "drafts": (
        "Drafts", "",
        (
            EventName.VERSION_CREATED, EventName.VERSION_UPDATED, EventName.VERSION_DELETED,
            EventName.VERSION_LOCKED, EventName.VERSION_REVERTED,
        ),
    ),
    "connectors": (
        "Connectors", "",
        (EventName.CONNECTOR_CREATED, EventName.CONNECTOR_CHANGED, EventName.CONNECTOR_REMOVED),
    ),
}  # fmt: skip
TIMES = {"today": "Today", "7d": "Last 7 days", "30d": "Last 30 days", "range": "From – to…"}
DAYS = {"today": 0, "7d": 6, "30d": 29}
PROGRAMS = {"program": "Programs (keys)", "login": "By SQL"}
SPOKEN = {
    Operation.INSERT: "created added made", Operation.DELETE: "deleted removed",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One entry of a filter."""

    value: str
    label: str
    current: bool
    url: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Asked:
    """What a timeline's URL asks for. What it does not know says nothing."""

    resource: str = ""
    act: str = ""
    who: str = ""
    time: str = ""
    start: str = ""
    end: str = ""
    words: str = ""

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """From a query; `acts` is what the History tab called its filter once."""
        resource, act = query.get("resource", ""), query.get("act", "") or query.get("acts", "")
        who, time = query.get("who", ""), query.get("time", "")
        start, end = (_day(query.get(name, "")) for name in ("from", "to"))
        return cls(
            resource=resource if resource in RESOURCES or resource == LIFECYCLE or _id(resource) else "",
            act=act if act in ACTS else "", who=who if who in PROGRAMS or _id(who) else "",
            time="range" if start or end else time if time in TIMES else "", start=start, end=end,
            words=query.get("q", "").replace("\0", "").strip()[:200],
        )  # fmt: skip

    def query(self, **other: object) -> dict[str, object]:
        """Its part of a query."""
        said = {
            "resource": self.resource, "act": self.act, "who": self.who, "time": self.time,
            "from": self.start, "to": self.end, "q": self.words,
        }  # fmt: skip
        return {key: value for key, value in (said | other).items() if value not in (None, "")}

    def to(self, path: str, **other: object) -> str:
        """An address that asks for the same, or for something `other`."""
        query = self.query(**other)
        return f"{path}?{urlencode(query)}" if query else path

    def sought(self, actor: Actor, artifact: Artifact | None) -> Sought:
        """What is looked for in the database."""
        _, operation, names = ACTS[self.act] if self.act else ("", "", ())
        one = _id(self.resource)
        typed = self.resource if self.resource in RESOURCES else ""
        since, until = self._times()
        words = tuple(_word(actor, word, whole=artifact is None) for word in self.words.split()[:WORDS])
        return Sought(
            artifact=artifact, operation=operation,
            changes=self.resource != LIFECYCLE and (not self.act or bool(operation)),
            events=not typed and not one and (not self.act or bool(names)), resource=one,
            types=(typed,) if typed else None, names=tuple(map(str, names)) if self.act else None,
            who=self.who if self.who in PROGRAMS else "person" if self.who else "",
            person=_id(self.who), since=since, until=until, words=words,
        )  # fmt: skip

    def _times(self) -> tuple[datetime | None, datetime | None]:
        """From the first moment of a day to the last of another, in the reader's zone."""
        zone = timezone.get_current_timezone()
        if self.time in DAYS:
            today = timezone.localdate()
            return datetime.combine(today - timedelta(days=DAYS[self.time]), time.min, zone), None
        start, end = (
            parse_date(self.start) if self.start else None,
            parse_date(self.end) if self.end else None,
        )
        return (
            datetime.combine(start, time.min, zone) if start else None,
            datetime.combine(end, time.max, zone) if end else None,
        )


def filters(actor: Actor, artifact: Artifact | None, asked: Asked, path: str) -> dict[str, Any]:
    """What the filters of a page offer; `path` is its address."""
    kinds = [Choice("", "All", not asked.resource, asked.to(path, resource=""))]
    for resource in resources_of(artifact):
        plural = resource.plural[0].upper() + resource.plural[1:]
        one = resource.noun[0].upper() + resource.noun[1:]
        label = one if artifact is not None and not resource.is_part else plural
        url = asked.to(path, resource=resource.name)
        kinds.append(Choice(resource.name, label, asked.resource == resource.name, url, resource.icon))
    url = asked.to(path, resource=LIFECYCLE)
    kinds.append(Choice(LIFECYCLE, "Lifecycle", asked.resource == LIFECYCLE, url, "stack"))
    return {
        "asked": asked, "kinds": kinds, "acts": _acts(artifact, asked), "people": _people(actor, asked),
        "times": [Choice(value, label, asked.time == value) for value, label in TIMES.items()],
    }  # fmt: skip


def resources_of(artifact: Artifact | None) -> list[Resource]:
    """What an artifact is made of: itself first; without one, all there is, parts last."""
    found = [one for one in RESOURCES.values() if artifact is None or one.kind == artifact.kind]
    return sorted(found, key=lambda one: (one.is_part, one.kind == "agent" and not one.is_part))


def _acts(artifact: Artifact | None, asked: Asked) -> list[tuple[str, list[Choice]]]:
    """The acts in two groups: of rows, and of the lifecycle."""
    tabs = {name for _, name in kind_of(artifact).words.tabs} if artifact else {"connectors"}
    groups: dict[str, list[Choice]] = {"Changes": [], "Lifecycle": []}
    for value, (label, operation, _) in ACTS.items():
        if value != "connectors" or value in tabs:
            group = "Changes" if operation else "Lifecycle"
            groups[group].append(Choice(value, label, asked.act == value))
    return [*groups.items()]


def _people(actor: Actor, asked: Asked) -> list[Choice]:
    """The members, who is asked for although they left, and those who are no people."""
    members = Member.objects.in_workspace(actor).by_name()[:NAMED]
    found = {str(member.user_id): member.user.display_name for member in members}
    person = _id(asked.who)
    if person and str(person) not in found:
        said = Event.objects.in_workspace(actor).filter(actor_id=person).values_list("actor_label", flat=True)
        found[str(person)] = said.first() or "Somebody who left"
    return [Choice(value, label, asked.who == value) for value, label in (found | PROGRAMS).items()]


def _word(actor: Actor, word: str, *, whole: bool) -> Word:
    """A word of the search, with all that it names; artifacts where the `whole` workspace is searched."""
    low = word.lower()
    people = User.objects.filter(Q(name__icontains=word) | Q(email__icontains=word))
    tracked = {name for resource in RESOURCES.values() for name in resource.tracked}
    return Word(
        like=contains(word), people=list(people.values_list("pk", flat=True)[:NAMED]),
        artifacts=list(subjects().like(actor, word))[:NAMED] if whole else [],
        fields=sorted(name for name in tracked if low in name),
        types=[one.name for one in RESOURCES.values() if low in f"{one.noun} {one.plural}".lower().split()],
        operations=[name.value for name, said in SPOKEN.items() if low in said.split()],
        names=[name for name in EventName if low in f"{name} {name.label} {SAID.get(name, '')}".lower()],
    )  # fmt: skip


def _id(given: str) -> UUID | None:
    try:
        return UUID(given) if len(given) == 36 else None
    except ValueError:
        return None


def _day(given: str) -> str:
    """A date as it was given, '' for what is none."""
    try:
        return given if len(given) == 10 and parse_date(given) else ""
    except ValueError:
        return ""
