"""Many people act on one agent at once; afterwards SQL finds every invariant whole."""

import random

import pytest
from django.db import connection, connections

from agents.models import AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, create_agent
from agents.services.connectors import create_connector
from tests.factories import AgentFactory, make_agent, make_prompt
from tests.invariants.audit import violations
from tests.invariants.together import run_together
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.querysets import ArtifactQuerySet
from versioning.versions.services import one_draft
from versioning.workspaces.models import Event

OPEN = """
WITH a AS (UPDATE versions_artifact SET last_number = last_number + 1 WHERE id = %s RETURNING *)
INSERT INTO versions_version (id, artifact_id, workspace_id, kind, number, source, digest, message,
  author_name, revision, created_at, updated_at)
SELECT gen_random_uuid(), a.id, a.workspace_id, v.kind, a.last_number, v.source, v.digest, '', 'x', 1,
  now(), now()
  FROM a JOIN versions_version v ON v.artifact_id = a.id AND v.number = 1
"""
LOCK = "UPDATE versions_version SET locked_at = now() WHERE artifact_id = %s AND locked_at IS NULL"
REFUSALS = {
    "already_live", "not_live", "unchanged", "nothing_to_revert", "not_frozen", "not_older", "not_found",
    "already_staged", "not_staged", "stale",
}  # fmt: skip


def agent_verbs(cast, agent, chance):
    """What sixteen people do to one agent, each as often as it stands here."""
    words = iter(range(10_000))

    def newest():
        return one_draft.draft_of(agent).number

    return [
        lambda: services.lock(cast.eve, agent),
        lambda: services.lock(cast.ada, agent),
        lambda: services.lock(cast.eve, agent, expected=one_draft.draft_of(agent).tag),
        lambda: services.promote(cast.eve, agent, newest()),
        lambda: services.promote(cast.ada, agent, newest(), lock=False),
        lambda: services.promote(cast.eve, agent, chance.randint(1, newest())),
        lambda: services.roll_back(cast.ada, agent, chance.randint(1, 3)),
        lambda: services.unpublish(cast.alice, agent),
        lambda: services.revert(cast.eve, agent),
        lambda: services.stage(cast.eve, agent, chance.randint(1, newest())),
        lambda: services.unstage(cast.ada, agent),
        lambda: change_agent(cast.eve, agent, bio=f"Words {next(words)}."),
        lambda: change_agent(cast.ada, agent, metadata={"n": next(words)}),
        lambda: add_part(cast.alice, agent, AgentTrigger, name=f"trigger {next(words)}"),
        lambda: change_server(cast.eve, agent, f"a-credential-{next(words)}"),
    ]


def change_server(actor, agent, credential):
    """Give its first MCP server another credential."""
    server = McpServer.objects.of(agent).earliest("created_at")
    change_part(actor, agent, McpServer, server.pk, config={"api_key": credential})


def race(cast, agent, rounds=8, **more):
    """What became of the acts of sixteen threads, and what SQL found after each round."""
    chance = random.Random(11)
    verbs = agent_verbs(cast, agent, chance)
    codes, found = [], []
    for _ in range(rounds):
        codes += run_together(cast, [chance.choice(verbs) for _ in range(16)], **more)
        with told(cast.demo.id):
            found += violations()
    return codes, found


def acts_of(agent):
    """How many acts its Events tell of."""
    return Event.objects.of(agent.pk).values("act_id").distinct().count()


