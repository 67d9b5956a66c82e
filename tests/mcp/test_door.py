"""Before the protocol is spoken: from where a request comes, to whom it was sent, how, and how large."""

import socket

import httpx
import pytest

from tests.mcp.assistant import CURRENT, call, message, post
from versioning.lib.errors import DomainError
from versioning.lib.guard import check_way

OWN = "https://previse.example"


def let_in(settings, public, *headers):
    """Whether a request with these headers is let in; how it is refused."""
    settings.PUBLIC_URL = public
    settings.ALLOWED_HOSTS = ["previse.example", "127.0.0.1", "localhost", "[::1]"]
    try:
        check_way([(name, value.encode()) for name, value in headers])
    except DomainError as error:
        return error.status
    return 200


ORIGINS = [
    ("none", None, 200),
    ("our own", "https://previse.example", 200),
    ("our own, its port said", "https://previse.example:443", 200),
    ("our own in capitals", "HTTPS://Previse.Example", 200),
    ("another scheme", "http://previse.example", 403),
    ("another port", "https://previse.example:8443", 403),
    ("a suffix", "https://previse.example.evil.com", 403),
    ("a prefix", "https://evilprevise.example", 403),
    ("a subdomain", "https://www.previse.example", 403),
    ("a trailing dot", "https://previse.example.", 403),
    ("a stranger", "https://evil.com", 403),
    ("null", "null", 403),
    ("empty", "", 403),
    ("localhost", "http://localhost", 200),
    ("localhost, any port", "http://localhost:6274", 200),
    ("127.0.0.1", "http://127.0.0.1:8000", 200),
    ("IPv6", "http://[::1]:8000", 200),
    ("another IPv6", "http://[::2]", 403),
    ("localhost as a prefix", "http://localhost.evil.com", 403),
    ("localhost as a user", "http://localhost@evil.com", 403),
    ("localhost with a port that is none", "http://localhost:99999", 403),
    ("localhost with a port of letters", "http://localhost:80x", 403),
    ("another loopback name", "http://127.0.0.1.nip.io", 403),
    ("a number for an address", "http://2130706433", 403),
    ("a file", "file://", 403),
    ("an extension", "chrome-extension://abcdef", 403),
    ("a path behind it", "http://localhost/", 403),
    ("two in one", "https://previse.example, https://evil.com", 403),
    ("bytes that are no ASCII", "http://löcalhost", 403),
]


@pytest.mark.parametrize(
    ("origin", "status"), [case[1:] for case in ORIGINS], ids=[case[0] for case in ORIGINS]
)
def test_origins(settings, origin, status):
    said = [] if origin is None else [(b"origin", origin)]

    assert let_in(settings, OWN, (b"host", "previse.example"), *said) == status


HOSTS = [
    ("our own", "previse.example", 200),
    ("our own, with a port", "previse.example:8443", 200),
    ("our own in capitals", "PREVISE.example", 200),
    ("our own with a dot", "previse.example.", 200),
    ("localhost", "localhost:8000", 200),
    ("IPv6", "[::1]:8000", 200),
    ("IPv6 without brackets", "::1", 421),
    ("a stranger, as after a rebinding", "evil.com", 421),
    ("a suffix", "previse.example.evil.com", 421),
    ("a subdomain", "www.previse.example", 421),
    ("none", "", 421),
    ("a user before it", "x@previse.example", 421),
    ("a space", "previse.example evil.com", 421),
]


@pytest.mark.parametrize(("host", "status"), [case[1:] for case in HOSTS], ids=[case[0] for case in HOSTS])
def test_hosts(settings, host, status):
    assert let_in(settings, OWN, (b"host", host)) == status


def test_two_of_a_header_are_none(settings):
    host, origin = (b"host", "previse.example"), (b"origin", OWN)

    assert let_in(settings, OWN, host, origin, (b"origin", "https://evil.com")) == 403
    assert let_in(settings, OWN, host, (b"host", "evil.com")) == 421
    assert let_in(settings, OWN) == 421


def test_a_server_on_a_port_of_its_own_takes_its_own_pages_alone(settings):
    public = "http://previse.example:8080"

    answers = [
        let_in(settings, public, (b"host", "previse.example"), (b"origin", origin))
        for origin in (public, "http://previse.example", "https://previse.example:8080")
    ]

    assert answers == [200, 403, 403]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "https://evil.com"}, 403), ({"Origin": "null"}, 403), ({"Host": "evil.com"}, 421)],
)
def test_the_served_door_asks_it_before_who_asks(world, headers, status):
    for bearer in (world.token(world.cast.bob), ""):
        answer = post(world.server, bearer, message("tools/list"), headers=headers)

        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"])
