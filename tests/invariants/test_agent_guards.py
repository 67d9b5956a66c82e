"""What the database refuses of agents to SQL that goes round the services."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from agents.models import AgentTrigger, McpServer
from agents.services import add_part, change_agent
from tests.factories import AgentFactory, make_agent, make_prompt
from tests.invariants.by_hand import (
    FOREIGN_KEY,
    FROZEN,
    NO_DRAFT,
    NO_PRIVILEGE,
    OTHER,
    UNIQUE,
    allowed,
    answers,
    refused,
    rows,
)
from versioning.lib.transaction import tell, told
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.services.steps import sqlstate

INSERT_DRAFT = """
INSERT INTO versions_version
  (id, artifact_id, workspace_id, kind, number, source, digest, message, author_name, revision, created_at,
   updated_at)
  SELECT gen_random_uuid(), artifact_id, workspace_id, kind, 70, source, digest, '', 'x', 1, now(), now()
  FROM versions_version WHERE artifact_id = %s AND number = 1
"""
MOVE_DRAFT = """
UPDATE versions_version SET artifact_id = %s, number = 70 WHERE artifact_id = %s AND locked_at IS NULL
"""
INSERT_AGENT = """
INSERT INTO versions_artifact (id, workspace_id, kind, slug, created_at, changed_at)
  VALUES (%s, %s, 'agent', 'bare', now(), now())
