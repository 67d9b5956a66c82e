"""Programs as they run in production: each asks every so often what is live, by its ETag, as an instance.

What they hold, when they came to hold it, and what the servers say of it, for the convergence test and for
`benchmarks/convergence.py`.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any, Self

import httpx

WRITTEN = 5.0  # every so many seconds each process writes down whom it saw
PATIENCE = 20.0


class Program(threading.Thread):
    """One client: it holds a version until it is told of another."""

    def __init__(self, url: str, slug: str, key: str, instance: str, *, freshness: float) -> None:
        super().__init__(daemon=True)
        self.instance = instance
        self.held: int | None = None
        self.came: dict[int, list[float]] = {}  # when it came to hold each number
        self.paused = threading.Event()
        self._ended = threading.Event()
        self._url, self._freshness = f"{url}/v1/prompts/{slug}", freshness
        self._headers = {"Authorization": f"Bearer {key}", "Previse-Instance": instance}

    def run(self) -> None:
        """Ask, and wait until it is no longer fresh, until ended."""
        with httpx.Client(timeout=10) as client:
            while not self._ended.is_set():
                asked = time.monotonic()
                if not self.paused.is_set():
                    self._ask(client)
                self._ended.wait(max(0.0, asked + self._freshness - time.monotonic()))

    def end(self) -> None:
        """Ask no more."""
        self._ended.set()

    def _ask(self, client: httpx.Client) -> None:
        answer = client.get(self._url, headers=self._headers)
        if answer.status_code == 200:
            self.held = answer.json()["number"]
            self.came.setdefault(self.held, []).append(time.monotonic())
            self._headers["If-None-Match"] = answer.headers["etag"]
        assert answer.status_code in (200, 304), answer.text


@dataclass
class Found:
    """What a run showed: seconds from each commit to each server, and to each program."""

    servers: list[float] = field(default_factory=list)
    programs: list[float] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    checks: int = 0


class Fleet:
    """Programs that ask several servers about one prompt, and what the servers say of them."""

    def __init__(
        self, urls: list[str], slug: str, keys: dict[str, str], *, programs: int, freshness: float
    ) -> None:
        """`keys`: `program` for the programs, `probe` for our own eyes, `history` for the question.

        The probe reads by no instance, so that all of them together are one client more.
        """
        self._urls, self._slug, self._keys, self._freshness = urls, slug, keys, freshness
        self._client = httpx.Client(timeout=60)
        self._eyes = {url: HTTPConnection(url.removeprefix("http://"), timeout=10) for url in urls}
        self.programs = [
            Program(urls[n % len(urls)], slug, keys["program"], f"program-{n}", freshness=freshness)
            for n in range(programs)
        ]
        self.found = Found()

    def __enter__(self) -> Self:
        for program in self.programs:
            program.start()
            time.sleep(self._freshness / len(self.programs))  # they did not all start at once
        started = "each program holds a version"
        self._until(lambda: all(program.held for program in self.programs), lambda: started)
        for url in self._urls:
            self._served(url)  # so that what is measured is a change of what is warm
        return self

    def __exit__(self, *_: object) -> None:
        for program in self.programs:
            program.end()
        for program in self.programs:
            program.join(10)
        self._client.close()
        for eye in self._eyes.values():
            eye.close()

    def publish(self, number: int, publish: Callable[[int], float]) -> None:
        """Publish a version, which says when it was committed; wait until everybody has it."""
        before = {program: len(program.came.get(number, ())) for program in self.programs}
        committed = publish(number)
        waiting = list(self._urls)

        def seen() -> bool:
            for url in list(waiting):
                if self._served(url) == number:
                    self.found.servers.append(max(0.0, time.monotonic() - committed))
                    waiting.remove(url)
            return not waiting

        self._until(seen, lambda: f"v{number} is served by {waiting[0]}")
        asking = [program for program in self.programs if not program.paused.is_set()]
        self._until(
            lambda: all(len(program.came.get(number, ())) > before[program] for program in asking),
            lambda: f"each program holds v{number}",
        )
        self.found.programs += [max(0.0, program.came[number][-1] - committed) for program in asking]

    def check(self) -> None:
        """Let the servers write down whom they saw; then what they say is what the programs hold."""
        time.sleep(WRITTEN + 1.0)
        number = self._served(self._urls[0])
        holds = {program.instance: program.held for program in self.programs}
        serving = sum(held == number for held in holds.values())
        for url in self._urls:
            said = self.asked(url)
            items = {item["instance"]: item for item in said["items"] if item["key"] == "program"}
            self.found.checks += 1
            told = (
                said["number"], {name: item["number"] for name, item in items.items()},
                sum(item["behind_seconds"] is None for item in items.values()),
            )  # fmt: skip
            if told != (number, holds, serving):
                self.found.disagreements.append(f"{url} says {told}, and it is {(number, holds, serving)}")

    def asked(self, url: str) -> dict[str, Any]:
        """What a server says of the clients of the prompt."""
        answer = self._client.get(
            f"{url}/api/prompts/{self._slug}/clients",
            headers={"Authorization": f"Bearer {self._keys['history']}"},
        )
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def _served(self, url: str) -> int:
        """What a server serves now, asked so lightly that what the question takes hardly shows."""
        eye = self._eyes[url]
        headers = {"Authorization": f"Bearer {self._keys['probe']}"}
        eye.request("GET", f"/v1/prompts/{self._slug}", headers=headers)
        number: int = json.loads(eye.getresponse().read())["number"]
        return number

    def _until(self, holds: Callable[[], bool], what: Callable[[], str]) -> None:
        start = time.monotonic()
        while not holds():
            assert time.monotonic() - start < PATIENCE, f"never: {what()}"
            time.sleep(0.001)
