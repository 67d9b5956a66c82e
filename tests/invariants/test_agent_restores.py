"""Any sequence of verbs of an agent, restores among them: the record of its rows is foretold too."""

import sys
from copy import deepcopy
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from agents.canonical import alike
from agents.kind import AgentKind
from agents.models import Agent, AgentSchema, Snapshot
from agents.services import restoring
from tests.invariants.agent_model import Configuration
from tests.invariants.test_agent_machine import AgentLifecycle
from tests.invariants.test_lifecycle_machine import run
from versioning.changes.models import Change
from versioning.changes.resources import RESOURCES
from versioning.changes.services import restore

BY_MODEL = {resource.model: resource for resource in RESOURCES.values()}
NTH = st.integers(0, 29)


class AgentRestores(AgentLifecycle):
    """The machine of agents, with rules that restore, and the chains of Changes foretold.

    `chains` holds what each row became, one entry for each Change; None for a deletion.
    """

    chains: dict[UUID, list[Any]]
    kinds: dict[UUID, type]

    def begun(self) -> None:
        self.chains, self.kinds = {}, {}
        self.note()

    def note(self) -> None:
        """What an act changed is the next entry of its row's chain."""
        now = self.model.now
        rows: dict[UUID, tuple[type, Any]] = {self.agent.pk: (Agent, own_of(now)), **now.parts}
        for id in {*self.chains, *rows}:
            model, fields = rows.get(id, (None, None))
            chain = self.chains.setdefault(id, [])
            if model:
                self.kinds[id] = model
            if not chain or not alike(fields, chain[-1]):
                chain.append(deepcopy(fields))

    @rule(which=NTH, nth=NTH)
    def restore_resource(self, which: int, nth: int) -> None:
        m = self.model
        id = sorted(self.chains)[which % len(self.chains)]
        chain, resource = self.chains[id], BY_MODEL[self.kinds[id]]
        number = 1 + nth % len(chain)
        then, differs = chain[number - 1], not alike(chain[number - 1], chain[-1])
        own = id == self.agent.pk
        greeting = then["greeting"] if own else m.now.greeting
        known = greeting == m.now.greeting or greeting in (None, "live") or greeting in m.prompt
        allowed = differs and known and m.may_save(greeting)
        done = self.act(allowed, lambda: restore(self.who, resource, id, number))
        if done and own:
            m.now = replace(m.now, **deepcopy(then))
        elif done and then is None:
            del m.now.parts[id]
        elif done:
            m.now.parts[id] = (self.kinds[id], deepcopy(then))

    @rule(which=NTH)
    def restore_snapshot(self, which: int) -> None:
        m = self.model
        if not m.snapshots:
            return
        at = which % len(m.snapshots)
        then = self.restored(m.snapshots[at])
        differs = not (
            alike(own_of(then), own_of(m.now))
            and then.parts.keys() == m.now.parts.keys()
            and all(alike(fields, m.now.parts[id][1]) for id, (_, fields) in then.parts.items())
        )
        snapshot = Snapshot.objects.of(self.agent.pk).get(version_number=at + 1)
        allowed = differs and m.may_save(then.greeting)
        if self.act(allowed, lambda: restoring.restore_snapshot(self.who, self.agent, snapshot)):
            m.now = then

    def restored(self, snapshot: Configuration) -> Configuration:
        """What a Snapshot makes of the rows: schemas that it has not stay, out of force."""
        m, then = self.model, deepcopy(snapshot)
        if m.now.greeting == "live" and then.greeting and then.greeting == m.prompt_live:
            then.greeting = "live"
        for id, (model, fields) in m.now.parts.items():
            if model is AgentSchema and id not in then.parts:
                then.parts[id] = (model, {**deepcopy(fields), "is_active": False})
        return then

    @invariant()
    def the_record_is_what_the_model_says(self) -> None:
        if not hasattr(self, "chains"):
            return
        self.note()
        found: dict[UUID, list[Any]] = {}
        changes = Change.objects.of_agent(self.agent.pk).order_by("version")
        for id, data in changes.values_list("resource_id", "data_after"):
            found.setdefault(id, []).append(data)
        assert found.keys() == self.chains.keys()
        for id, chain in self.chains.items():
            assert alike([self.said(id, data) for data in found[id]], chain)

    @invariant()
    def each_snapshot_is_what_went_live(self) -> None:
        if not hasattr(self, "chains"):
            return
        rows = Snapshot.objects.of(self.agent.pk).order_by("version_number")
        assert [row.agent_snapshot["bio"] for row in rows] == [each.bio for each in self.model.snapshots]
        for row, each in zip(rows, self.model.snapshots, strict=True):
            parts = [*row.schemas_snapshot, *row.triggers_snapshot, *row.mcp_servers_snapshot]
            assert {part["id"] for part in parts} == {str(id) for id in each.parts}

    def said(self, id: UUID, data: dict[str, Any] | None) -> Any:
        """A record in the words of the model."""
        if data is None or id != self.agent.pk:
            return data and {name: data[name] for name in BY_MODEL[self.kinds[id]].tracked}
        greeting = data["llm_config"].get("prompts", {}).get(self.prompt.slug)
        return {"bio": data["bio"], "metadata": data["metadata"], "greeting": greeting}


def own_of(configuration: Configuration) -> dict[str, Any]:
    """The agent's own fields that the machine changes."""
    return {
        "bio": configuration.bio, "metadata": configuration.metadata, "greeting": configuration.greeting,
    }  # fmt: skip


def test_no_sequence_of_verbs_and_restores_leaves_what_the_model_foretells(cast: Any) -> None:
    run(cast, AgentRestores, examples=4)


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "a restore does nothing": (sys.modules[__name__], "restore", lambda *_: None),
    "a publish leaves no snapshot": (AgentKind, "published", lambda self, artifact, event: None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(cast: Any, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(*FAULTS[fault])

    with pytest.raises((AssertionError, ExceptionGroup)):
        run(cast, AgentRestores, examples=40)  # it ends with the first that finds it
