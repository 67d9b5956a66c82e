"""What an agent, and a prompt that it names, should be after any sequence of verbs."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass
class Configuration:
    """What the rows say. Parts by their ids; `greeting` is how the prompt is named, if it is."""

    bio: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    greeting: str | int | None = None
    parts: dict[UUID, tuple[type, dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Model:
    """What an agent should be, and the prompt that it names."""

    now: Configuration = field(default_factory=Configuration)
    locked: dict[int, Configuration] = field(default_factory=dict)  # each with a number for `live`
    texts: dict[int, str] = field(default_factory=dict)  # of the locked versions, as they were locked
    snapshots: list[Configuration] = field(default_factory=list)  # of each publish, the first one first
    draft: int = 1
    live: int | None = None
    staging: int | None = None
    archived: bool = False
    staging_enabled: bool = True
    connectors: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    prompt: dict[int, bool] = field(default_factory=dict)  # number: whether it is frozen
    prompt_live: int | None = None

    def number(self, greeting: str | int | None) -> str | int | None:
        """What a name of the prompt stands for now."""
        return self.prompt_live or "live" if greeting == "live" else greeting

    def can_be_served(self, greeting: str | int | None) -> bool:
        """Whether it stands for what cannot change."""
        number = self.number(greeting)
        return number is None or self.prompt.get(number, False)  # type: ignore[arg-type]

    @property
    def served(self) -> bool:
        """Whether the draft is."""
        return self.draft in (self.live, self.staging)

    def may_save(self, greeting: str | int | None) -> bool:
        """Whether a draft that names the prompt so can be saved."""
        return not self.archived and (not self.served or self.can_be_served(greeting))


def as_snapshot(model: Model, live: Configuration) -> Configuration:
    """What a publish keeps of a configuration: of the schemas those in force, and numbers for `live`."""
    kept = deepcopy(live)
    kept.greeting = model.number(live.greeting)
    kept.parts = {id: part for id, part in kept.parts.items() if part[1].get("is_active", True)}
    return kept
