"""Each publish leaves one Snapshot: of what went live, in its transaction, and later where that failed."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from agents.models import Agent, AgentSchema, Snapshot
from agents.services import add_part, change_agent, change_part
from agents.services import snapshots as taking
from tests.factories import AgentFactory, make_agent, make_prompt
from tests.invariants.together import run_together
from tests.refusals import refused
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event

PUBLISHED = EventName.VERSION_PUBLISHED


def snapshots(agent):
    return list(Snapshot.objects.of(agent.pk).order_by("version_number"))


def break_it(monkeypatch, error):
    """Taking a Snapshot fails."""

    def failing(*args):
        if isinstance(error, str):
            with connection.cursor() as cursor:
                cursor.execute(error)
        raise error

    monkeypatch.setattr(taking, "_taken", failing)


@pytest.fixture
def quiet(caplog):
    """What goes wrong on purpose is logged, and not shown."""
    caplog.set_level(logging.CRITICAL + 1, logger="previse.snapshots")
    return caplog


def test_a_publish_leaves_the_four_components_of_what_went_live(cast):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    change_agent(cast.eve, agent, bio="Of tomorrow.")

    services.promote(cast.ada, agent, 1, message="Opening day")

    (snapshot,) = snapshots(agent)
    event = Event.objects.get(artifact_id=agent.pk, name=PUBLISHED)
    assert (snapshot.version_number, snapshot.number, snapshot.event_id) == (1, 1, event.pk)
    assert (snapshot.published_by, snapshot.message) == ("Ada", "Opening day")
    assert snapshot.published_at == event.created_at
    assert snapshot.agent_snapshot["id"] == str(agent.pk)
    assert snapshot.agent_snapshot["bio"] == "Answers the phone."  # of v1, not of today's rows
    assert [len(each) for each in (snapshot.schemas_snapshot, snapshot.triggers_snapshot)] == [1, 1]
    assert snapshot.mcp_servers_snapshot[0]["name"] == "tools"


def test_only_schemas_in_force_are_kept(cast):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    schema = AgentSchema.objects.of(agent).get()
    add_part(cast.eve, agent, AgentSchema, schema_data={"title": "second", "type": "object"})
    change_part(cast.eve, agent, AgentSchema, schema.pk, is_active=False)

    services.promote(cast.eve, agent, 1)

    assert [each["schema_data"]["title"] for each in snapshots(agent)[0].schemas_snapshot] == ["second"]


def test_they_count_publishes_and_nothing_else(cast):
    agent = make_agent(cast.eve, slug="desk", locked=2, live=1)

    services.promote(cast.eve, agent, 2)
    services.roll_back(cast.eve, agent, 1)
    services.unpublish(cast.eve, agent)
    services.promote(cast.eve, agent, 1)

    assert [(each.version_number, each.number) for each in snapshots(agent)] == [(1, 1), (2, 2), (3, 1)]


def test_of_a_draft_that_is_live_itself_the_snapshot_is_what_was_published(cast, monkeypatch, quiet):
    agent = AgentFactory(actor=cast.eve, slug="desk", bio="First.")
    with monkeypatch.context() as patched:
        break_it(patched, ValueError("planted"))
        services.promote(cast.eve, agent, 1, lock=False)
    change_agent(cast.eve, agent, bio="Second.")
    change_agent(cast.eve, agent, bio="Third.")

    assert taking.take_missing() == 1

    assert snapshots(agent)[0].agent_snapshot["bio"] == "First."


def test_names_of_prompts_are_kept_as_the_numbers_that_were_served(cast):
    make_prompt(cast.eve, slug="greeting", live=1)
    agent = AgentFactory(actor=cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live"}})

    services.promote(cast.eve, agent, 1)

    assert snapshots(agent)[0].agent_snapshot["llm_config"] == {"prompts": {"greeting": 1}}


@pytest.mark.parametrize(
    "error",
    [
        ValueError("planted"), AttributeError("planted"), Snapshot.DoesNotExist("planted"),
        "SELECT 1/0", "INSERT INTO builder_versions (id) VALUES (gen_random_uuid())",
    ],
    ids=str,
)  # fmt: skip
def test_a_snapshot_that_fails_stops_no_publish_and_is_taken_later(cast, monkeypatch, quiet, error):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    with monkeypatch.context() as patched:
        break_it(patched, error)
        services.promote(cast.eve, agent, 1, message="Opening day")

    agent.refresh_from_db()
    assert agent.live.number == 1
    assert snapshots(agent) == []
    (event,) = taking.being_taken(agent)
    assert (event.to_number, event.message) == (1, "Opening day")

    assert taking.take_missing() == 1
    assert [(each.number, each.message) for each in snapshots(agent)] == [(1, "Opening day")]
    assert taking.being_taken(agent) == []
    assert taking.take_missing() == 0


def test_one_that_goes_on_failing_holds_up_no_other(cast, monkeypatch, quiet):
    agents = [make_agent(cast.eve, slug=f"desk-{n}", locked=1) for n in range(3)]
    real = taking._taken
    with monkeypatch.context() as patched:
        break_it(patched, ValueError("planted"))
        for agent in agents:
            services.promote(cast.eve, agent, 1)

    def fails_once(artifact, event):
        if artifact.pk == agents[0].pk:
            raise ValueError("planted")
        return real(artifact, event)

    monkeypatch.setattr(taking, "_taken", fails_once)
    assert taking.take_missing() == 2

    def gone(workspace, agent_id, event):
        raise Agent.DoesNotExist

    monkeypatch.setattr(taking, "_taken", real)
    monkeypatch.setattr(taking, "_retried", gone)
    assert taking.take_missing() == 0  # and it raised nothing


def test_a_round_of_the_last_hour_leaves_older_publishes_to_the_next_full_one(cast, monkeypatch, quiet):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    with monkeypatch.context() as patched:
        break_it(patched, ValueError("planted"))
        past = cast.eve.dated(timezone.now() - timedelta(days=3))
        services.promote(past, agent, 1)

    assert taking.take_missing(timezone.now() - timedelta(hours=1)) == 0
    assert taking.take_missing() == 1
    assert snapshots(agent)[0].published_at == past.at


def test_two_that_retry_at_once_take_exactly_one(committed_cast, monkeypatch, quiet):
    cast = committed_cast
    with told(cast.demo.id, cast.eve.person_id):
        agent = make_agent(cast.eve, slug="desk", locked=1)
    with monkeypatch.context() as patched, told(cast.demo.id, cast.eve.person_id):
        break_it(patched, ValueError("planted"))
        services.promote(cast.eve, agent, 1)

    answers = run_together(cast, [lambda: taking.take_missing()] * 4)

    assert answers == ["done"] * 4
    with told(cast.demo.id):
        assert [each.version_number for each in snapshots(agent)] == [1]


def test_publishes_and_retries_at_once_number_them_without_a_gap(committed_cast, monkeypatch, quiet):
    cast = committed_cast
    with told(cast.demo.id, cast.eve.person_id):
        agent = make_agent(cast.eve, slug="desk", locked=3)
    with monkeypatch.context() as patched, told(cast.demo.id, cast.eve.person_id):
        break_it(patched, ValueError("planted"))
        services.promote(cast.eve, agent, 1)

    jobs = [lambda n=n: services.promote(cast.eve, agent, n) for n in (2, 3)]
    run_together(cast, [*jobs, taking.take_missing, taking.take_missing])

    with told(cast.demo.id):
        found = snapshots(agent)
        assert [each.version_number for each in found] == [1, 2, 3]
        assert sorted(each.number for each in found) == [1, 2, 3]


def test_those_of_another_workspace_are_taken_in_theirs(cast, monkeypatch, quiet):
    with told(cast.elsewhere.id, cast.charlie.person_id):
        theirs = make_agent(cast.charlie, slug="desk", locked=1)
        with monkeypatch.context() as patched:
            break_it(patched, ValueError("planted"))
            services.promote(cast.charlie, theirs, 1)

    assert taking.take_missing() == 1

    with told(cast.elsewhere.id):
        assert snapshots(theirs)[0].tenant_id == cast.elsewhere.pk
    assert snapshots(theirs) == []  # demo sees nothing of it


def test_a_publish_that_is_refused_leaves_none(cast):
    agent = make_agent(cast.eve, slug="desk", locked=1, live=1)

    with refused("already_live"):
        services.promote(cast.eve, agent, 1)
    assert len(snapshots(agent)) == 1
