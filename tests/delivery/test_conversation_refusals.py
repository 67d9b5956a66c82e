"""What begins no conversation, and what nobody may do to one."""

import uuid

import httpx
import pytest

from agents.models import Conversation
from tests.delivery.house import House, rows, until
from tests.server import Server

BODIES = [
    b"{", b"[]", b'"x"', b"1", b"null", b"NaN", b'{"caller": 1}', b'{"caller": false}', b'{"caller": []}',
    b'{"caller": "\\u0000"}', b'{"caller": "\\ud800"}', b'{"caller": "a", "caller": "b"}', b"\xff\xfe",
    b'{"agent": "x"}', b'{"caller": "' + b"x" * 201 + b'"}', b"[" * 5_000, b'{"a":' * 2_000, b"\0",
    b'{"caller": ' + b"9" * 10_000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:24]))
def test_no_body_makes_it_fail(house: House, server: Server, body: bytes):
    agent, key = house.agent(), house.key()

    answer = server.begin(f"agents/{agent.slug}", key, body)

    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert rows(house, Conversation, agent=agent) == []


def test_a_body_that_is_too_large_is_refused_however_it_comes(house: House, server: Server):
    agent, key = house.agent(), house.key()
    path, sent = f"/v1/agents/{agent.slug}/conversations", {"Authorization": f"Bearer {key}"}
    large = b'{"caller": "' + b"x" * 20_000 + b'"}'

    told_size = httpx.post(server.url + path, headers=sent, content=large)
    in_chunks = httpx.post(server.url + path, headers=sent, content=iter([large[:9_000], large[9_000:]]))
    small = httpx.post(server.url + path, headers=sent, content=iter([b'{"cal', b'ler": "a"}']))

    assert [(each.status_code, each.json()["code"]) for each in (told_size, in_chunks)] == [
        (413, "too_large")
    ] * 2
    assert small.status_code == 201


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("where", ["agents/a", "connectors/00000000-0000-4000-8000-000000000000"])
def test_a_conversation_is_started_with_post_alone(house: House, server: Server, method: str, where: str):
    answer = server.ask(method, f"/v1/{where}/conversations", house.key())

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_conversation_cannot_be_changed(house: House, server: Server, method: str):
    begun = server.begin(f"agents/{house.agent().slug}", house.key())

    answer = server.ask(method, begun.headers["location"], house.key())

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer pv_live_x", "Basic {key}"])
def test_without_a_key_nothing_starts(house: House, server: Server, header: str):
    agent = house.agent()
    sent = {"Authorization": header.format(key=house.key())}

    answer = server.client.post(f"/v1/agents/{agent.slug}/conversations", headers=sent)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert rows(house, Conversation, agent=agent) == []


def test_a_revoked_key_starts_nothing_and_reads_nothing(house: House, server: Server):
    from versioning.workspaces.services.keys import revoke_key

    agent, (key, key_id) = house.agent(), house.key_with_id()
    path = server.begin(f"agents/{agent.slug}", key).headers["location"]

    house.act(revoke_key, key_id)

    assert server.begin(f"agents/{agent.slug}", key).status_code == 401
    until(lambda: server.get(path, key).status_code == 401)


def test_another_workspace_s_agent_and_connector_answer_as_what_never_was(house: House, server: Server):
    stranger, agent = House.build().key(), house.agent()
    connector = house.connector(agent)

    answers = [
        server.begin(where, stranger).content
        for where in (f"agents/{agent.slug}", "agents/never-was", f"connectors/{connector.pk}",
                      f"connectors/{uuid.uuid4()}", "connectors/no-id")
    ]  # fmt: skip

    assert answers == [answers[0]] * 5
