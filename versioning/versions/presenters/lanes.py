"""The lane chart: which version was live, and which on staging, when. Read from the Events alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import MOVES_LIVE, MOVES_STAGING, EventName
from versioning.workspaces.models import Event

RANGES = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "365 days", "all": "All time"}
USUAL = "90"
MOST_EVENTS = 1_000  # of both lanes; what lies before them is drawn as one piece
MOST_SEGMENTS = 200  # of a lane
SAID = 8  # moves that the chart's label names


@dataclass(frozen=True)
class Span:
    """How long a pointer stood on one version, or on none. `event` put it there, if it is known."""

    start: datetime
    end: datetime
    number: int | None
    event: Event | None = None
    moves: int = 1  # more where short ones were joined
    unknown: bool = False


@dataclass(frozen=True)
class Segment:
    """A span as it is drawn: `x` and `width` in percent of the chart."""

    x: str
    width: str
    label: str
    title: str
    look: str


@dataclass(frozen=True)
class Lane:
    """One pointer's row. `y` is its top in pixels; `beside` stands left of a last piece too small for it."""

    name: str
    y: int
    segments: list[Segment]
    beside: tuple[str, str] | None = None

    @property
    def text_y(self) -> int:
        """The line that its words stand on."""
        return self.y + 14


@dataclass(frozen=True)
class Tick:
    """A date under the chart."""

    x: str
    label: str
    minor: bool = False


@dataclass(frozen=True)
class Chart:
    """The chart of one range."""

    lanes: list[Lane]
    ticks: list[Tick]
    words: str
    range: str
    ranges: dict[str, str]

    @property
    def line(self) -> int:
        """How far down the lines of the dates reach, in pixels."""
        return 26 * len(self.lanes) - 2

    @property
    def foot(self) -> int:
        """The line that the dates stand on."""
        return self.line + 14


def chart(actor: Actor, artifact: Artifact, asked: str) -> Chart:
    """The chart of a range ("7", "30", "90", "365" days, or "all"); of 90 days where it is none of these."""
    name = asked if asked in RANGES else USUAL
    end = actor.now()
    start = end - timedelta(days=int(name)) if name != "all" else None
    events = _events(artifact, start)
    if start is None:
        start = min([artifact.created_at, *(event.created_at for event in events[:1])])
        start = min(start, end - timedelta(hours=1))
    cut = len(events) == MOST_EVENTS
    live = _spans(events, MOVES_LIVE, artifact.live.number if artifact.live else None, start, end, cut)
    published = kind_of(artifact).words.published
    lanes = [_lane("live", 0, live, start, end, published)]
    said = [f"Live: {_said(live)}."]
    if actor.workspace.staging_enabled:
        now = artifact.staging.number if artifact.staging else None
        staging = _spans(events, MOVES_STAGING, now, max(start, artifact.created_at), end, cut)
        lanes.append(_lane("staging", 26, staging, start, end, "set"))
        said.append(f"Staging: {_said(staging)}.")
    served = "Served since the beginning" if name == "all" else f"Served over the last {RANGES[name]}"
    return Chart(lanes, list(_ticks(start, end)), " ".join([f"{served}.", *said]), name, RANGES)


def _events(artifact: Artifact, start: datetime | None) -> list[Event]:
    """The moves of both pointers since a moment, oldest first: the newest ones, if there are too many."""
    moves = Event.objects.of(artifact.pk).filter(name__in=[*MOVES_LIVE, *MOVES_STAGING])
    if start:
        moves = moves.filter(created_at__gte=start)
    newest = moves.defer("data", "message").newest_first()[:MOST_EVENTS]
    return list(newest)[::-1]


def _spans(
    events: list[Event],
    names: tuple[EventName, ...],
    now: int | None,
    start: datetime,
    end: datetime,
    cut: bool,
) -> list[Span]:
    """The states of one pointer in a window. What stood before the first move, that move says itself."""
    moves = [event for event in events if event.name in names]
    first = moves[0].from_number if moves else now
    known_from = events[0].created_at if cut else start
    spans = [Span(start, known_from, None, unknown=True)] if cut else []
    at, number, cause = known_from, first, None
    for move in moves:
        moment = min(max(move.created_at, at), end)
        spans.append(Span(at, moment, number, cause))
        at, number, cause = moment, move.to_number, move
    spans.append(Span(at, end, number, cause))
    return [span for span in spans if span.end > span.start or span is spans[-1]]


def _joined(spans: list[Span], start: datetime, end: datetime) -> list[Span]:
    """At most MOST_SEGMENTS: where there are more, short ones that follow each other become one."""
    if len(spans) <= MOST_SEGMENTS:
        return spans
    least = (end - start) / (MOST_SEGMENTS / 2)
    joined: list[Span] = []
    for span in spans[:-1]:
        last = joined[-1] if joined else None
        if last and last.end - last.start < least and span.end - span.start < least:
            joined[-1] = replace(last, end=span.end, moves=last.moves + span.moves)
        else:
            joined.append(span)
    return [*joined[-MOST_SEGMENTS + 1 :], spans[-1]]


