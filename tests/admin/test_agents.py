"""Agents in Django admin: read, and repaired by the services; no credential is ever shown."""

import json
from typing import Any

import pytest

from agents.models import (
    Agent,
    AgentSchema,
    AgentTrigger,
    Connector,
    Content,
    Conversation,
    McpServer,
    Secret,
)
from agents.services import change_part
from tests.admin.desk import told
from tests.factories import make_agent
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.services.steps import digest_of
from versioning.workspaces.models import Event

AGENTS = "agents/agent/"
KEY = "sk-abcdefghijklmnop1234"


def now(agent: Agent) -> Agent:
    return Agent.objects.with_pointers().get(pk=agent.pk)


def with_rows(cast: Any) -> tuple[Agent, dict[str, Any]]:
    """An agent with a row of everything that admin shows, by the page's name."""
    agent = make_agent(cast.alice, locked=2, live=1)
    server = McpServer.objects.of(agent).get()
    change_part(cast.alice, agent, McpServer, server.pk, config={"api_key": KEY})
    body = '{"agent": "as it was"}'
    content = Content.objects.create(workspace=cast.demo, digest=digest_of(body), body=body)
    at = agent.created_at
    connector = Connector.objects.create(
        workspace=cast.demo, agent=agent, name="main line", channel="phone", created_at=at, changed_at=at
    )
    conversation = Conversation.objects.create(
        workspace=cast.demo, agent=agent, number=1, digest=content.digest, served_from="live",
        connector=connector, key_id=agent.pk,
    )  # fmt: skip
    return agent, {
        "agent": agent, "agentschema": AgentSchema.objects.of(agent).get(),
        "agenttrigger": AgentTrigger.objects.of(agent).get(), "mcpserver": server,
        "secret": Secret.objects.get(), "connector": connector, "conversation": conversation,
    }  # fmt: skip


def test_pointers_and_the_archive_are_repaired_by_the_verbs_that_everyone_uses(cast, desk):
    agent = make_agent(cast.alice, locked=2, live=1)
    services.stage(cast.alice, agent, 2)

    said = [
        told(desk.act(AGENTS, action, agent)) for action in ("unstage", "unpublish", "archive", "unarchive")
    ]

    assert said == [["Staging cleared: 1"], ["Unpublished: 1"], ["Archived: 1"], ["Unarchived: 1"]]
    assert (now(agent).live, now(agent).staging, now(agent).archived_at) == (None, None, None)
    event = Event.objects.of(agent.pk).newest_first().first()
    assert (event.name, event.actor_kind, event.via) == ("artifact.unarchived", "operator", "admin")


def test_a_refusal_is_told_and_the_other_rows_are_done(cast, desk):
    live, spare = make_agent(cast.alice, locked=1, live=1), make_agent(cast.alice)

    answer = desk.act(AGENTS, "archive", live, spare)

    assert told(answer) == [f"{live.slug}: v1 is live. Unpublish it first.", "Archived: 1"]
    assert now(spare).archived_at


def test_a_version_of_an_agent_is_published_from_the_list_of_versions(cast, desk):
    agent = make_agent(cast.alice, locked=2, live=1)

    desk.act("versions/version/", "promote", Version.objects.of(agent).get(number=2))
    page = desk.get("versions/version/").content.decode()

    assert now(agent).live.number == 2
    assert ">locked<" in page
    assert ">retired<" not in page


def test_every_row_can_be_read_and_none_written(cast, desk):
    _, rows = with_rows(cast)

    for name, row in rows.items():
        path = f"agents/{name}/"
        assert desk.get(path).status_code == 200, name
        assert desk.get(path, q="main").status_code == 200, name
        assert desk.get(f"{path}{row.pk}/change/").status_code == 200, name
        assert desk.get(f"{path}add/").status_code == 403, name
        assert desk.post(f"{path}{row.pk}/change/", name="changed").status_code == 403, name
        assert desk.post(f"{path}{row.pk}/delete/", post="yes").status_code == 403, name


def test_of_a_credential_the_last_four_are_shown_and_nothing_else(cast, desk):
    _, rows = with_rows(cast)
    secret = rows["secret"]

    pages = [
        desk.get(path).content.decode() for path in ("agents/secret/", f"agents/secret/{secret.pk}/change/")
    ] + [desk.get(f"agents/mcpserver/{rows['mcpserver'].pk}/change/").content.decode()]

    assert all("••••1234" in page for page in pages[:2])
    assert not any(KEY in page or secret.sealed.hex()[:32] in page for page in pages)
    assert "$secret" in pages[2]


def test_a_conversation_shows_the_content_that_it_stays_on(cast, desk):
    _, rows = with_rows(cast)

    page = desk.get(f"agents/conversation/{rows['conversation'].pk}/change/").content.decode()

    assert "as it was" in page
    assert "v1" in page


@pytest.mark.parametrize("word", ["front", "agent-", "nothing"])
def test_agents_are_found_by_slug_and_name(cast, desk, word):
    agent = make_agent(cast.alice, name="Front desk")

    page = desk.get(AGENTS, q=word).content.decode()

    assert (json.dumps(agent.slug)[1:-1] in page) == (word != "nothing")
