"""What both clients are: their settings, the quick read, fallbacks, and what they tell."""

import logging
import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from previse.answers import Failed, Place, Reply, Told, bundle_of, failed, told_of
from previse.disk import Disk, default_folder
from previse.entry import Flight, Landed, Patience, Turn
from previse.errors import PreviseError, Unauthorized, Unreachable
from previse.events import (
    DiskFailed,
    Event,
    FallbackUsed,
    Preloaded,
    Read,
    ReadFailed,
    Refreshed,
    RefreshFailed,
)
from previse.memory import Memory
from previse.sharing import STRANGE, leave, on_fork, process_name, shared
from previse.things import Agent, Fallback, Prompt, Thing, check_fallback, fallback_of

log = logging.getLogger("previse")

VERSION = "0.1.0"
LOCAL = "http://127.0.0.1:8000"
LONGEST_INSTANCE = 64
DEFAULT = Path("~")  # stands for the system's own cache folder
SOON = 1.0  # seconds that a closing client waits for what is under way


class Common:
    """What a client knows and decides; sending and waiting is done by its two forms.

    Clients of one key, address, folder and freshness share what they know in a process: `Previse(key)` may be
    made wherever it is needed.
    """

    def __init__(
        self, key: str | None = None, *, base_url: str | None = None, fresh: float = 60.0,
        max_stale: float | None = None, timeout: float = 5.0,
        fallback: Fallback | Mapping[str, Fallback] | None = None,
        cache_dir: str | os.PathLike[str] | None = DEFAULT, instance: str | None = None,
        on_event: Callable[[Event], object] | None = None,
    ) -> None:  # fmt: skip
        """`key` and `base_url` else come from PREVISE_API_KEY and PREVISE_URL.

        fresh: for how many seconds an answer is served without asking again. max_stale: how many seconds
        after the server's last word it is served at all; None for ever. timeout: how long a request may take.
        fallback: what is served where nothing else can be: by slug (or `prompts/slug`, `agents/slug`), or one
        for all. cache_dir: where the last known is kept; None for nowhere. instance: how this process is
        called in Previse; host, pid and a random part by default. on_event: is called with each event.
        """
        self._key = key_of(key)
        self._url = url_of(base_url)
        if fresh <= 0 or timeout <= 0:
            raise ValueError("fresh and timeout are seconds above 0.")
        if max_stale is not None and max_stale < fresh:
            raise ValueError(f"max_stale ({max_stale:g} s) must not be less than fresh ({fresh:g} s).")
        for slug, one in fallback.items() if isinstance(fallback, Mapping) else ():
            if not isinstance(one, str | Mapping | Prompt | Agent):
                raise TypeError(f"The fallback of '{slug}' is neither a text nor a mapping.")
        self._fresh, self._max_stale, self._timeout = float(fresh), max_stale, float(timeout)
        self._fallback, self._on_event = fallback, on_event
        self._told_instance = _instance(instance) if instance is not None else None
        folder = default_folder() if cache_dir is DEFAULT else Path(cache_dir) if cache_dir else None
        self._shared_as = (self._key, self._url, folder, self._fresh)
        self._memory = shared(self._shared_as, lambda: Memory(
            self._fresh, Disk(folder, self._key, self._url) if folder else None))  # fmt: skip
        self._places = self._memory.places
        self._closed = False
        self._hook_failed = False
        self._renew()
        on_fork(self)

    @property
    def instance(self) -> str:
        """How this process is called in Previse's list of clients."""
        return self._instance

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._key[:8]}…, base_url={self._url!r})"

    def after_fork(self) -> None:
        """In a child process: another name, and nothing of the parent's threads and connections."""
        self._renew()

    def _renew(self) -> None:
        self._instance = self._told_instance or process_name()
        self._headers = {
            "Authorization": f"Bearer {self._key}",
            "Previse-Instance": self._instance,
            "User-Agent": f"previse-python/{VERSION} Python/{platform.python_version()}",
            "Accept": "application/json",
        }

    def _found(self, place: Place) -> Thing | None:
        """What may be answered at once: the way of nearly every read."""
        entry = self._places.get(place)
        if entry is None or time.monotonic() - entry.vouched >= self._fresh or entry.view is None:
            return None
        view = entry.view
        if self._on_event is not None:
            self._read(place, view)
        return view

    def _begin(self, place: Place, given: Fallback | None) -> tuple[Turn, Patience]:
        """What a read does that found nothing fresh."""
        self._check_open()
        if given is not None:
            check_fallback(place.kind, place.slug, given)
        has = given is not None or self._fallback_for(place) is not None
        patience = Patience(self._timeout, self._max_stale, has)
        return self._memory.take(place, patience), patience

    def _answered(self, place: Place, found: Thing | PreviseError, given: Fallback | None) -> Thing:
        """A read's answer: what was found, else its fallback; else raise why."""
        if not isinstance(found, PreviseError):
            if self._on_event is not None:
                self._read(place, found)
            return found
        fallback = given if given is not None else self._fallback_for(place)
        if fallback is None:
            self._tell(ReadFailed(place.kind, place.slug, found))
            raise found
        thing = fallback_of(place.kind, place.slug, fallback)
        self._tell(FallbackUsed(place.kind, place.slug, found))
        if self._on_event is not None:
            self._read(place, thing)
        return thing

    def _fallback_for(self, place: Place) -> Fallback | None:
        """The client's own fallback for a place."""
        given: Any = self._fallback
        if isinstance(given, Mapping):
            found: Fallback | None = given.get(f"{place.kind}s/{place.slug}")
            found = given.get(place.slug) if found is None else found
        else:
            found = given
        mine = isinstance(found, str | Prompt) == (place.kind == "prompt")
        return found if found is not None and mine else None

    def _conditional(self, place: Place) -> tuple[str, dict[str, str]]:
        """The ETag of what is known, and the headers that send it."""
        etag = self._memory.etag(place)
        return etag, {"If-None-Match": etag} if etag else {}

    def _understood(self, place: Place, reply: Reply | Exception, etag: str) -> Told:
        """What came back, read. Never raises: a refresh that breaks is one that failed."""
        if isinstance(reply, Exception):
            return failed(reply)
        try:
            return told_of(place, reply, etag=etag)
        except Exception as error:
            log.exception("previse: an answer could not be read")
            return Failed(Unreachable("Previse's answer could not be read.", repr(error)))

    def _landed(self, place: Place, flight: Flight, told: Told, began: float) -> Landed:
        """Remember what was told, and tell it on."""
        landed = self._memory.land(place, flight, told, began)
        if landed.failed:
            error, failures = landed.failed.error, landed.failures
            self._tell(RefreshFailed(place.kind, place.slug, error, failures, landed.retry_in))
        elif landed.keep or landed.number:
            took = time.monotonic() - began
            said = (landed.number, landed.changed, took, landed.server_stale)
            self._tell(Refreshed(place.kind, place.slug, *said))
        return landed

    def _store(self, landed: Landed) -> None:
        """Keep on disk what was learnt, or forget all of it with the key."""
        disk = self._memory.disk
        if disk is None:
            return
        try:
            if landed.denied:
                disk.forget()
            elif landed.keep:
                disk.save(landed.keep, force=landed.forced)
        except Exception as error:
            self._tell(DiskFailed(str(disk.folder), error))

    def _unpacked(self, reply: Reply | Exception, began: float) -> tuple[Preloaded, list[Landed]]:
        """Take a bundle in; without one what is on disk or known. Raises what leaves nothing to serve."""
        try:
            if isinstance(reply, Exception):
                raise failed(reply).error
            bundle = bundle_of(reply)
        except Unauthorized:
            self._memory.deny()
            self._store(Landed(denied=True))
            raise
        except PreviseError:
            prompts, agents = self._memory.load()
            if not prompts + agents:
                raise
            preloaded = Preloaded(prompts, agents, "disk")
            self._tell(preloaded)
            return preloaded, []
        landed = [self._memory.fill(place, news, began) for place, news in bundle]
        self._memory.absent({place for place, _ in bundle})
        kinds = [place.kind for place, _ in bundle]
        preloaded = Preloaded(kinds.count("prompt"), kinds.count("agent"), "server")
        self._tell(preloaded)
        return preloaded, landed

    def _read(self, place: Place, thing: Thing) -> None:
        said = (place.kind, place.slug, thing.number, thing.read_from, thing.stale, thing.age)
        self._tell(Read(*said))

    def _tell(self, event: Event) -> None:
        """Tell an event. A hook that fails harms nobody, and is said once in the log."""
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            if not self._hook_failed:
                self._hook_failed = True
                log.exception("previse: on_event failed; it is called on, and this is said once")

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("This client is closed. Make a new one.")

    def _leave(self) -> bool:
        """Close; whether it was open."""
        if self._closed:
            return False
        self._closed, self._places = True, {}
        leave(self._shared_as, self._memory)
        return True


