"""What a process remembers: keys, answers, and keys that are none. All of it bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from versioning.lib.asgi import Headers

type Place = tuple[str, str, str, str, int | None]  # workspace, served to, kind, slug, pinned number

UNVERIFIED = -1  # an epoch that never runs
NEVER = float("inf")
CONVERSATION = "conversation"  # the kind of a place whose slug is a conversation's id
BUNDLE = "bundle"  # the kind of a place that has no slug: all that a key reads
KEYS = 20_000
BOGUS_KEYS = 20_000
BOGUS_SECONDS = 60.0
BOGUS_SECONDS_DEAF = 1.5
OVERHEAD = 2_000  # bytes that an answer takes beside its body, generously


@dataclass(slots=True, kw_only=True)
class Entry:
    """Something read from the database: in which epoch, when, and whether it is known to have changed."""

    epoch: int = UNVERIFIED
    read_at: float = 0.0
    outdated: bool = False

    def mark_outdated(self) -> None:
        """It was right until now; only the last known from here on."""
        self.epoch, self.outdated, self.read_at = UNVERIFIED, True, monotonic()


@dataclass(slots=True, kw_only=True)
class Key(Entry):
    """A key that counts: whose it is, what it reads, until when."""

    id: str
    digest: bytes
    workspace: str
    kind: str  # live | test
    dies_at: float = NEVER  # by the wall clock
    touch_due: float = 0.0
    header: bytes = b""


class Held(NamedTuple):
    """What a program holds once it was answered: of which artifact, as of which generation, which text.

    `generation` is None where it asked for a version by its number, or began a conversation: it follows no
    pointer. A conversation names its agent by the slug.
    """

    artifact: str | None
    generation: int | None
    number: int | None  # None: it was told that nothing is live
    digest: str
    served_from: str
    agent: str | None = None


@dataclass(slots=True, eq=False)
class Sighting:
    """A program that was answered: by which key, as which instance, with what, and how often of late."""

    key: str
    instance: str
    held: tuple[Held, ...]
    since: float  # by the wall clock, as `at`, its last answer
    at: float
    count: int = 0


@dataclass(slots=True, kw_only=True)
class Answer(Entry):
    """An answer ready to be sent."""

    place: Place
    status: int
    body: bytes
    headers: Headers
    etag: bytes = b""
    not_modified: Headers = field(default_factory=list)
    generation: int = -1
    absent: bool = False
    held: tuple[Held, ...] = ()
    seen: dict[tuple[bytes, bytes | None], Sighting] = field(default_factory=dict)  # by key and instance

    @property
    def pinned(self) -> bool:
        """Whether it can never change: a frozen version."""
        return self.place[4] is not None


class Shelf:
    """Answers, at most so many bytes of them; the one not asked for longest goes first."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.answers: OrderedDict[Place, Answer] = OrderedDict()
        self.used = self.answers.move_to_end

    def put(self, answer: Answer) -> None:
        """Keep an answer in place of the former one."""
        self.drop(answer.place)
        self.answers[answer.place] = answer
        self.bytes += len(answer.body) + OVERHEAD
        while self.bytes > self.most_bytes:
            _, gone = self.answers.popitem(last=False)
            self.bytes -= len(gone.body) + OVERHEAD

    def drop(self, place: Place) -> None:
        """Forget an answer."""
        if gone := self.answers.pop(place, None):
            self.bytes -= len(gone.body) + OVERHEAD


def bundle_place(workspace: str, served_to: str) -> Place:
    """Where a bundle lies in memory: one for all live keys of a workspace, one for all test keys."""
    return (workspace, served_to, BUNDLE, "", None)


