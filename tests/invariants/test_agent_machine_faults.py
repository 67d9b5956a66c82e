"""Planted faults that the machine of agents must find: without them its silence would mean nothing."""

from typing import Any

import pytest

from agents import naming
from agents.services import parts
from tests.invariants.test_agent_machine import AgentLifecycle
from tests.invariants.test_lifecycle_machine import run
from versioning.versions import services
from versioning.versions.services import one_draft

FAULTS: dict[str, tuple[Any, str, Any]] = {
    "revert does nothing": (services, "revert", lambda actor, agent: agent),
    "what is locked follows live": (naming, "resolved", lambda workspace, config, *, strictly: config),
    "a save forgets the draft's source": (one_draft, "_rewrite", lambda *args, **about: None),
    "a lock moves live along": (services, "lock", lambda actor, agent, **_: services.promote(
        actor, agent, one_draft.draft_of(agent).number)),
    "a credential stays in the open": (parts, "sealed", lambda actor, agent, config, stored: config),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(cast: Any, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(*FAULTS[fault])

    with pytest.raises((AssertionError, ExceptionGroup)):
        run(cast, AgentLifecycle, examples=40)  # it ends with the first that finds it
