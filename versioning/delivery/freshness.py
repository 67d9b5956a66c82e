"""Whether what is remembered may be served as it is.

While the listener hears, an entry of the running epoch is right until told otherwise. While it does not,
an entry is right for POLL seconds after it was last known to be, and is then read again.
"""

import json
from collections import deque
from collections.abc import Iterator
from time import monotonic

from versioning.delivery.memory import UNVERIFIED, Answer, Entry, Key, Memory, Message

POLL = 1.5  # with the listener's own beats, a lost change is seen within 5 s
HEARD = 10_000  # messages that are kept to judge what was read meanwhile
EPOCHS = 1_000


class Freshness:
    """Epochs of hearing, and what was heard. A gap in hearing ends an epoch, and all trust with it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.epoch = 0  # 0 while the listener is lost: nothing is of that epoch
        self.count = 0  # messages heard, ever
        self._last_epoch = 0
        self._alive_at = monotonic()
        self._ended: dict[int, float] = {}
        self._heard: deque[Message] = deque(maxlen=HEARD)

    @property
    def listening(self) -> bool:
        """Whether changes are heard at once."""
        return self.epoch > 0

    def begin(self) -> None:
        """The listener hears: whatever was read before may have changed unheard."""
        self._last_epoch += 1
        self.epoch = self._last_epoch
        self.alive()
        self._memory.forget_bogus()

    def end(self) -> None:
        """The listener is lost: entries were right until it last was heard."""
        if self.epoch:
            self._ended[self.epoch] = self._alive_at
            self._ended.pop(self.epoch - EPOCHS, None)
            self.epoch = 0
            self._memory.forget_bogus()

    def alive(self) -> None:
        """The listener's connection just proved that it hears."""
        self._alive_at = monotonic()

    def hear(self, payload: str) -> None:
        """Take one message of a trigger. One that cannot be read ends all trust."""
        self.alive()
        self.count += 1
        try:
            message = _message(payload)
        except (ValueError, KeyError, TypeError):
            self.end()
            self.begin()
            return
        self._heard.append(message)
        self._memory.hear(message)

    def is_fresh(self, entry: Entry) -> bool:
        """Whether it may be served without asking the database."""
        if entry.epoch == self.epoch:
            return True
        if isinstance(entry, Answer) and entry.pinned:
            return True
        return not self.listening and not entry.outdated and self.age(entry) < POLL

    def age(self, entry: Entry) -> float:
        """Seconds since it was last known to be right."""
        if entry.epoch == self.epoch:
            return 0.0
        return monotonic() - max(entry.read_at, self._ended.get(entry.epoch, 0.0))

    def stamp(self, entry: Key | Answer, *, epoch: int, count: int, read_at: float) -> None:
        """Say of a fresh row when it was read, and whether something was heard of it meanwhile."""
        entry.epoch, entry.read_at = epoch or UNVERIFIED, read_at
        for message in self._since(count):
            concerned = (
                message is None
                or (isinstance(entry, Answer) and message.concerns(entry))
                or (isinstance(entry, Key) and message.concerns_key(entry.digest, entry.workspace))
            )
            if concerned:
                entry.mark_outdated()
                return

    def was_told_of_key(self, digest: bytes, count: int) -> bool:
        """Whether a key that was none may have become one since."""
        return any(m is None or m.concerns_key(digest, None) for m in self._since(count))

    def _since(self, count: int) -> Iterator[Message | None]:
        """The messages after the first `count`; None for those that are kept no longer."""
        new = self.count - count
        if new > len(self._heard):
            yield None
        for index in range(max(0, len(self._heard) - new), len(self._heard)):
            yield self._heard[index]


def _message(payload: str) -> Message:
    told = json.loads(payload)
    return Message(
        kind=str(told["k"]), workspace=str(told["w"]), slug=str(told.get("s", "")),
        generation=int(told.get("g", 0)), digest=bytes.fromhex(told.get("d", "")),
        closed=bool(told.get("closed", True)),
    )  # fmt: skip
