"""Bytes that no sound client sends: refused, and the process serves on."""

import socket

import pytest

from tests.delivery.house import House
from tests.server import Server

LONG = b"a" * 100_000


@pytest.fixture(scope="module")
def key(house: House) -> bytes:
    """A key that works."""
    return house.key().encode()


def raw(server: Server, request: bytes) -> bytes:
    """Send bytes as they are; the answer's first bytes, empty where the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        try:
            return connection.recv(65536)
        except ConnectionResetError:
            return b""


def status(answer: bytes) -> int:
    """The status of an answer; 400 where the connection was closed instead."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 400


def request(target: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """A request as bytes."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


TARGETS = [
    b"/v1/", b"/v1", b"/v1//", b"/v1/prompts", b"/v1/prompts/", b"/v1/prompts//", b"/v1/prompts/a/b",
    b"/v1/prompts/%00", b"/v1/prompts/%ff%fe", b"/v1/prompts/%ed%a0%80", b"/v1/prompts/%", b"/v1/prompts/%zz",
    b"/v1/prompts/..%2f..%2fetc", b"/v1/prompts/\xff\xfe", b"/v1/prompts/\xc3\xbc",
    b"/v1/prompts/" + LONG[:60_000],
    b"/v1/prompts/a?version=%ff", b"/v1/prompts/a?version=\xff", b"/v1/prompts/a?" + b"&" * 50_000,
    b"/v1/prompts/a?version=1%00", b"/v1/prompts/a;b", b"/v1/prompts/'%20OR%201=1", b"/v1/agents/a",
    b"/v1/agents", b"/v1/agents/%00/conversations", b"/v1/agents//conversations", b"/v1/conversations",
    b"/v1/connectors/\xff/conversations", b"/v1/conversations/%ff", b"/v1/conversations/\xc3\xbc",
    b"//v1/prompts/a", b"/v1/prompts/%2e%2e", b"/v1/prompts/a#b", b"*", b"/\xff", b"/?\xff=\xfe", b"/%ff%00",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: repr(target[:40]))
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_no_target_makes_it_fail(key: bytes, server: Server, target: bytes, method: bytes):
    authorization, none = b"Authorization: Bearer " + key, b"Content-Length: 0"
    answers = [
        raw(server, request(target, none, method=method)),
        raw(server, request(target, authorization, none, method=method)),
    ]

    assert all(status(answer) < 500 for answer in answers), answers
    assert server.get("/healthz").status_code == 200


HEADERS = [
    b"Authorization: " + LONG, b"Authorization: Bearer " + LONG, b"Authorization: Bearer \xff\xfe",
    b"Authorization: \xff", b"Authorization:", b"Authorization: Bearer pv_live_" + b"\xc3\xbc" * 21,
    b"If-None-Match: " + LONG, b"If-None-Match: \xff", b"If-None-Match: " + b'"' * 50_000,
    b"If-None-Match: " + b'W/"' * 10_000, b"X-Request-ID: " + LONG, b"X-Request-ID: \xff", b"X-Request-ID:",
    b"Content-Length: 5", b"Content-Length: -1", b"Expect: 100-continue", b"Host: evil\xff",
    b"Transfer-Encoding: chunked", b"X-A: " + LONG + LONG + LONG + LONG + LONG,
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: repr(header[:40]))
@pytest.mark.parametrize("with_key", [False, True])
def test_no_header_makes_it_fail(key: bytes, server: Server, header: bytes, with_key: bool):
    authorization = [b"Authorization: Bearer " + key] if with_key else []

    answer = raw(server, request(b"/v1/prompts/greeting", *authorization, header))

    assert status(answer) < 500, answer
    assert server.get("/healthz").status_code == 200


def test_a_header_with_an_underscore_cannot_pass_for_another(server: Server):
    """`X_Request_ID` and `X-Request-ID` would be one name to WSGI; a proxy checks the second alone."""
    answer = raw(server, request(b"/account/login/", b"X_Request_ID: forged"))

    assert status(answer) < 500
    assert b"forged" not in answer
