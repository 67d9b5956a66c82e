"""Any sequence of verbs of an agent, and of a prompt that it names: foretold by a model, audited in SQL."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agents.canonical import alike, parsed
from agents.models import PARTS, Agent, AgentSchema, AgentTrigger, Connector, McpServer, Secret
from agents.secrets import LABEL, references_in
from agents.services import add_part, change_agent, change_part, create_agent, remove_part
from agents.services.connectors import change_connector, create_connector, remove_connector
from prompts.services import create_prompt
from tests.invariants.agent_model import Configuration, Model, as_snapshot
from tests.invariants.audit import check_deferred, violations
from tests.invariants.plain_texts import places_of
from tests.invariants.test_lifecycle_machine import run
from versioning.lib.crypto import unseal
from versioning.lib.errors import DomainError
from versioning.versions import services
from versioning.versions.importing import import_history
from versioning.versions.models import Version
from versioning.versions.services import one_draft
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace

NUMBERS = st.integers(1, 6)
WHICH = st.integers(0, 9)
METADATA = st.sampled_from([{}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": [0.1]}, {"": {"__proto__": ""}}])
MARK = "Zq7-no-credential-of-anyone"
FIRST: dict[type, dict[str, Any]] = {
    AgentSchema: {"schema_data": {"title": "order"}},
    AgentTrigger: {"name": "nightly"},
    McpServer: {"name": "tools", "config": {"api_key": MARK + "-first"}},
}
OTHER: dict[type, dict[str, Any]] = {
    AgentSchema: {"is_active": False},
    AgentTrigger: {"trigger_config": {"cron": "0 3 * * *"}},
    McpServer: {"config": {"api_key": MARK + "-other", "region": "eu"}},
}
CODES = {
    "unchanged", "archived", "not_archived", "already_live", "not_live", "not_frozen", "not_older",
    "not_found", "prompt_not_live", "nothing_to_revert", "already_staged", "not_staged", "staging_disabled",
    "invalid", "live_in_the_way", "one_draft", "frozen", "stale",
}  # fmt: skip


class AgentLifecycle(RuleBasedStateMachine):
    """One agent and one prompt in the hands of an admin."""

    cast: Any = None
    count = 0

    @initialize(named=st.booleans())
    def begin(self, named: bool) -> None:
        self.before = transaction.savepoint_create()
        AgentLifecycle.count += 1
        self.who = self.cast.ada
        change_workspace(self.who, staging_enabled=True)
        self.prompt = create_prompt(self.who, slug=f"greeting-{self.count}", source="Hello.")
        self.agent = create_agent(self.who, slug=f"agent-{self.count}")
        self.model, self.generation = Model(prompt={1: False}), 0
        self.begun()
        if named:  # half of all agents follow a prompt that is live, from the start
            self.promote_the_prompt(1)
            self.name_the_prompt("live")

    def begun(self) -> None:
        """The agent was made, and nothing else was done."""

    def teardown(self) -> None:
        if hasattr(self, "before"):  # the next example finds nothing of this one
            transaction.savepoint_rollback(self.before)

    def act(self, allowed: bool, verb: Callable[[], Any]) -> Any:
        """The verb succeeds exactly when the model says so; a refusal leaves no Event behind."""
        before = Event.objects.count()
        refusal = None
        try:
            done = verb() or True
        except DomainError as error:
            refusal = error
        if refusal is None:
            assert allowed, f"it was done: {self.model}"
            return done
        assert not allowed, f"{refusal.code}: {refusal.message} {self.model}"
        assert refusal.code in CODES
        assert Event.objects.count() == before
        return None

    # The draft

    @rule(bio=st.sampled_from(["", "One.", "Two.\n"]))
    def change_bio(self, bio: str) -> None:
        m, bio = self.model, bio.strip()
        allowed = m.may_save(m.now.greeting) and bio != m.now.bio
        if self.act(allowed, lambda: change_agent(self.who, self.agent, section="identity", bio=bio)):
            m.now.bio = bio

    @rule(metadata=METADATA)
    def change_metadata(self, metadata: dict[str, Any]) -> None:
        m = self.model
        allowed = m.may_save(m.now.greeting) and not alike(metadata, m.now.metadata)
        if self.act(allowed, lambda: change_agent(self.who, self.agent, metadata=metadata)):
            m.now.metadata = metadata

    @rule(greeting=st.none() | st.just("live") | st.integers(1, 3))
    def name_the_prompt(self, greeting: str | int | None) -> None:
        m = self.model
        there = greeting in (None, "live") or greeting in m.prompt
        allowed = there and m.may_save(greeting) and greeting != m.now.greeting
        config = {} if greeting is None else {"prompts": {self.prompt.slug: greeting}}
        if self.act(allowed, lambda: change_agent(self.who, self.agent, llm_config=config)):
            m.now.greeting = greeting

    @rule(model=st.sampled_from(PARTS))
    def add(self, model: Any) -> None:
        m = self.model
        allowed = m.may_save(m.now.greeting)
        if made := self.act(allowed, lambda: add_part(self.who, self.agent, model, **FIRST[model])):
            m.now.parts[made.pk] = (model, fields_of(made))
            self.the_credential_is_kept(made, MARK + "-first")

    @rule(which=WHICH)
    def change(self, which: int) -> None:
        m = self.model
        if not m.now.parts:
            return
        id = sorted(m.now.parts)[which % len(m.now.parts)]
        model, fields = m.now.parts[id]
        if model is McpServer:
            same = self.credential(fields) == MARK + "-other" and "region" in fields["config"]
        else:
            same = all(alike(fields[name], value) for name, value in OTHER[model].items())
        allowed = m.may_save(m.now.greeting) and not same
        if made := self.act(allowed, lambda: change_part(self.who, self.agent, model, id, **OTHER[model])):
            m.now.parts[id] = (model, fields_of(made))
            self.the_credential_is_kept(made, MARK + "-other")

    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        m = self.model
        if not m.now.parts:
            return
        id = sorted(m.now.parts)[which % len(m.now.parts)]
        model = m.now.parts[id][0]
        if self.act(m.may_save(m.now.greeting), lambda: remove_part(self.who, self.agent, model, id)):
            del m.now.parts[id]

    @rule()
    def save_as_a_text(self) -> None:
        draft = self.model.draft
        self.act(False, lambda: services.save_version(self.who, self.agent, source="{}"))
        self.act(False, lambda: services.update_draft(self.who, self.agent, draft, source="{}"))
        self.act(False, lambda: services.delete_draft(self.who, self.agent, draft))

    # The lifecycle

    def locks(self) -> None:
        """What a lock makes of the model."""
        m = self.model
        m.locked[m.draft] = deepcopy(m.now)
        m.locked[m.draft].greeting = m.number(m.now.greeting)
        m.texts[m.draft] = Version.objects.get(artifact=self.agent, number=m.draft).source
        m.draft += 1

    @rule(shown=st.sampled_from(["", "now", "before"]))
    def lock(self, shown: str) -> None:
        m = self.model
        tag = one_draft.draft_of(self.agent).tag if shown == "now" else '"1-before"' if shown else None
        allowed = not m.archived and m.can_be_served(m.now.greeting) and shown != "before"
        if self.act(allowed, lambda: services.lock(self.who, self.agent, expected=tag)):
            self.locks()

    @rule(number=NUMBERS, lock=st.booleans())
    def publish(self, number: int, lock: bool) -> None:
        m = self.model
        draft = number == m.draft
        allowed = (number in m.locked or draft) and number != m.live and not m.archived
        allowed = allowed and (not draft or m.can_be_served(m.now.greeting))
        if self.act(allowed, lambda: services.promote(self.who, self.agent, number, lock=lock)):
            m.live = number
            if draft and lock:
                self.locks()
            m.snapshots.append(as_snapshot(m, m.locked.get(number, m.now)))

    @rule(number=NUMBERS)
    def roll_back(self, number: int) -> None:
        m = self.model
        allowed = number in m.locked and m.live is not None and number < m.live and not m.archived
        if self.act(allowed, lambda: services.roll_back(self.who, self.agent, number)):
            m.live = number

    @rule()
    def unpublish(self) -> None:
        if self.act(self.model.live is not None, lambda: services.unpublish(self.who, self.agent)):
            self.model.live = None

    @rule()
    def revert(self) -> None:
        m = self.model
        base = m.locked.get(m.draft - 1)
        differs = base is not None and (
            (base.bio, m.number(m.now.greeting), base.parts) != (m.now.bio, base.greeting, m.now.parts)
            or not alike(base.metadata, m.now.metadata)
        )
        if self.act(not m.archived and differs, lambda: services.revert(self.who, self.agent)):
            assert base
            followed = m.now.greeting == "live" and base.greeting and base.greeting == m.prompt_live
            m.now = deepcopy(base)
            m.now.greeting = "live" if followed else base.greeting

    @rule(number=NUMBERS)
    def stage(self, number: int) -> None:
        m = self.model
        draft = number == m.draft
        allowed = m.staging_enabled and (number in m.locked or draft) and number != m.staging
        allowed = allowed and not m.archived
        allowed = allowed and (not draft or m.live == number or m.can_be_served(m.now.greeting))
        if self.act(allowed, lambda: services.stage(self.who, self.agent, number)):
            m.staging = number

    @rule()
    def unstage(self) -> None:
        m = self.model
        allowed = m.staging_enabled and m.staging is not None
        if self.act(allowed, lambda: services.unstage(self.who, self.agent)):
            m.staging = None

    @rule(enabled=st.booleans())
    def switch_staging(self, enabled: bool) -> None:
        change_workspace(self.who, staging_enabled=enabled)
        self.model.staging_enabled = enabled

    @rule()
    def put_away(self) -> None:
        m = self.model
        if self.act(not m.archived and m.live is None, lambda: services.archive(self.who, self.agent)):
            m.archived, m.staging = True, None

    @rule()
    def take_out(self) -> None:
        if self.act(self.model.archived, lambda: services.unarchive(self.who, self.agent)):
            self.model.archived = False

    @rule(versions=st.integers(1, 3))
    def import_another_twice(self, versions: int) -> None:
        """The same file again adds nothing, and nothing comes into an agent with a history of its own."""
        AgentLifecycle.count += 1
        for slug, first in ((f"imported-{self.count}", versions), (self.agent.slug, 0)):
            same = {"agent": slug, "message": "", "author": "Ana", "created": "2025-01-01"}
            lines = [
                json.dumps(same | {"version": n, "config": {"instructions": f"Way {n}.", "api_key": MARK}})
                for n in range(1, versions + 1)
            ]
            assert [result.added for result in import_history(self.who, lines)] == [first]
            assert [result.added for result in import_history(self.who, lines)] == [0]

    # Its connectors

    @rule(one=NUMBERS, other=NUMBERS)
    def connect(self, one: int, other: int) -> None:
        m = self.model
        split = [{"version": one, "weight": 80}, {"version": other, "weight": 20}]
        allowed = {one, other} <= m.locked.keys() and one != other and not m.archived
        fields = {"name": "x", "channel": "api", "target": "split", "split": split}
        if made := self.act(allowed, lambda: create_connector(self.who, self.agent, **fields)):
            m.connectors[made.pk] = ("split", one, other)

    @rule(which=WHICH, number=st.none() | NUMBERS)
    def aim_elsewhere(self, which: int, number: int | None) -> None:
        m = self.model
        if not m.connectors:
            return
        id = sorted(m.connectors)[which % len(m.connectors)]
        target = ("live",) if number is None else ("version", number)
        allowed = not m.archived and target != m.connectors[id] and (number is None or number in m.locked)
        fields = {"target": target[0], "split": [{"version": number, "weight": 100}] if number else []}
        if self.act(allowed, lambda: change_connector(self.who, self.agent, id, **fields)):
            m.connectors[id] = target

    @rule(which=WHICH)
    def disconnect(self, which: int) -> None:
        m = self.model
        if m.connectors:
            id = sorted(m.connectors)[which % len(m.connectors)]
            self.act(True, lambda: remove_connector(self.who, self.agent, id))
            del m.connectors[id]

    # The prompt

    @rule()
    def save_the_prompt(self) -> None:
        made = services.save_version(self.who, self.prompt, source=f"Hello, {len(self.model.prompt)}.")
        self.model.prompt[made.number] = False

    @rule(number=st.integers(1, 3))
    def promote_the_prompt(self, number: int) -> None:
        m = self.model
        allowed = number in m.prompt and m.prompt_live != number
        if self.act(allowed, lambda: services.promote(self.who, self.prompt, number)):
            m.prompt[number], m.prompt_live = True, number

    @rule()
    def unpublish_the_prompt(self) -> None:
        if self.act(self.model.prompt_live is not None, lambda: services.unpublish(self.who, self.prompt)):
            self.model.prompt_live = None

    @rule(number=st.integers(1, 3))
    def delete_a_draft_of_the_prompt(self, number: int) -> None:
        m = self.model
        allowed = m.prompt.get(number) is False
        if self.act(allowed, lambda: services.delete_draft(self.who, self.prompt, number)):
            del m.prompt[number]

    # What must hold after each step

    @invariant()
    def the_database_is_as_the_model_says(self) -> None:
        if not hasattr(self, "agent"):
            return
        check_deferred()
        m, agent = self.model, Agent.objects.select_related("live", "staging").get(pk=self.agent.pk)
        versions = {version.number: version for version in Version.objects.of(agent)}
        assert {number for number, version in versions.items() if version.is_draft} == {m.draft}
        assert {n: version.source for n, version in versions.items() if not version.is_draft} == m.texts
        assert (agent.live.number if agent.live else None) == m.live
        assert (agent.staging.number if agent.staging else None) == m.staging
        assert (agent.last_number, bool(agent.archived_at)) == (m.draft, m.archived)
        assert agent.bio == m.now.bio
        assert agent.llm_config.get("prompts", {}).get(self.prompt.slug) == m.now.greeting
        assert alike(agent.metadata, m.now.metadata)
        rows = {row.pk: (model, fields_of(row)) for model in PARTS for row in model.objects.of(agent)}
        assert rows == m.now.parts
        for number, configuration in m.locked.items():
            self.it_holds(versions[number].source, configuration)
        ways = Connector.objects.of(agent).in_use()
        targets = {way.pk: (way.target, *(share["version"] for share in way.split)) for way in ways}
        assert targets == m.connectors
        assert agent.generation >= self.generation
        self.generation = agent.generation

    @invariant()
    def no_question_finds_a_violation(self) -> None:
        assert violations() == []
        assert places_of(MARK) == []

    def it_holds(self, source: str, configuration: Configuration) -> None:
        """A locked text says what the rows said."""
        found = parsed(source)
        assert found["agent"]["bio"] == configuration.bio
        assert alike(found["agent"]["metadata"], configuration.metadata)
        assert found["agent"]["llm_config"].get("prompts", {}).get(self.prompt.slug) == configuration.greeting
        ids = {item["id"] for section in ("schemas", "triggers", "mcp_servers") for item in found[section]}
        assert ids == {str(id) for id in configuration.parts}

    def credential(self, fields: dict[str, Any]) -> str | None:
        """The newest value of the secret that a part's fields name."""
        for reference in references_in(fields.get("config", {})):
            sealed = unseal(bytes(Secret.objects.get(pk=reference["$secret"]).sealed), label=LABEL)
            assert sealed
            return sealed.decode()
        return None

    def the_credential_is_kept(self, part: Any, value: str) -> None:
        """Sealed, and what was typed."""
        if isinstance(part, McpServer):
            assert self.credential(fields_of(part)) == value


def fields_of(part: Any) -> dict[str, Any]:
    """What people set of a part."""
    return {name: getattr(part, name) for name in part.TRACKED}


def test_no_sequence_of_verbs_leaves_what_the_model_foretells(cast: Any) -> None:
    run(cast, AgentLifecycle, examples=9)