def test_only_post_is_answered(world, method):
    answer = world.server.ask(method, "/mcp", world.token(world.cast.bob), Accept="text/event-stream")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_answers_are_kept_by_no_cache_and_bear_the_request_id(world):
    bob = world.token(world.cast.bob)

    answer = post(world.server, bob, message("tools/list"), headers={"X-Request-ID": "of-mine"})

    assert answer.headers["X-Request-ID"] == "of-mine"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
    assert "Mcp-Session-Id" not in answer.headers


def test_a_body_beyond_the_limit_is_refused_whether_its_length_is_said_or_not(world):
    bob, large = world.token(world.cast.bob), b'{"a": "' + b"x" * 1_000_001 + b'"}'
    headers = {"Authorization": f"Bearer {bob}", "MCP-Protocol-Version": CURRENT}

    said = post(world.server, bob, large)
    unsaid = world.server.client.post("/mcp", content=iter([large]), headers=headers)

    assert (said.status_code, said.json()["code"]) == (413, "too_large")
    assert unsaid.status_code == 413


@pytest.mark.parametrize("path", ["/mcp", "/v1/agents/a/conversations", "/api/prompts"])
@pytest.mark.parametrize("size", [10, 100_000, 5_000_000])
def test_the_connection_stays_after_a_refusal_that_came_before_the_body(world, path, size):
    with httpx.Client(base_url=world.server.url, timeout=10) as client:
        for _ in range(10):
            refused = client.post(path, content=b"x" * size, headers={"Authorization": "Bearer nobody"})
            after = client.get("/healthz")

            assert (refused.status_code, after.status_code) == (401, 200)
            assert "Connection" not in refused.headers


def test_what_is_far_too_long_to_be_read_is_refused_and_ends_the_connection(world):
    bob, pieces = world.token(world.cast.bob), (b"x" * 1_000_000 for _ in range(40))

    answer = world.server.client.post("/mcp", content=pieces, headers={"Authorization": f"Bearer {bob}"})

    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
    assert world.server.client.get("/healthz").status_code == 200


def test_what_is_sent_only_on_leave_is_never_asked_for(world):
    told = (
        "POST /mcp HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Length: 2000000",
        "Expect: 100-continue",
        "",
        "",
    )
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=10) as plain:
        plain.sendall("\r\n".join(told).encode())

        answer = b""
        while piece := plain.recv(65536):
            answer += piece

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close\r\n" in answer.lower()


MISMATCHES = [
    {"Mcp-Method": ""}, {"Mcp-Method": "tools/list"}, {"Mcp-Name": ""}, {"Mcp-Name": "rollback_version"},
    {"MCP-Protocol-Version": "2026-01-01"}, {"MCP-Protocol-Version": "x"},
]  # fmt: skip


@pytest.mark.parametrize("headers", MISMATCHES, ids=str)
def test_headers_that_do_not_say_what_the_body_says_are_refused(world, headers):
    asked = call("list_snapshots", {"agent_id": "x"})

    answer = post(world.server, world.token(world.cast.bob), asked, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in (-32020, -32022)


def test_a_version_in_the_body_that_the_header_denies_is_refused(world):
    asked = message("tools/list", version="2099-01-01")

    answer = post(world.server, world.token(world.cast.bob), asked)

    assert answer.status_code == 400


def test_a_header_that_is_there_twice_is_refused(world):
    bob, asked = world.token(world.cast.bob), call("list_snapshots", {"agent_id": "x"})
    headers = [
        ("Authorization", f"Bearer {bob}"), ("MCP-Protocol-Version", CURRENT), ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "list_snapshots"), ("Mcp-Name", "rollback_snapshot"),
        ("Accept", "application/json, text/event-stream"),
    ]  # fmt: skip

    answer = world.server.client.post("/mcp", json=asked, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)


def test_the_address_with_a_slash_is_the_same(world):
    headers = {
        "Authorization": f"Bearer {world.token(world.cast.bob)}", "MCP-Protocol-Version": CURRENT,
        "Mcp-Method": "tools/list", "Accept": "application/json, text/event-stream",
    }  # fmt: skip

    answer = world.server.client.post("/mcp/", json=message("tools/list"), headers=headers)

    assert answer.status_code == 200
