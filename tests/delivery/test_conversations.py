"""Conversations: each is served, for life, by the content that it began with."""

import contextlib
import hashlib
import json
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from agents.models import Content, Conversation, McpServer
from agents.services import add_part, change_agent
from agents.services.connectors import remove_connector
from tests.delivery.house import House, rows, until
from tests.server import Server, url_of
from versioning.delivery.sightings import PAUSE
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Artifact, Version
from versioning.versions.readers import readers

FIELDS = [
    "id", "agent", "label", "number", "digest", "served_from", "connector", "started_at", "content",
]  # fmt: skip


def test_a_conversation_is_started_on_what_is_live_and_says_on_what(house: House, server: Server):
    agent = house.agent(live=2)

    answer = server.begin(f"agents/{agent.slug}", house.key(), {"caller": "+41791234567"})

    said = answer.json()
    live = server.read("agent", agent.slug, house.key()).json()
    assert answer.status_code == 201
    assert list(said) == FIELDS
    assert (said["agent"], said["label"], said["number"]) == (agent.slug, "v2", 2)
    assert (said["served_from"], said["connector"]) == ("live", None)
    assert (said["content"], said["digest"]) == (live["content"], live["digest"])
    assert answer.headers["location"] == f"/v1/conversations/{said['id']}"
    assert answer.headers["cache-control"] == "no-store"
    assert said["started_at"].endswith("Z")
    (row,) = rows(house, Conversation, agent=agent)
    assert (str(row.id), row.caller, row.number) == (said["id"], "+41791234567", 2)


def test_who_began_it_is_among_those_that_read_the_agent(house: House, server: Server):
    agent, key, where = house.agent(), house.key(), "agents/{}"
    for once in ("a", "b", "b"):  # the third is the second once more
        server.begin(where.format(agent.slug), key, Idempotency_Key=once)

    until(lambda: bool(house.act(readers().uses, agent)), within=4 * PAUSE)

    assert [(use.kind, use.reads) for use in house.act(readers().uses, agent)] == [("live", 2)]
    assert house.act(readers().arrival, agent, "live").clients == []


@pytest.mark.parametrize("body", [None, b"", b"  ", b"{}", b'{"caller": null}', b'{"caller": ""}'])
def test_the_body_may_be_left_out(house: House, server: Server, body: bytes | None):
    agent = house.agent()

    assert server.begin(f"agents/{agent.slug}", house.key(), body).status_code == 201


def test_it_reads_the_very_same_bytes_for_life(house: House, server: Server, other_server: Server):
    """Through every act on the agent, in a process that never heard of it, and in one that starts later."""
    agent, key = house.agent(live=2), house.key()
    begun = server.begin(f"agents/{agent.slug}", key)
    path = begun.headers["location"]
    acts: list[Any] = [
        lambda: house.act(change_agent, agent, bio="Something else."),
        lambda: house.act(services.promote, agent, 3),
        lambda: house.act(services.roll_back, agent, 1),
        lambda: house.act(services.stage, agent, 2),
        lambda: house.act(services.unpublish, agent),
        lambda: house.act(services.promote, agent, 4, lock=False),
        lambda: house.act(change_agent, agent, bio="Live at once."),
        lambda: house.act(services.revert, agent),
        lambda: house.act(services.unpublish, agent),
        lambda: house.act(services.archive, agent),
    ]

    served = set()
    for act in acts:
        act()
        for one in (server, other_server):
            read = one.get(path, key)
            assert (read.status_code, read.content) == (200, begun.content)
        served.add(server.read("agent", agent.slug, key).content)

    assert len(served) > 4, "what is served changed all the while, or this sameness would prove nothing"


def test_a_conversation_on_a_live_draft_keeps_what_the_draft_was(house: House, server: Server):
    agent, key = house.agent(live=1), house.key()
    house.act(services.promote, agent, 2, lock=False)
    house.act(change_agent, agent, bio="First.")
    first = server.begin(f"agents/{agent.slug}", key)

    house.act(change_agent, agent, bio="Second.")
    second = server.begin(f"agents/{agent.slug}", key)

    bios = [each.json()["content"]["agent"]["bio"] for each in (first, second)]
    assert (bios, [first.json()["number"], second.json()["number"]]) == (["First.", "Second."], [2, 2])
    assert server.get(first.headers["location"], key).content == first.content