"""
LOCK = "UPDATE versions_version SET locked_at = now() WHERE artifact_id = %s AND locked_at IS NULL"
DELETE = "DELETE FROM versions_version WHERE artifact_id = %s AND locked_at IS NULL"


@pytest.fixture
def agent(cast):
    """v1 locked and live, v2 the draft."""
    return make_agent(cast.eve, locked=1, live=1)


def test_a_second_draft_is_refused(agent):
    refused(UNIQUE, INSERT_DRAFT, agent.pk)


def test_a_locked_version_is_no_draft_again(agent):
    refused(
        FROZEN, "UPDATE versions_version SET locked_at = NULL WHERE artifact_id = %s AND number = 1", agent.pk
    )


@pytest.mark.parametrize("statement", [LOCK, DELETE], ids=["locked", "deleted"])
def test_the_last_draft_stays(agent, statement):
    refused(NO_DRAFT, statement, agent.pk)


@pytest.mark.parametrize("statement", [LOCK, DELETE], ids=["locked", "deleted"])
def test_the_last_draft_stays_also_when_the_workspace_is_no_longer_told(agent, statement):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        rows(statement, agent.pk)
        tell(None)
        rows("SET CONSTRAINTS ALL IMMEDIATE")

    assert sqlstate(caught.value) == NO_DRAFT


def test_the_last_draft_stays_at_the_commit_itself(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        agent = AgentFactory(actor=cast.eve)

    with pytest.raises(DatabaseError) as caught, told(cast.demo.id):
        rows(LOCK, agent.pk)
        tell(None)

    assert sqlstate(caught.value) == NO_DRAFT
    with told(cast.demo.id):
        assert Version.objects.of(agent).get().is_draft


def test_an_agent_without_a_draft_is_not_made(cast):
    refused(NO_DRAFT, INSERT_AGENT, uuid.uuid4(), cast.demo.id)


def test_the_next_draft_may_take_the_place_of_the_one_that_is_locked(agent):
    with transaction.atomic():
        rows(LOCK, agent.pk)
        assert allowed(INSERT_DRAFT, agent.pk) == 1


def test_a_draft_does_not_move_to_another_agent(cast, agent):
    """Else the one would be without, and the check for the other would find it there."""
    other = make_agent(cast.eve)
    with transaction.atomic():
        rows(LOCK, other.pk)
        refused(OTHER, MOVE_DRAFT, other.pk, agent.pk)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("table", "column"), [("versions_artifact", "id"), ("versions_version", "artifact_id")]
)
@pytest.mark.parametrize("number", [1, 2])
def test_a_kind_never_changes(agent, table, column, number):
    only = f" AND number = {number}" if table == "versions_version" else ""
    code = FROZEN if only and number == 1 else OTHER

    refused(code, f"UPDATE {table} SET kind = 'prompt' WHERE {column} = %s{only}", agent.pk)


def test_a_version_of_an_agent_is_of_its_kind(cast, agent):
    prompt = make_prompt(cast.eve)
    make = INSERT_DRAFT.replace("artifact_id, workspace_id, kind, 70", "%s, workspace_id, kind, 70")

    refused(FOREIGN_KEY, make, prompt.pk, agent.pk)


@pytest.mark.parametrize("pointer", ["live_id", "staging_id"])
def test_a_pointer_does_not_name_another_agents_version(cast, agent, pointer):
    other = Version.objects.of(make_agent(cast.eve)).get()

    refused(FOREIGN_KEY, f"UPDATE versions_artifact SET {pointer} = %s WHERE id = %s", other.pk, agent.pk)


def test_live_may_stand_on_the_draft_of_an_agent(agent):
    draft = Version.objects.of(agent).drafts().get()

    assert allowed("UPDATE versions_artifact SET live_id = %s WHERE id = %s", draft.pk, agent.pk) == 1


@pytest.mark.parametrize(
    "change",
    [
        "source = '{}'",
        "digest = 'x'",
        "message = 'x'",
        "author_name = 'x'",
        "updated_at = now()",
        "revision = 9",
    ],
)
def test_a_locked_version_takes_no_update(agent, change):
    refused(FROZEN, f"UPDATE versions_version SET {change} WHERE artifact_id = %s AND number = 1", agent.pk)


def test_a_locked_version_is_not_deleted(cast):
    agent = make_agent(cast.eve, locked=1)

    refused(FROZEN, "DELETE FROM versions_version WHERE artifact_id = %s AND number = 1", agent.pk)


def test_a_lock_and_a_save_of_what_is_served_count_the_generation_up(cast, agent):
    def generation():
        return answers("SELECT generation FROM versions_artifact WHERE id = %s", agent.pk)[0][0]

    services.stage(cast.eve, agent, 2)
    before = generation()
    change_agent(cast.eve, agent, bio="Other words.")
    saved = generation()
    services.lock(cast.eve, agent)

    assert before < saved < generation()


@pytest.mark.parametrize("table", ["builder_agent_schemas", "builder_agent_triggers", "builder_mcp_servers"])
def test_a_part_does_not_move_to_another_agent_nor_take_another_id(cast, agent, table):
    other = make_agent(cast.eve)

    refused(OTHER, f"UPDATE {table} SET agent_id = %s WHERE agent_id = %s", other.pk, agent.pk)
    refused(OTHER, f"UPDATE {table} SET id = gen_random_uuid() WHERE agent_id = %s", agent.pk)


def test_a_secret_does_not_move_to_another_agent(cast, agent):
    add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "a-secret-value"})
    other = make_agent(cast.eve)

    refused(OTHER, "UPDATE agents_secret SET agent_id = %s", other.pk)


def test_a_secret_is_not_deleted_for_versions_name_it(cast, agent):
    add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "a-secret-value"})

    refused(NO_PRIVILEGE, "DELETE FROM agents_secret")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE versions_version DISABLE TRIGGER need_draft_update",
        "ALTER TABLE versions_version DISABLE TRIGGER ALL",
        "DROP INDEX one_draft",
        "ALTER TABLE agents_conversation DISABLE TRIGGER append_only",
        "CREATE OR REPLACE FUNCTION need_draft() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    ],
)
def test_the_application_cannot_take_these_guards_down(agent, statement):
    refused(NO_PRIVILEGE, statement)


def test_what_the_system_observed_may_be_written_beside_a_draft_and_changes_no_version(agent):
    before = Version.objects.of(agent).drafts().get()

    rows("UPDATE builder_mcp_servers SET last_error = 'refused', tools_count = 4")
    rows("UPDATE builder_agent_triggers SET trigger_count = 9, last_triggered_at = now()")

    after = Version.objects.of(agent).drafts().get()
    assert (after.source, after.revision) == (before.source, before.revision)
    assert AgentTrigger.objects.of(agent).get().trigger_count == 9


@pytest.mark.django_db
def test_the_guards_that_hold_a_draft_hold_also_as_a_replica():
    """`session_replication_role` turns ordinary triggers off; these stay on, whoever may set it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal ORDER BY 1")
        on = {name for (name,) in cursor.fetchall()}

    assert on >= {"append_only", "append_only_all", "frozen_update", "frozen_delete", "need_draft",
                  "need_draft_update", "need_draft_delete", "same_for_life"}  # fmt: skip