def place_of(kind: str, slug: str, version: int | None) -> Place:
    """What a call names; ValueError where it can name nothing."""
    if not slug or not isinstance(slug, str):
        raise ValueError(f"Name the {kind} by its slug, such as 'greeting'.")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool) or version < 1):
        raise ValueError("A version is named by its number, such as 8.")
    return Place(kind, slug, version)


def key_of(given: str | None) -> str:
    """The key that was given, or PREVISE_API_KEY; ValueError where neither can be one."""
    key = (given if given is not None else os.environ.get("PREVISE_API_KEY", "")).strip()
    if not key:
        raise ValueError("Give an API key: Previse('pv_live_…'), or set PREVISE_API_KEY.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("This is no API key: a key is 'pv_live_' or 'pv_test_' with letters and digits.")
    return key


def url_of(given: str | None) -> str:
    """The address that was given, or PREVISE_URL, or this machine; ValueError where it is none."""
    url = (given or os.environ.get("PREVISE_URL") or LOCAL).strip().rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"The address of Previse begins with https:// (or http://): {url!r} does not.")
    return url


def _instance(given: str) -> str:
    if not given or len(given) > LONGEST_INSTANCE or STRANGE.search(given):
        raise ValueError(f"An instance has 1 to {LONGEST_INSTANCE} of A-Z a-z 0-9 . _ : -, not {given!r}.")
    return given