def test_sixteen_people_at_one_agent_break_no_invariant(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        agent = make_agent(cast.eve, locked=3, live=2)
        before = acts_of(agent)

    codes, found = race(cast, agent)

    assert found == []
    assert set(codes) - {"done"} <= REFUSALS, codes
    assert codes.count("done") >= len(codes) / 2, codes
    with told(cast.demo.id):
        assert acts_of(agent) - before == codes.count("done"), "each act that was done is told once"


def test_a_lock_freezes_what_was_shown_whatever_is_promoted_meanwhile(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        prompt = make_prompt(cast.eve, slug="greeting", live=2)
        agent = AgentFactory(actor=cast.eve, llm_config={"prompts": {"greeting": "live"}})

    for turn in range(12):
        with told(cast.demo.id):
            draft = one_draft.draft_of(agent)
        other = 1 + turn % 2

        codes = run_together(
            cast,
            [
                lambda draft=draft: services.lock(cast.eve, agent, expected=draft.tag),
                lambda other=other: services.promote(cast.ada, prompt, other),
            ],
        )

        with told(cast.demo.id):
            now = Version.objects.get(pk=draft.pk)
            assert (codes[0], now.is_draft) in [("done", False), ("stale", True)]
            assert now.is_draft or now.source == draft.source, "it was locked with what nobody had seen"


def test_of_two_agents_with_one_phone_number_one_is_refused_by_name(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        agents = [make_agent(cast.eve, locked=1, live=1) for _ in range(8)]

    codes = run_together(
        cast,
        [
            lambda agent=agent: create_connector(
                cast.eve, agent, name="line", channel="phone", address="+41 79 123 45 67"
            )
            for agent in agents
        ],
    )

    assert sorted(codes) == ["done"] + ["invalid"] * 7


def test_of_eight_agents_with_one_slug_one_is_made(committed_cast):
    cast = committed_cast

    codes = run_together(cast, [lambda: create_agent(cast.eve, slug="one") for _ in range(8)])

    assert sorted(codes) == ["done"] + ["slug_taken"] * 7
    with told(cast.demo.id):
        assert violations() == []


def test_the_database_holds_alone_when_the_row_lock_is_forgotten(committed_cast, monkeypatch):
    """Without it many acts fail in the middle: they are undone whole, and no invariant breaks."""
    cast = committed_cast
    with told(cast.demo.id):
        agent = make_agent(cast.eve, locked=3, live=2)
    monkeypatch.setattr(ArtifactQuerySet, "select_for_update", lambda self, **_: self)

    codes, found = race(cast, agent, rounds=4, database_may_refuse=True)

    assert found == []
    assert {"23505", "PV001"} & set(codes), "the race did not show"


def by_hand(statement, agent):
    """What somebody does who does not know the services."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [agent.pk])


@pytest.fixture
def without():
    """Take a guard of drafts away. At the end the drafts are made such that it can be put back."""
    owner, index = connections["owner"], "SELECT indexdef FROM pg_indexes WHERE indexname = 'one_draft'"
    with owner.cursor() as cursor:
        cursor.execute(index)
        [(made_by,)] = cursor.fetchall()

        def take(guard):
            cursor.execute(
                "DROP INDEX one_draft"
                if guard == "one_draft"
                else f"ALTER TABLE versions_version DISABLE TRIGGER {guard}"
            )

        yield take
        cursor.execute("ALTER TABLE versions_version DISABLE TRIGGER need_draft_update")
        cursor.execute(
            "UPDATE versions_version SET locked_at = now() WHERE kind = 'agent' AND locked_at IS NULL"
        )
        cursor.execute("ALTER TABLE versions_version ENABLE ALWAYS TRIGGER need_draft_update")
        cursor.execute(index)
        if not cursor.fetchall():
            cursor.execute(made_by)


@pytest.mark.parametrize(
    ("guard", "careless", "code", "broken"),
    [
        ("one_draft", OPEN, "23505", ["not exactly one draft", "a draft that is not the newest"]),
        ("need_draft_update", LOCK, "PV005", ["not exactly one draft"]),
    ],
)
def test_a_guard_that_is_taken_away_is_missed(committed_cast, without, guard, careless, code, broken):
    """The planted faults: with the guard sixteen careless people break nothing, without it the audit sees."""
    cast = committed_cast
    with told(cast.demo.id):
        agent = make_agent(cast.eve, locked=1, live=1)
    together = [lambda: by_hand(careless, agent)] * 16

    assert set(run_together(cast, together, database_may_refuse=True)) == {code}
    with told(cast.demo.id):
        assert violations() == []

    without(guard)
    assert "done" in run_together(cast, together, database_may_refuse=True)
    with told(cast.demo.id):
        assert set(broken) <= set(violations())
