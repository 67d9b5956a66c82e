"""A committed workspace that server processes read from, and ways to act in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from agents.models import Agent, Connector
from agents.services.connectors import create_connector
from prompts.models import Prompt
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

KINDS = ("prompt", "agent")
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

    def agent(self, *, live: int = 1, **fields: Any) -> Agent:
        """A new agent with v1 … v`live` locked in turn, the last one live, and its draft after them."""
        fields.setdefault("slug", f"agent-{next(_numbers)}")
        return self.act(make_agent, locked=live, live=live or None, **fields)

    def thing(self, kind: str, *, live: int = 1) -> Artifact:
        """A new artifact of a kind with v1 … v`live` frozen, the last one live, and one draft after them."""
        return self.agent(live=live) if kind == "agent" else self.prompt(live=live, drafts=1)

    def connector(self, agent: Agent, **fields: Any) -> Connector:
        """A new connector of an agent."""
        asked = {"name": "Main line", "channel": "api", **fields}
        return self.act(create_connector, agent, **asked)

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


def rows(house: House, model: Any, **query: Any) -> list[Any]:
    """What the database holds of a house's workspace."""
    with told(house.actor.workspace.id):
        return list(model.objects.filter(workspace_id=house.actor.workspace.id, **query))