class Memory:
    """All that this process knows. The event loop alone touches it, so that nothing is locked."""

    def __init__(self, cache_bytes: int) -> None:
        self.served = Shelf(cache_bytes // 2)
        self.absent = Shelf(4_000_000)  # of its own, so that invented slugs push out no real answer
        self.conversations = Shelf(cache_bytes // 4)  # likewise: one is read seldom, and many are started
        self.bundles = Shelf(cache_bytes // 4)  # likewise: few, and large
        self.keys: OrderedDict[bytes, Key] = OrderedDict()
        self.by_header: dict[bytes, Key] = {}
        self._bogus: OrderedDict[bytes, float] = OrderedDict()

    def find(self, place: Place) -> Answer | None:
        """The answer of a place, whatever its age."""
        if place[2] == CONVERSATION:
            return self.conversations.answers.get(place)
        if place[2] == BUNDLE:
            if found := self.bundles.answers.get(place):
                self.bundles.used(place)
            return found
        return self.served.answers.get(place) or self.absent.answers.get(place)

    def put(self, answer: Answer) -> None:
        """Keep an answer; what was there before is gone."""
        if answer.place[2] in (CONVERSATION, BUNDLE):
            (self.bundles if answer.place[2] == BUNDLE else self.conversations).put(answer)
            return
        self.served.drop(answer.place)
        self.absent.drop(answer.place)
        (self.absent if answer.absent else self.served).put(answer)

    def put_key(self, key: Key) -> None:
        """Keep a key, with the time of its last touch when it was known before."""
        if before := self.keys.get(key.digest):
            key.touch_due = before.touch_due
            self.forget_key(key.digest)
        self._bogus.pop(key.digest, None)
        self.keys[key.digest] = key
        self.by_header[key.header] = key
        if len(self.keys) > KEYS:
            self.forget_key(next(iter(self.keys)))

    def forget_key(self, digest: bytes) -> None:
        """A key that counts no longer."""
        if gone := self.keys.pop(digest, None):
            self.by_header.pop(gone.header, None)

    def put_bogus(self, digest: bytes, *, deaf: bool) -> None:
        """Remember for a while that this is no key."""
        self.forget_key(digest)
        self._bogus[digest] = monotonic() + (BOGUS_SECONDS_DEAF if deaf else BOGUS_SECONDS)
        if len(self._bogus) > BOGUS_KEYS:
            self._bogus.popitem(last=False)

    def is_bogus(self, digest: bytes) -> bool:
        """Whether the database said a short while ago that this is no key."""
        until = self._bogus.get(digest)
        return until is not None and monotonic() < until

    def forget_bogus(self) -> None:
        """Something changed of which it is not known which keys it made good."""
        self._bogus.clear()

    def hear(self, message: Message) -> None:
        """A change was committed: what it may concern is no longer taken for right."""
        if message.kind == "key":
            self._bogus.pop(message.digest, None)
            if key := self.keys.get(message.digest):
                key.mark_outdated()
        elif message.kind == "workspace":
            self._hear_of_workspace(message)
        else:
            for served_to in ("live", "test"):
                place = (message.workspace, served_to, message.kind, message.slug, None)
                answer = self.find(place)
                if answer and answer.generation < message.generation:
                    answer.mark_outdated()
                if bundle := self.bundles.answers.get(bundle_place(message.workspace, served_to)):
                    bundle.mark_outdated()

    def _hear_of_workspace(self, message: Message) -> None:
        self.forget_bogus()
        if message.closed:
            for key in [key for key in self.keys.values() if key.workspace == message.workspace]:
                self.forget_key(key.digest)
        for answer in self._answers():
            if answer.place[0] == message.workspace and not answer.pinned:
                answer.mark_outdated()

    def _answers(self) -> Iterable[Answer]:
        yield from self.served.answers.values()
        yield from self.absent.answers.values()
        yield from self.bundles.answers.values()


@dataclass(frozen=True, slots=True)
class Message:
    """What a trigger told at a commit: `kind` is workspace, key, or a kind of artifact."""

    kind: str
    workspace: str
    slug: str = ""
    generation: int = 0
    digest: bytes = b""
    closed: bool = True  # in doubt the keys are asked for again

    def concerns_key(self, digest: bytes, workspace: str | None) -> bool:
        """Whether a key read before this may be wrong. Without a workspace the key was none."""
        if self.kind == "key":
            return self.digest == digest
        return self.kind == "workspace" and workspace in (None, self.workspace)

    def concerns(self, answer: Answer) -> bool:
        """Whether an answer read before this may be wrong."""
        workspace, _, kind, slug, pinned = answer.place
        if pinned is not None or workspace != self.workspace:
            return False
        if self.kind == "workspace":
            return True
        if kind == BUNDLE:
            return self.kind != "key"
        return (self.kind, self.slug) == (kind, slug) and answer.generation < self.generation
