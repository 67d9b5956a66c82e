"""What the database refuses of calls to SQL that goes round the services: connectors, conversations."""

import uuid

import pytest
from django.db import DatabaseError, transaction

from agents.models import Connector, Content, Conversation
from tests.factories import make_agent
from tests.invariants.by_hand import (
    APPEND_ONLY,
    CHECK,
    FOREIGN_KEY,
    NO_DRAFT,
    NO_PRIVILEGE,
    OTHER,
    allowed,
    refused,
    refused_to_owner,
    rows,
)
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.services.steps import digest_of, sqlstate

INSERT_CONVERSATION = """
INSERT INTO agents_conversation
  (id, workspace_id, agent_id, served_from, caller, key_id, number, digest, connector_id)
  SELECT gen_random_uuid(), workspace_id, agent_id, served_from, caller, key_id, %s, %s, %s
  FROM agents_conversation WHERE id = %s
"""
DELETE = "DELETE FROM versions_version WHERE artifact_id = %s AND locked_at IS NULL"


@pytest.fixture
def agent(cast):
    """v1 locked and live, v2 the draft."""
    return make_agent(cast.eve, locked=1, live=1)


@pytest.fixture
def conversation(cast, agent):
    """One that was started on v1."""
    Content.objects.create(workspace=cast.demo, digest=digest_of("x"), body="x")
    return Conversation.objects.create(
        workspace=cast.demo, agent=agent, number=1, digest=digest_of("x"), served_from="live",
        key_id=uuid.uuid4(),
    )  # fmt: skip


@pytest.mark.parametrize("table", ["agents_content", "agents_conversation"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET digest = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_conversations_and_their_contents_take_no_update_delete_or_truncate(conversation, table, statement):
    refused(NO_PRIVILEGE, statement.format(table))


@pytest.mark.parametrize("table", ["agents_content", "agents_conversation"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET digest = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nor_from_their_owner(committed_cast, table, statement):
    cast = committed_cast
    with told(cast.demo.id):
        agent = make_agent(cast.eve, locked=1)
        Content.objects.create(workspace=cast.demo, digest=digest_of("x"), body="x")
        Conversation.objects.create(
            workspace=cast.demo, agent=agent, number=1, digest=digest_of("x"), served_from="live",
            key_id=uuid.uuid4(),
        )  # fmt: skip

    refused_to_owner(APPEND_ONLY, statement.format(table))


def test_a_content_is_what_its_hash_says(cast):
    refused(
        CHECK,
        "INSERT INTO agents_content (workspace_id, digest, body) VALUES (%s, %s, 'other')",
        cast.demo.id, digest_of("x"),
    )  # fmt: skip


def test_a_conversation_as_it_should_be_is_written(conversation):
    assert allowed(INSERT_CONVERSATION, 1, conversation.digest, None, conversation.pk) == 1


@pytest.mark.parametrize(
    ("column", "value"), [("number", 7), ("digest", digest_of("nothing")), ("connector_id", uuid.uuid4())]
)
def test_a_conversation_is_of_a_version_a_content_and_a_connector_that_are_there(conversation, column, value):
    values = {"number": 1, "digest": digest_of("x"), "connector_id": None} | {column: value}

    refused(FOREIGN_KEY, INSERT_CONVERSATION, *values.values(), conversation.pk)


def test_a_conversation_does_not_come_by_another_agents_connector(cast, conversation):
    other, now = make_agent(cast.eve), cast.eve.now()
    way_in = Connector.objects.create(
        workspace=cast.demo, agent=other, name="line", channel="web", created_at=now, changed_at=now
    )

    refused(FOREIGN_KEY, INSERT_CONVERSATION, 1, conversation.digest, way_in.pk, conversation.pk)


def test_a_version_that_served_a_conversation_stays(cast, agent):
    services.promote(cast.eve, agent, 2, lock=False)
    Content.objects.create(workspace=cast.demo, digest=digest_of("x"), body="x")
    Conversation.objects.create(
        workspace=cast.demo, agent=agent, number=2, digest=digest_of("x"), served_from="live",
        key_id=uuid.uuid4(),
    )  # fmt: skip

    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        services.unpublish(cast.eve, agent)
        rows(DELETE, agent.pk)
        rows("SET CONSTRAINTS ALL IMMEDIATE")

    assert sqlstate(caught.value) in (FOREIGN_KEY, NO_DRAFT)


def test_a_connector_does_not_move_to_another_agent(cast, agent):
    other, now = make_agent(cast.eve), cast.eve.now()
    Connector.objects.create(
        workspace=cast.demo, agent=agent, name="line", channel="web", created_at=now, changed_at=now
    )

    refused(OTHER, "UPDATE agents_connector SET agent_id = %s", other.pk)
