"""Locking the draft: frozen for good, and the next draft opens at once."""

from agents.services import change_agent
from tests.cast import Cast
from tests.factories import AgentFactory, make_agent
from tests.refusals import refused
from versioning.versions.models import Version
from versioning.versions.services import lock, promote
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.models import Event


def test_an_agent_begins_with_its_draft_v1(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    versions = list(Version.objects.of(agent))

    assert [(version.label, version.is_draft) for version in versions] == [("v1", True)]
    assert versions[0].digest == draft_of(agent).digest


def test_locking_freezes_the_draft_and_opens_the_next_one(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    locked = lock(cast.eve, agent, message="First")

    assert (locked.label, locked.is_draft, locked.message) == ("v1", False, "First")
    draft = draft_of(agent)
    assert (draft.label, draft.forked_from_id, draft.source) == ("v2", locked.pk, locked.source)
    event = Event.objects.get(name="version.locked")
    assert (event.from_number, event.to_number, event.data["opened"]) == (None, 1, 2)


def test_work_goes_on_in_the_new_draft_and_the_locked_version_stays(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    locked = lock(cast.eve, agent)
    assert Version.objects.of(agent).drafts().get().source == locked.source

    change_agent(cast.eve, agent, bio="Something else.")

    versions = Version.objects.of(agent).order_by("number")
    assert [(version.number, "Something else." in version.source) for version in versions] == [
        (1, False), (2, True),
    ]  # fmt: skip


def test_locking_leaves_the_pointers_where_they_are(cast: Cast):
    agent = make_agent(cast.eve, locked=1, live=1)

    lock(cast.eve, agent)

    agent.refresh_from_db()
    assert agent.live.number == 1


def test_a_published_draft_that_is_locked_stays_live_as_it_is(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    promote(cast.eve, agent, 1, lock=False)

    lock(cast.eve, agent)

    agent.refresh_from_db()
    assert (agent.live.number, agent.live.is_draft) == (1, False)


def test_a_lock_of_what_was_shown_is_refused_once_it_moved(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    shown = draft_of(agent).tag
    change_agent(cast.alice, agent, bio="Something else.")

    with refused("stale"):
        lock(cast.eve, agent, expected=shown)

    assert Version.objects.of(agent).count() == 1


def test_a_viewer_cannot_lock(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("forbidden"):
        lock(cast.bob, agent)
