"""What a process knows, and when it may ask: shared by all clients of one key, address and folder.

No network here and no waiting. A read that finds nothing fresh takes a `Turn`: what to answer now, which
request to send, which one to wait for. Whoever sent it brings what was told to `land`.
"""

import random
import threading
import time
from dataclasses import dataclass, field, replace

from previse.answers import Failed, News, Place, Told, Unchanged
from previse.disk import Disk, Kept
from previse.entry import ALWAYS, NEVER, Entry, Flight, Landed, Patience, Turn
from previse.errors import NotPublished, PreviseError, Unauthorized, Unreachable, again
from previse.things import ReadFrom, Thing

MOST = 10_000  # places; beyond it those known for longest are forgotten
FIRST_RETRY = 1.0  # seconds, where nothing is known that could be served meanwhile
MOST_DOUBLINGS = 2  # the pause between vain refreshes grows to four intervals
FIRST_WAIT = 1.0  # seconds that a start waits for the server, where the disk knows something
JITTER = 1.5
SETTLED = 10.0  # seconds after which an older generation is believed: a database may come out of a backup


@dataclass(eq=False)
class Memory:
    """The places of one key at one server."""

    fresh: float
    disk: Disk | None
    places: dict[Place, Entry] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    denied: bool = False
    failures: int = 0
    away_until: float = NEVER  # nobody was there: until then no place is refreshed
    away_until_cold: float = NEVER  # the same for places of which nothing is known yet
    probe: Flight | None = None  # while nobody is there, one request at a time finds out when they are back

    def take(self, place: Place, patience: Patience) -> Turn:
        """What a read of a place does, that found nothing fresh."""
        kept = self._look(place)
        with self.lock:
            entry = self._entry(place)
            if kept is not None:
                self._adopt(entry, place, kept)
            now = time.monotonic()
            if entry.known and now - entry.vouched < self.fresh:
                return Turn(answer=self._given(entry, place, fresh=True))
            self._bury(entry, now)
            usable = entry.known and not _too_old(entry, now, patience.max_stale)
            first = entry.from_disk and entry.next_try == NEVER  # not asked since it came from disk
            first = first or entry.forsaken
            turn = Turn()
            if entry.flight is None and self._may_try(entry, now):
                turn.start = entry.flight = self.probe = Flight(patience.timeout)
            if self.denied:
                turn.answer = Unauthorized()
            elif usable:
                turn.answer = self._given(entry, place, fresh=False)
                if first and entry.flight and (left := entry.flight.began + FIRST_WAIT - now) > 0:
                    turn.answer, turn.wait = None, entry.flight
                    turn.patience = min(left, patience.timeout)
            elif entry.flight and not (patience.has_fallback and entry.failures):
                turn.wait, turn.patience = entry.flight, patience.timeout + 1.0
            else:
                turn.answer = self._nothing(entry, place, now, patience)
            return turn

    def settle(self, place: Place, flight: Flight, patience: Patience) -> Thing | PreviseError:
        """What a read answers that has waited."""
        with self.lock:
            entry = self._entry(place)
            now = time.monotonic()
            if self.denied:
                return Unauthorized()
            told = entry.vouched >= flight.began  # by the very request that was waited for
            if entry.known and (told or not _too_old(entry, now, patience.max_stale)):
                fresh = told or now - entry.vouched < self.fresh
                given = self._given(entry, place, fresh=fresh)
                if isinstance(given, PreviseError) or entry.heard < flight.began:
                    return given
                return replace(given, read_from="server")
            return self._nothing(entry, place, now, patience)

    def etag(self, place: Place) -> str:
        """What to send as If-None-Match."""
        entry = self.places.get(place)
        return entry.etag if entry and entry.known else ""

    def land(self, place: Place, flight: Flight, told: Told, began: float) -> Landed:
        """Take in what was told. Nothing of it, where the request was given up meanwhile."""
        with self.lock:
            entry = self.places.get(place)
            if entry is None or entry.flight is not flight:
                return Landed()
            entry.flight, entry.forsaken = None, False
            if isinstance(told, Failed):
                if isinstance(told.error, Unauthorized):
                    return self._deny(told)
                return self._fail(entry, told)
            return self._learn(entry, place, told, began)

    def abandon(self, place: Place, flight: Flight) -> None:
        """A request was cancelled, as its loop ended: the next read sends another, and waits for it."""
        with self.lock:
            entry = self.places.get(place)
            if entry is not None and entry.flight is flight:
                entry.flight = None
                entry.forsaken = True

    def fill(self, place: Place, news: News, began: float) -> Landed:
        """Take in what a bundle told of a place."""
        with self.lock:
            entry = self._entry(place)
            entry.looked = True
            return self._learn(entry, place, news, began)

    def deny(self) -> None:
        """The key does not count: nothing of it is served any more."""
        with self.lock:
            self._deny(Failed(Unauthorized()))

    def absent(self, places: set[Place]) -> None:
        """A bundle is all that is served: what is not in it is asked for at its next read."""
        with self.lock:
            for place, entry in self.places.items():
                if place.version is None and place not in places and entry.thing is not None:
                    entry.vouched, entry.next_try = NEVER, NEVER

    def load(self) -> tuple[int, int]:
        """Take in all that is on disk; how many prompts and agents are known then."""
        kept = self.disk.all() if self.disk else []
        with self.lock:
            for each in kept:
                entry = self._entry(each.place)
                if not entry.looked:
                    entry.looked = True
                    self._adopt(entry, each.place, each)
            known = [place.kind for place, entry in self.places.items() if entry.thing is not None]
        return known.count("prompt"), known.count("agent")

    def after_fork(self) -> None:
        """In a child nobody brings what the parent's threads were sent for."""
        self.lock = threading.Lock()
        self.probe = None
        for entry in list(self.places.values()):
            entry.flight = None

    def _look(self, place: Place) -> Kept | None:
        """What is on disk, at the first read of a place."""
        entry = self.places.get(place)
        if self.disk is None or (entry is not None and entry.looked):
            return None
        kept = self.disk.load(place)
        with self.lock:
            entry = self._entry(place)
            if entry.looked or self.denied:
                return None
            entry.looked = True
        return kept

    def _adopt(self, entry: Entry, place: Place, kept: Kept) -> None:
        """Know what was on disk, unless something is known already."""
        if entry.known:
            return
        age = max(0.0, time.time() - kept.told_at)
        entry.from_disk = True
        self._know(entry, kept.news, time.monotonic() - age)
        entry.vouched = ALWAYS if place.version is not None else entry.told_at
        if age < self.fresh:
            entry.next_try = time.monotonic()  # it served as fresh: once it is stale nobody waits for it

    def _entry(self, place: Place) -> Entry:
        entry = self.places.get(place)
        if entry is None:
            if len(self.places) >= MOST:
                for old in [one for one, known in self.places.items() if known.flight is None][: MOST // 10]:
                    del self.places[old]
            entry = self.places[place] = Entry()
        return entry

    def _may_try(self, entry: Entry, now: float) -> bool:
        """Whether it is time to ask for a place again."""
        if now < max(entry.next_try, self.away_until if entry.known else self.away_until_cold):
            return False
        probe = self.probe if self.failures else None
        return probe is None or probe.landed.done() or now > probe.dead_at

    def _bury(self, entry: Entry, now: float) -> None:
        """A request that never ended counts as one that failed."""
        if entry.flight is not None and now > entry.flight.dead_at:
            entry.flight = None
            self._fail(entry, Failed(Unreachable("Previse does not answer (timeout).", "timeout"), away=True))

    def _given(self, entry: Entry, place: Place, *, fresh: bool) -> Thing | PreviseError:
        if entry.thing is None:
            return NotPublished(place.kind, place.slug)
        if fresh and entry.view is not None:
            return entry.view
        if entry.stale_view is None:
            entry.stale_view = replace(entry.thing, stale=True, told_at=entry.told_at,
                                       read_from="disk" if entry.from_disk else "memory")  # fmt: skip
        return entry.stale_view

    def _nothing(self, entry: Entry, place: Place, now: float, patience: Patience) -> PreviseError:
        """Why there is nothing to answer with."""
        error = entry.error or Unreachable(f"Previse said nothing within {patience.timeout:g} s.", "timeout")
        if not isinstance(error, Unreachable):
            return again(error)
        if entry.known:
            said = f"What is known of the {place} is {now - entry.told_at:,.1f} s old, more than max_stale"
            return Unreachable(f"{said}={patience.max_stale:g} allows. {error}", error.why)
        return Unreachable(f"Nothing is known of the {place} yet. {error}", error.why)

    def _know(self, entry: Entry, news: News, told_at: float) -> None:
        """Hold what was told."""
        entry.known, entry.thing, entry.generation = True, news.thing, news.generation
        entry.etag, entry.told_at = news.etag, told_at
        self._show(entry)

    def _show(self, entry: Entry) -> None:
        found: ReadFrom = "disk" if entry.from_disk else "memory"
        entry.stale_view = None
        entry.view = (
            None if entry.thing is None
            else replace(entry.thing, told_at=entry.told_at, read_from=found, stale=False)
        )  # fmt: skip

    def _learn(self, entry: Entry, place: Place, told: News | Unchanged, began: float) -> Landed:
        """The server has spoken. What it calls stale itself is taken, and not for fresh."""
        self.denied, self.failures, self.away_until, self.away_until_cold = False, 0, NEVER, NEVER
        now = time.monotonic()
        entry.failures, entry.error, entry.heard = 0, None, now
        pinned = place.version is not None
        server_stale = told.stale_for is not None and not pinned
        told_at = began - (told.stale_for or 0.0)
        entry.next_try = now + self.fresh  # from the end of this one: a slow one and the next are apart too
        landed = Landed(server_stale=server_stale)
        if isinstance(told, News):
            if self._is_older(entry, told, began, server_stale):
                landed.number = entry.thing.number if entry.thing else None
                return landed
            landed.forced = entry.older_since != ALWAYS
            before = (entry.known, entry.thing)
            entry.from_disk = False
            self._know(entry, told, told_at)
            landed.changed = before != (True, entry.thing)
            landed.keep = Kept(place, told, time.time() - (time.monotonic() - told_at))
        else:
            entry.from_disk = False
            entry.told_at = max(entry.told_at, told_at)
            self._show(entry)
            news = News(entry.thing, entry.generation, entry.etag)
            landed.keep = Kept(place, news, time.time() - (time.monotonic() - entry.told_at), again=True)
        entry.older_since = ALWAYS
        entry.vouched = ALWAYS if pinned else NEVER if server_stale else now
        landed.number = entry.thing.number if entry.thing else None
        return landed

    def _is_older(self, entry: Entry, news: News, now: float, server_stale: bool) -> bool:
        """Whether another server process spoke that lags behind; a generation that stays back is believed."""
        if not entry.known or None in (entry.generation, news.generation):
            return False
        assert entry.generation is not None
        assert news.generation is not None
        if news.generation >= entry.generation:
            return False
        if server_stale:
            return True
        entry.older_since = min(entry.older_since, now)
        return now - entry.older_since < SETTLED

    def _fail(self, entry: Entry, told: Failed) -> Landed:
        """Ask again later: a known place after an interval at the earliest, an unknown one sooner."""
        now = time.monotonic()
        entry.failures += 1
        entry.error = told.error
        jitter = random.uniform(1.0, JITTER)  # noqa: S311
        failures = entry.failures
        if told.away:
            self.failures += 1
            failures = max(failures, self.failures)
        doublings = min(failures - 1, 30)
        warm = max(self.fresh * 2 ** min(doublings, MOST_DOUBLINGS) * jitter, told.retry_after)
        cold = max(min(FIRST_RETRY * 2**doublings, self.fresh) * jitter, told.retry_after)
        if told.away:
            self.away_until, self.away_until_cold = now + warm, now + cold
        else:
            self.failures, self.away_until, self.away_until_cold = 0, NEVER, NEVER
        pause = warm if entry.known else cold
        entry.next_try = now + pause
        return Landed(failed=told, failures=entry.failures, retry_in=pause)

    def _deny(self, told: Failed) -> Landed:
        self.denied = True
        self.places.clear()
        self.failures += 1
        pause = self.fresh * 2 ** min(self.failures - 1, MOST_DOUBLINGS) * random.uniform(1.0, JITTER)  # noqa: S311
        self.away_until = self.away_until_cold = time.monotonic() + pause
        return Landed(failed=told, failures=self.failures, retry_in=pause, denied=True)


def _too_old(entry: Entry, now: float, max_stale: float | None) -> bool:
    return max_stale is not None and entry.vouched != ALWAYS and now - entry.told_at > max_stale