def test_a_content_is_kept_once_however_many_begin_on_it(house: House, server: Server):
    agent, key = house.agent(), house.key()

    digests = {server.begin(f"agents/{agent.slug}", key).json()["digest"] for _ in range(5)}

    assert len(digests) == 1
    assert len(rows(house, Content, digest=digests.pop())) == 1
    assert len(rows(house, Conversation, agent=agent)) == 5


def test_the_digest_is_that_of_the_configuration(house: House, server: Server):
    agent = house.agent()

    said = server.begin(f"agents/{agent.slug}", house.key()).json()

    with told(house.actor.workspace.id):
        source = Version.objects.get(artifact=agent, number=1).source
    assert said["digest"] == hashlib.sha256(source.encode()).hexdigest()


def test_content_that_sql_rewrote_without_its_digest_is_still_that_content(house: House, server: Server):
    """The hash is of the bytes that are kept: a digest that lies next to them is not believed."""
    agent, key = house.agent(live=1), house.key()
    house.act(services.promote, agent, 2, lock=False)
    server.begin(f"agents/{agent.slug}", key)
    with told(house.actor.workspace.id):
        source = Version.objects.get(artifact=agent, number=2).source
        changed = json.dumps(json.loads(source) | {"triggers": []})
        Version.objects.filter(artifact=agent, number=2).update(source=changed)

    said = server.begin(f"agents/{agent.slug}", key).json()

    assert (said["content"]["triggers"], said["digest"]) == ([], hashlib.sha256(changed.encode()).hexdigest())


def test_a_test_key_begins_on_staging_where_it_is_set_and_on_else(house: House, server: Server):
    agent, key = house.agent(live=2), house.key("test")
    house.act(services.stage, agent, 1)
    staged = server.begin(f"agents/{agent.slug}", key).json()
    live = server.begin(f"agents/{agent.slug}", house.key()).json()

    house.act(services.unstage, agent)
    after = server.begin(f"agents/{agent.slug}", key).json()

    assert [(each["number"], each["served_from"]) for each in (staged, live, after)] == [
        (1, "staging"), (2, "live"), (2, "live"),
    ]  # fmt: skip


def test_with_nothing_live_a_call_is_refused_and_told_from_unknown(house: House, server: Server):
    agent, key = house.agent(live=0), house.key()

    nothing = server.begin(f"agents/{agent.slug}", key)
    unknown = server.begin("agents/never-was", key)

    assert (nothing.status_code, nothing.json()["code"]) == (409, "no_live_version")
    assert "Publish a version first" in nothing.json()["title"]
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert nothing.headers["content-type"] == "application/problem+json"


def test_after_an_unpublish_nobody_is_let_in_and_who_is_in_stays(house: House, server: Server):
    agent, key = house.agent(), house.key()
    begun = server.begin(f"agents/{agent.slug}", key)

    house.act(services.unpublish, agent)

    assert server.begin(f"agents/{agent.slug}", key).status_code == 409
    assert server.get(begun.headers["location"], key).content == begun.content


def test_an_archived_agent_takes_no_calls(house: House, server: Server):
    agent, key = house.agent(), house.key()
    connector = house.connector(agent, target="version", split=[{"version": 1}])
    house.act(services.unpublish, agent)
    house.act(services.archive, agent)

    answers = [server.begin(where, key) for where in (f"agents/{agent.slug}", f"connectors/{connector.pk}")]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "not_found")] * 2


def test_a_prompt_has_no_conversations(house: House, server: Server):
    prompt, key = house.prompt(), house.key()

    assert server.begin(f"agents/{prompt.slug}", key).json()["code"] == "not_found"
    assert server.ask("POST", f"/v1/prompts/{prompt.slug}/conversations", key).status_code == 405


