"""What a read gives: a prompt or an agent, and how sure one may be that it is the newest."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from previse.errors import VariableError
from previse.variables import filled, variables_of

ServedFrom = Literal["live", "staging", "pinned", "fallback"]
ReadFrom = Literal["server", "memory", "disk", "fallback"]


@dataclass(frozen=True, kw_only=True)
class Served:
    """A version as the server gave it. A fallback has neither `number` nor `generation`."""

    slug: str
    number: int | None
    label: str
    served_from: ServedFrom
    generation: int | None = None
    since: datetime | None = None
    digest: str = ""
    stale: bool = False
    """Older than it should be: the server could not be asked, or is being asked just now."""
    read_from: ReadFrom = field(default="server", compare=False)
    """Where this read found it."""
    told_at: float | None = field(default=None, compare=False, repr=False)

    @property
    def age(self) -> float | None:
        """For how many seconds nobody has confirmed it; None for a fallback."""
        return None if self.told_at is None else max(0.0, time.monotonic() - self.told_at)


@dataclass(frozen=True, kw_only=True)
class Prompt(Served):
    """A prompt: `content` is its text, byte for byte as it was saved."""

    content: str
    variables: tuple[str, ...]

    def render(self, values: Mapping[str, object] | None = None, /, **named: object) -> str:
        """The text with its variables filled in: `render(name="Ada")` or `render({"name": "Ada"})`.

        Raises VariableError where a value is missing (or None), and where one has no place in the text.
        """
        given = {**(values or {}), **named}
        missing = [name for name in self.variables if given.get(name) is None]
        unknown = [name for name in given if name not in self.variables]
        if missing or unknown:
            raise VariableError(f"The prompt '{self.slug}' ({self.label})", missing, unknown)
        return filled(self.content, given)

    def __str__(self) -> str:
        return self.content


@dataclass(frozen=True, kw_only=True)
class Agent(Served):
    """An agent's configuration, as `/v1` delivers it."""

    text: str
    """The configuration as JSON."""

    @property
    def content(self) -> dict[str, Any]:
        """The configuration: each time a copy of your own, so that nobody changes another's."""
        found: dict[str, Any] = json.loads(self.text)
        return found


Thing = Prompt | Agent
Fallback = str | Mapping[str, Any] | Prompt | Agent


def check_fallback(kind: str, slug: str, given: object) -> None:
    """Raise TypeError where this cannot stand in: now, and not first in an outage."""
    if isinstance(given, Prompt | Agent):
        if isinstance(given, Prompt) != (kind == "prompt"):
            raise TypeError(f"The fallback of the {kind} '{slug}' is no {kind}.")
    elif not isinstance(given, str if kind == "prompt" else Mapping):
        wanted = "a text" if kind == "prompt" else "a mapping"
        raise TypeError(f"The fallback of the {kind} '{slug}' must be {wanted}, not {type(given).__name__}.")


def fallback_of(kind: str, slug: str, given: Fallback) -> Thing:
    """What is served in place of what cannot be had: a text for a prompt, a mapping for an agent."""
    check_fallback(kind, slug, given)
    if isinstance(given, Prompt | Agent):
        return replace(given, read_from="fallback", stale=True)
    if isinstance(given, str):
        return Prompt(slug=slug, number=None, label="fallback", served_from="fallback", stale=True,
                      read_from="fallback", content=given, variables=variables_of(given))  # fmt: skip
    return Agent(slug=slug, number=None, label="fallback", served_from="fallback", stale=True,
                 read_from="fallback", text=json.dumps(given, ensure_ascii=False))  # fmt: skip
