"""Any sequence of verbs: a small model foretells every outcome, and SQL finds the invariants whole."""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from prompts.services import archive, create_prompt, unarchive
from tests.invariants.audit import violations
from versioning.lib.errors import DomainError
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event

NUMBERS = st.integers(1, 8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    str.strip
)


@dataclass
class Model:
    """What a prompt should be: texts by number, which of them are frozen, the two pointers."""

    texts: dict[int, str] = field(default_factory=dict)
    frozen: set[int] = field(default_factory=set)
    live: int | None = None
    staging: int | None = None
    last: int = 0
    archived: bool = False


class Lifecycle(RuleBasedStateMachine):
    """One prompt in the hands of an editor."""

    cast = None
    count = 0

    @initialize()
    def begin(self):
        self.before = transaction.savepoint_create()
        Lifecycle.count += 1
        self.prompt = create_prompt(self.cast.eve, slug=f"machine-{Lifecycle.count}")
        self.model, self.events = Model(), 1

    def teardown(self):
        if hasattr(self, "before"):  # the next example finds nothing of this one
            transaction.savepoint_rollback(self.before)

    def act(self, allowed, verb, events=1):
        """The verb succeeds exactly when the model says so; it records its Events, or none."""
        try:
            verb()
            done = True
        except DomainError:
            done = False
        assert done == allowed, f"allowed {allowed}, done {done}: {self.model}"
        self.events += events if done else 0
        return done

    @rule(source=TEXTS, base=st.none() | NUMBERS)
    def save(self, source, base):
        m = self.model
        allowed = not m.archived and (base is None or (base in m.texts and m.texts[base] != source))
        if self.act(
            allowed, lambda: services.save_version(self.cast.eve, self.prompt, source=source, base=base)
        ):
            m.last += 1
            m.texts[m.last] = source

    @rule(number=NUMBERS, source=TEXTS)
    def rewrite(self, number, source):
        m = self.model
        draft = number in m.texts and number not in m.frozen
        allowed = draft and not m.archived and m.texts[number] != source
        if self.act(
            allowed, lambda: services.update_draft(self.cast.eve, self.prompt, number, source=source)
        ):
            m.texts[number] = source

    @rule(number=NUMBERS)
    def delete(self, number):
        m = self.model
        allowed = number in m.texts and number not in m.frozen and not m.archived
        events = 2 if m.staging == number else 1
        if self.act(allowed, lambda: services.delete_draft(self.cast.eve, self.prompt, number), events):
            del m.texts[number]
            m.staging = None if m.staging == number else m.staging

    @rule(number=NUMBERS)
    def promote(self, number):
        m = self.model
        allowed = number in m.texts and m.live != number and not m.archived
        if self.act(allowed, lambda: services.promote(self.cast.eve, self.prompt, number)):
            m.frozen.add(number)
            m.live = number

    @rule(number=NUMBERS)
    def roll_back(self, number):
        m = self.model
        allowed = number in m.frozen and m.live is not None and number < m.live
        if self.act(allowed, lambda: services.roll_back(self.cast.eve, self.prompt, number)):
            m.live = number

    @rule()
    def unpublish(self):
        allowed = self.model.live is not None
        if self.act(allowed, lambda: services.unpublish(self.cast.eve, self.prompt)):
            self.model.live = None

    @rule(number=NUMBERS)
    def stage(self, number):
        m = self.model
        allowed = number in m.texts and m.staging != number and not m.archived
        if self.act(allowed, lambda: services.stage(self.cast.eve, self.prompt, number)):
            m.staging = number

    @rule()
    def unstage(self):
        allowed = self.model.staging is not None
        if self.act(allowed, lambda: services.unstage(self.cast.eve, self.prompt)):
            self.model.staging = None

    @rule()
    def put_away(self):
        m = self.model
        events = 2 if m.staging else 1
        if self.act(not m.archived and m.live is None, lambda: archive(self.cast.eve, self.prompt), events):
            m.archived, m.staging = True, None

    @rule()
    def take_out(self):
        if self.act(self.model.archived, lambda: unarchive(self.cast.eve, self.prompt)):
            self.model.archived = False

    @invariant()
    def the_database_is_as_the_model_says(self):
        if not hasattr(self, "prompt"):
            return
        self.prompt.refresh_from_db()
        m, versions = self.model, Version.objects.of(self.prompt)
        assert dict(versions.values_list("number", "source")) == m.texts
        assert {v.number for v in versions if not v.is_draft} == m.frozen
        assert (self.prompt.live.number if self.prompt.live else None) == m.live
        assert (self.prompt.staging.number if self.prompt.staging else None) == m.staging
        assert (self.prompt.last_number, bool(self.prompt.archived_at)) == (m.last, m.archived)
        assert Event.objects.of(self.prompt.pk).count() == self.events
        assert violations() == []


def run(cast, machine=Lifecycle, examples=25):
    """Try the machine within the test's own transaction. A failure is shown as it came, not the shortest."""
    machine.cast = cast
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=30, deadline=None, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_no_sequence_of_verbs_leaves_what_the_model_foretells(cast):
    run(cast)


def test_a_planted_fault_is_found(cast, monkeypatch):
    """Unpublishing says that it was done and does nothing: the machine must see it."""
    monkeypatch.setattr(services, "unpublish", lambda actor, artifact: artifact)

    with pytest.raises(AssertionError):
        run(cast)
