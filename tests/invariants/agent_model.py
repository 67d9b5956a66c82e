"""What an agent, and a prompt that it names, should be after any sequence of verbs."""

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