def _lane(name: str, y: int, spans: list[Span], start: datetime, end: datetime, did: str) -> Lane:
    segments = [
        _segment(name, span, start, end, did, last=span is spans[-1])
        for span in _joined(spans, start, end)
        if _is_drawn(name, span)
    ]
    last = spans[-1]
    beside = None
    if name == "staging" and last.number and len(segments) > 1 and "tiny" in segments[-1].look:
        gap = segments[-2]  # in which the label finds room, beside the piece that has none
        if "unset" in gap.look and float(gap.width) > 5:
            beside = (segments[-1].x, f"v{last.number}")
    return Lane(name, y, segments, beside)


def _is_drawn(name: str, span: Span) -> bool:
    """A live lane is empty until the first publish; later, nothing being live is drawn too."""
    return bool(span.number or span.event or span.unknown or name == "staging")


def _segment(name: str, span: Span, start: datetime, end: datetime, did: str, *, last: bool) -> Segment:
    whole = (end - start) / 100
    width = (span.end - span.start) / whole
    back = span.event is not None and span.event.name == EventName.VERSION_ROLLED_BACK
    label = _label(name, span, back=back)
    looks = [f"seg-{name}"]
    if span.moves > 1 or span.unknown or span.number is None:
        looks = ["seg-staging", "unset"]
    elif last:
        looks.append("now")
    elif back:
        looks.append("back")
    needed = len(label) * 0.75 + 1.2
    if width < needed:
        looks.append("tiny")
    elif width < 3 * needed:
        looks.append("narrow")
    width = max(width, 1.2 if last else 0.2)  # what began a moment ago is seen too
    left = min((span.start - start) / whole, 100 - width)
    return Segment(
        f"{left:.2f}", f"{width:.2f}", label,
        _title(name, span, did, last=last), " ".join(looks),
    )  # fmt: skip


def _label(name: str, span: Span, *, back: bool) -> str:
    if span.unknown:
        return "earlier"
    if span.moves > 1:
        return f"{span.moves} moves"
    if span.number is None:
        return "nothing live" if name == "live" else "not set: serves live"
    return f"↩ v{span.number}" if back else f"v{span.number}"


def _title(name: str, span: Span, did: str, *, last: bool) -> str:
    """The segment in a sentence, with who brought it about."""
    since, until = _day(span.start), _day(span.end)
    period = f"since {since}" if last else f"from {since} to {until}"
    if span.unknown:
        return f"Before {until} the pointers moved more often than is drawn: choose a shorter range"
    if span.moves > 1:
        return f"{span.moves} moves between {since} and {until}"
    if span.number is None:
        return (
            f"Nothing was live {period}"
            if name == "live"
            else f"Staging was not set {period}: it served live"
        )
    place = "live" if name == "live" else "on staging"
    be = "is" if last else "was"
    if span.event is None:
        return f"v{span.number} {be} {place} until {until}" if not last else f"v{span.number} is {place}"
    if span.event.name == EventName.VERSION_ROLLED_BACK:
        did = "rolled back"
    return f"v{span.number} {be} {place} {period}, {did} by {span.event.actor_label}"


def _said(spans: list[Span]) -> str:
    """A lane in words, for those who do not see it."""
    known = [span for span in spans if span.number or span.event]
    if not known:
        return "nothing"
    words = []
    for before, span in pairwise([None, *known[-SAID:]]):
        assert span
        name = f"v{span.number}" if span.number else "nothing"
        back = span.event is not None and span.event.name == EventName.VERSION_ROLLED_BACK
        words.append(f"rolled back to {name}" if back and before else name)
    last = known[-1]
    if last.event:
        words[-1] += f" since {_day(last.start)}"
    earlier = f"{len(known) - SAID} earlier moves, " if len(known) > SAID else ""
    return earlier + ", ".join(words[:-1]) + (", then " if len(words) > 1 else "") + words[-1]


def _day(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def _ticks(start: datetime, end: datetime) -> Iterator[Tick]:
    """Days, months or years between two moments, at most a dozen; the end is called "now"."""
    whole = end - start
    shown = _dates(start.astimezone(UTC), end.astimezone(UTC))
    every = max(1, -(-len(shown) // 12))
    for index, at in enumerate(shown[::every]):
        x = (at - start) / whole * 100
        if 2 < x < 95:
            days = whole > timedelta(days=200)
            label = f"{at:%b %Y}" if days else f"{at.day} {at:%b}"
            yield Tick(f"{x:.2f}", label, minor=index % 2 == 1)


def _dates(start: datetime, end: datetime) -> list[datetime]:
    """The round dates of a window: each day of some weeks, the 1st and 15th of some months, else months."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (end - start).days
    if days <= 60:
        return [midnight + timedelta(days=n) for n in range(1, days + 2)]
    found = []
    at = midnight.replace(day=1)
    while at < end:
        found += [at, at.replace(day=15)] if days <= 200 else [at]
        at = (at + timedelta(days=32)).replace(day=1)
    return [at for at in found if start <= at < end]
