"""Reading a conversation: by whom, from where, by which address."""

import uuid
from typing import Any

import pytest

from tests.delivery.house import House
from tests.server import Server


def test_who_has_the_answer_already_gets_304(house: House, server: Server):
    agent, key = house.agent(), house.key()
    begun = server.begin(f"agents/{agent.slug}", key)

    read = server.get(begun.headers["location"], key)
    known = server.get(begun.headers["location"], key, If_None_Match=begun.headers["etag"])
    head = server.ask("HEAD", begun.headers["location"], key)

    assert read.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert read.headers["etag"] == begun.headers["etag"] == known.headers["etag"]
    assert (known.status_code, known.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(begun.content))


def test_every_key_of_the_workspace_reads_it(house: House, server: Server):
    agent = house.agent()
    begun = server.begin(f"agents/{agent.slug}", house.key("live"))

    assert server.get(begun.headers["location"], house.key("test")).content == begun.content


def test_to_strangers_it_is_byte_for_byte_what_never_was(house: House, server: Server, other_server: Server):
    elsewhere = House.build()
    begun = server.begin(f"agents/{house.agent().slug}", house.key())
    stranger, path = elsewhere.key(), begun.headers["location"]
    never = f"/v1/conversations/{uuid.uuid4()}"

    answers = [one.get(address, stranger) for one in (server, other_server) for address in (path, never)]

    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}
    headers = [
        {name: value for name, value in each.headers.items() if name not in ("x-request-id", "date")}
        for each in answers
    ]
    assert headers == [headers[0]] * 4


@pytest.mark.parametrize(
    "name", ["", "x", "%00", "%ff", "..", "{upper}", "{bare}", "{id}x", "{id}/x", "{urn}"]
)
def test_an_id_is_written_in_one_way(house: House, server: Server, name: str):
    begun = server.begin(f"agents/{house.agent().slug}", house.key())
    id = begun.json()["id"]
    forms = {"upper": id.upper(), "bare": id.replace("-", ""), "id": id, "urn": f"urn:uuid:{id}"}

    answer = server.get(f"/v1/conversations/{name.format(**forms)}", house.key())

    expected = 200 if name == "{upper}" else 404
    assert answer.status_code == expected


def test_a_read_is_answered_from_memory(house: House, server: Server, queries: Any):
    agent, key = house.agent(), house.key()
    path = server.begin(f"agents/{agent.slug}", key).headers["location"]
    server.get(path, key)
    before = queries.settled(server)

    statuses = {server.get(path, key).status_code for _ in range(20)}

    assert statuses == {200}
    assert queries(server) == before


def test_who_never_heard_of_it_asks_once(house: House, server: Server, other_server: Server, queries: Any):
    agent, key = house.agent(), house.key()
    path = server.begin(f"agents/{agent.slug}", key).headers["location"]
    other_server.read("agent", agent.slug, key)
    before = queries.settled(other_server)

    other_server.get(path, key)
    once = queries(other_server)
    other_server.get(path, key)

    assert once != before, "without this the silence would prove nothing"
    assert queries(other_server) == once
