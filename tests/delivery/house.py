"""A committed workspace that server processes read from, and ways to act in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from prompts.models import Prompt
from tests.factories import make_prompt
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

SOON = 2.0  # fresh within 100 ms is what the benchmark measures; a busy machine gets a margin here
_numbers = count(1)


@dataclass
class House:
    """One workspace, seen by its operator. What is done here is committed at once."""

    actor: Actor

    @classmethod
    def build(cls) -> "House":
        """A new workspace."""
        workspace = create_workspace(f"house-{next(_numbers)}")
        return cls(Actor.of_operator(workspace, via="command"))

    def act(self, verb: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Do something in this workspace, and commit it."""
        with told(self.actor.workspace.id):
            return verb(self.actor, *args, **options)

    def prompt(self, *, live: int = 1, drafts: int = 0, **fields: Any) -> Prompt:
        """A new prompt with v1 … v`live` published in turn and `drafts` drafts after them."""
        fields.setdefault("slug", f"prompt-{next(_numbers)}")
        return self.act(make_prompt, live=live, drafts=drafts, **fields)

    def key(self, kind: str = "live", *, expires_at: datetime | None = None) -> str:
        """A new key."""
        return self.key_with_id(kind, expires_at=expires_at)[0]

    def key_with_id(self, kind: str = "live", *, expires_at: datetime | None = None) -> tuple[str, object]:
        """A new key, and its id."""
        key, secret = self.act(create_key, name=f"{kind} key", kind=kind, expires_at=expires_at)
        return secret, key.pk


def until(holds: Callable[[], bool], *, within: float = SOON) -> float:
    """Ask again and again until it holds; how long that took. Fails when it takes too long."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < within, f"not true within {within} s"
        time.sleep(0.002)
    return time.monotonic() - start
