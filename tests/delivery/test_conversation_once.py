"""The same request sent twice begins one conversation."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from agents.models import Conversation
from tests.delivery.house import House, rows
from tests.server import Server
from versioning.versions import services


def test_the_same_request_again_is_the_same_conversation(house: House, server: Server, other_server: Server):
    agent, key = house.agent(live=2), house.key()
    where, body = f"agents/{agent.slug}", {"caller": "a"}
    first = server.begin(where, key, body, Idempotency_Key="call-1")
    house.act(services.roll_back, agent, 1)

    again = [one.begin(where, key, body, Idempotency_Key="call-1") for one in (server, other_server)]
    house.act(services.unpublish, agent)
    late = server.begin(where, key, body, Idempotency_Key="call-1")

    assert [each.content for each in (*again, late)] == [first.content] * 3
    assert {each.status_code for each in (first, *again, late)} == {201}
    assert "idempotency-replayed" not in first.headers
    assert late.headers["idempotency-replayed"] == "true"
    assert len(rows(house, Conversation, agent=agent)) == 1


def test_another_request_with_the_same_key_is_refused(house: House, server: Server):
    agent, other, key = house.agent(), house.agent(), house.key()
    connector = house.connector(agent)
    server.begin(f"agents/{agent.slug}", key, {"caller": "a"}, Idempotency_Key="one")

    answers = [
        server.begin(f"agents/{agent.slug}", key, {"caller": "b"}, Idempotency_Key="one"),
        server.begin(f"agents/{other.slug}", key, {"caller": "a"}, Idempotency_Key="one"),
        server.begin(f"connectors/{connector.pk}", key, {"caller": "a"}, Idempotency_Key="one"),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(422, "once_reused")] * 3


def test_the_keys_of_two_programs_do_not_meet(house: House, server: Server):
    agent = house.agent()
    ids = {
        server.begin(f"agents/{agent.slug}", house.key(), Idempotency_Key="one").json()["id"]
        for _ in range(2)
    }

    assert len(ids) == 2


def test_many_who_send_the_same_request_at_once_get_one_conversation(
    house: House, server: Server, other_server: Server
):
    agent, key = house.agent(), house.key()

    def begin(index: int) -> tuple[int, bytes]:
        with httpx.Client(base_url=(server, other_server)[index % 2].url) as client:
            sent = {"Authorization": f"Bearer {key}", "Idempotency-Key": "together"}
            answer = client.post(f"/v1/agents/{agent.slug}/conversations", headers=sent)
            return answer.status_code, answer.content

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(begin, range(32)))

    assert {status for status, _ in answers} == {201}
    assert len(answers) == 1
    assert len(rows(house, Conversation, agent=agent)) == 1


@pytest.mark.parametrize("once", ["x" * 256, "\xfc"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(house: House, server: Server, once: str):
    agent = house.agent()
    sent = [("Authorization", f"Bearer {house.key()}"), ("Idempotency-Key", once.encode("latin-1"))]

    answer = server.client.post(f"/v1/agents/{agent.slug}/conversations", headers=sent)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
