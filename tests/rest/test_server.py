"""REST behind the real server: what only a real connection can show."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api_client import Rest
from tests.factories import make_prompt
from versioning.lib.transaction import told
from versioning.versions.models import Version


@pytest.fixture
def program(committed_cast, server):
    """alice's program, over HTTP."""
    with told(committed_cast.demo.id, committed_cast.alice.person_id):
        make_prompt(committed_cast.eve, slug="greeting")
    bearer = Rest(committed_cast).of(committed_cast.alice).bearer
    headers = {"Authorization": f"Bearer {bearer}"}
    with httpx.Client(base_url=f"{server.url}/api/", headers=headers, timeout=30) as client:
        yield client


def test_a_version_is_saved_and_read_over_http(program):
    saved = program.post("prompts/greeting/versions", json={"source": "Grüße, {{ name }} 🙂"})

    read = program.get(saved.headers["Location"].removeprefix("/api/"))

    assert (saved.status_code, read.json()["source"]) == (201, "Grüße, {{ name }} 🙂")
    assert read.headers["ETag"] == saved.headers["ETag"] == '"2-1"'


def test_a_body_without_its_length_is_not_taken_for_an_empty_one(program):
    body = json.dumps({"source": "In pieces"}).encode()

    answers = [
        program.post(path, content=iter([body])) for path in ("prompts/greeting/versions", "prompts/import")
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(411, "length_required")] * 2


def test_fifty_repetitions_over_http_have_one_effect(program, committed_cast):
    def send(_: int) -> httpx.Response:
        body = {"source": "Once"}
        return program.post("prompts/greeting/versions", json=body, headers={"Idempotency-Key": "k"})

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(50)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    with told(committed_cast.demo.id):
        assert Version.objects.count() == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /api/prompts?q=%00 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer TOKEN\r\n",
        b"GET /api/prompts/\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer TOKEN\r\n",
        b"GET /api/prompts HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \xff\xfe\r\n",
        b"GET /api/prompts HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer TOKEN\r\n"
        b"Authorization: Bearer other\r\n",
        b"POST /api/prompts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n",
        b"POST /api/prompts HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer TOKEN\r\nIf-Match: \xe9\r\n",
    ],
)
def test_raw_bytes_never_break_it(program, server, sent):
    token = program.headers["Authorization"].removeprefix("Bearer ").encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(sent.replace(b"TOKEN", token) + b"Connection: close\r\n\r\n")
        status = int(connection.makefile("rb").readline().split()[1])

    assert 400 <= status < 500 or status == 200