def test_a_conversation_waits_for_no_editor_and_no_editor_for_it(house: House, server: Server):
    """An editor who holds the agent's row, and every row that a save writes, for as long as it takes."""
    agent, key = house.agent(live=1), house.key()
    house.act(services.promote, agent, 2, lock=False)
    connector = house.connector(agent)

    with told(house.actor.workspace.id):
        Artifact.objects.select_for_update().get(pk=agent.pk)
        change_agent(house.actor, agent, bio="Not committed yet.")
        assert _is_held(agent), "else nobody would have to wait for anything"
        begun = [server.begin(where, key) for where in (f"agents/{agent.slug}", f"connectors/{connector.pk}")]
        transaction.set_rollback(True)

    assert [each.status_code for each in begun] == [201, 201]
    assert begun[0].json()["content"]["agent"]["bio"] != "Not committed yet."


def _is_held(agent: Any) -> bool:
    """Whether another connection cannot have the agent's row now."""
    with (
        psycopg.connect(url_of(connection.settings_dict)) as other,
        contextlib.suppress(psycopg.errors.LockNotAvailable),
    ):
        other.execute("SELECT set_config('app.workspace_id', %s, true)", [str(agent.workspace_id)])
        found = other.execute("SELECT 1 FROM versions_artifact WHERE id = %s FOR UPDATE NOWAIT", [agent.pk])
        assert found.fetchone()
        return False
    return True


def test_conversations_and_contents_never_change(house: House, server: Server):
    server.begin(f"agents/{house.agent().slug}", house.key())

    for table in ("agents_conversation", "agents_content"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET digest = digest"):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                told(house.actor.workspace.id),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def test_a_content_is_its_hash_whoever_writes_it(house: House):
    with pytest.raises(IntegrityError, match="content_is_its_hash"), told(house.actor.workspace.id):
        Content.objects.create(workspace=house.actor.workspace, digest="0" * 64, body="{}")


def test_what_a_conversation_answers_is_fixed_to_the_byte(house: House, server: Server):
    """Other bytes would change conversations that have begun: they are answered from the source."""
    agent = house.agent()
    said = server.begin(f"agents/{agent.slug}", house.key())
    with told(house.actor.workspace.id):
        source = json.loads(Version.objects.get(artifact=agent, number=1).source)
    body = said.json()

    expected = (
        f'{{"id":"{body["id"]}","agent":"{agent.slug}","label":"v1","number":1,"digest":"{body["digest"]}",'
        f'"served_from":"live","connector":null,"started_at":"{body["started_at"]}","content":'
        + json.dumps(source, ensure_ascii=False, separators=(",", ":")) + "}"
    )  # fmt: skip
    assert said.content == expected.encode()


def test_credentials_are_references_and_nothing_else(house: House, server: Server):
    agent, key = house.agent(live=0), house.key()
    config = {"headers": {"Authorization": "Bearer hunter2-hunter2-hunter2"}}
    house.act(add_part, agent, McpServer, name="mail", endpoint="https://mail.example/mcp", config=config)
    house.act(services.promote, agent, 1)

    answers = [server.begin(f"agents/{agent.slug}", key), server.read("agent", agent.slug, key)]

    for answer in answers:
        servers = {each["name"]: each for each in answer.json()["content"]["mcp_servers"]}
        assert list(servers["mail"]["config"]["headers"]["Authorization"]) == ["$secret", "rev"]
        assert "hunter2" not in answer.text


def test_a_removed_connector_starts_nothing_and_its_conversations_stay(house: House, server: Server):
    agent, key = house.agent(), house.key()
    connector = house.connector(agent)
    begun = server.begin(f"connectors/{connector.pk}", key)

    house.act(remove_connector, agent, connector.pk)

    after = server.begin(f"connectors/{connector.pk}", key)
    assert (after.status_code, after.json()["code"]) == (404, "not_found")
    assert server.get(begun.headers["location"], key).content == begun.content
    assert begun.json()["connector"] == str(connector.pk)
