"""How far what is live has arrived, in a sentence: "v8 is live: 5 of 6 clients serve it, …"."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from versioning.versions.models import Artifact
from versioning.versions.readers import Arrival, KeyUse, Pointer, readers
from versioning.workspaces.actor import Actor

if TYPE_CHECKING:
    from versioning.versions.presenters.header import Links

MINUTE, HOUR, DAY = 60, 3600, 86_400
NAMED = 4  # keys that a review names


@dataclass(frozen=True)
class Line:
    """What is said of one pointer: where it stands, and who has it. `behind`: some do not have it yet."""

    pointer: Pointer
    stands: str
    words: str
    behind: bool


@dataclass(frozen=True)
class Told:
    """The header's lines, and the page that they lead to. `polls`: they will soon say something else."""

    lines: list[Line]
    url: str

    @property
    def polls(self) -> bool:
        """Whether to ask again until every client has it."""
        return any(line.behind for line in self.lines)


@dataclass(frozen=True)
class Reach:
    """The keys that a move of live reaches, the busiest first; `more` are left out."""

    keys: list[KeyUse]
    more: int
    url: str

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.keys) + self.more


def told(actor: Actor, artifact: Artifact, links: "Links") -> Told:
    """The lines of the header: nothing of a pointer that is not set and that nobody waits for."""
    found = [line_of(arrival) for arrival in arrivals(actor, artifact) if arrival.number or _waits(arrival)]
    return Told(found, links.to("clients"))


def arrivals(actor: Actor, artifact: Artifact, *, every: bool = False) -> list[Arrival]:
    """Of live, and of staging where it is set and on; `every`: of test keys in any case."""
    pointers: list[Pointer] = ["live", "staging"] if every or staged(actor, artifact) else ["live"]
    return [readers().arrival(actor, artifact, pointer) for pointer in pointers]


def staged(actor: Actor, artifact: Artifact) -> bool:
    """Whether test keys read something else than live keys do."""
    return bool(actor.workspace.staging_enabled and artifact.staging_id)


def line_of(arrival: Arrival) -> Line:
    """One pointer in words."""
    if arrival.pointer == "live":
        stands = f"v{arrival.number} is live" if arrival.number else "Nothing is live"
    else:
        stands = f"v{arrival.number} is on staging" if arrival.number else "Test keys read live"
    return Line(arrival.pointer, stands, _words(arrival), _waits(arrival))


def reach(actor: Actor, artifact: Artifact, links: "Links") -> Reach:
    """Whom a move of live reaches. Test keys read it too, but where staging stands on a version."""
    apart = staged(actor, artifact)
    keys = [use for use in readers().uses(actor, artifact) if use.kind == "live" or not apart]
    most = NAMED if len(keys) > NAMED + 1 else len(keys)  # "and 1 more" takes the room of the one
    return Reach(keys[:most], len(keys) - most, links.to("clients"))


def lasting(time: timedelta) -> str:
    """For how long, as one scans it: "40 s", "3 min", "2 hours"."""
    seconds = max(1, int(time.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    many, noun = (seconds // HOUR, "hour") if seconds < DAY else (seconds // DAY, "day")
    return f"{many:,} {noun}" if many == 1 else f"{many:,} {noun}s"


def _waits(arrival: Arrival) -> bool:
    return arrival.serving < len(arrival.clients)


def _words(arrival: Arrival) -> str:
    """Who has it. Where nothing is live, a client that was told so has what there is to have."""
    count, serving, late = len(arrival.clients), arrival.serving, arrival.furthest_behind
    told_so = arrival.pointer == "live" and not arrival.number
    one, many = ("was told", "were told") if told_so else ("serves it", "serve it")
    if not count:
        return "no client has read it in the last 5 minutes"
    if late is None:
        few = {1: f"its one client {one}", 2: f"both clients {many}"}
        return few.get(count, f"all {count:,} clients {many}")
    if count == 1:
        return f"its one client is {lasting(late)} behind"
    many = one if serving == 1 else many
    who = f"{serving:,} of {count:,} clients {many}" if serving else f"none of {count:,} clients {one} yet"
    return f"{who}, the last one is {lasting(late)} behind"
