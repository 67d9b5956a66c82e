"""Requests to addresses that people enter: not one connection goes to what is behind us.

Every connection that this process makes is heard, whatever library makes it, and an unguarded client shows
that hearing works.
"""

import asyncio
import socket
import sys
import threading
from contextlib import contextmanager

import httpcore2
import httpx2
import pytest

from tests.refusals import refused
from versioning.lib import addresses, outbound

PUBLIC, PUBLIC_6 = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
INSIDE = [
    "127.0.0.1", "127.1", "0177.1", "0x7f000001", "2130706433", "0", "0.0.0.0", "localhost", "localhost.",
    "LOCALHOST", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:a9fe:a9fe::]", "[2002:7f00:1::]", "[2001:0:4136:e378::]",
    "169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1", "192.88.99.1", "224.0.0.1", "239.255.255.250",
    "[ff02::1]", "240.0.0.1", "255.255.255.255", "user@127.0.0.1", "user:word@127.0.0.1", "127。0。0。1",
]  # fmt: skip

NEVER = [
    "169.254.169.254", "[fe80::1]", "100.100.100.200", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "0",
    "224.0.0.1",
]  # fmt: skip

_heard: list[tuple[str, int]] | None = None


def _hear(event, arguments):
    if event == "socket.connect" and _heard is not None and isinstance(arguments[1], tuple):
        _heard.append(arguments[1][:2])


sys.addaudithook(_hear)  # cannot be taken away again; it does nothing outside `heard`


@contextmanager
def heard():
    """The connections that this process makes meanwhile."""
    global _heard
    _heard = []
    try:
        yield _heard
    finally:
        _heard = None


class Listener:
    """A server of one word on this machine, which counts who comes."""

    def __init__(self, answer=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", address="127.0.0.1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.create_server((address, 0), family=family)
        self.port, self.came, self._answer = self._socket.getsockname()[1], 0, answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                one, _ = self._socket.accept()
            except OSError:
                return
            self.came += 1
            one.recv(65_536)
            one.sendall(self._answer)
            one.close()

    def close(self):
        self._socket.close()


@pytest.fixture
def listener():
    opened = Listener()
    yield opened
    opened.close()


def get(url, *, allow_private=False, most=1000):
    """Ask once, by a client of this room."""

    async def ask():
        timeout = httpx2.Timeout(2)
        async with outbound.client(allow_private=allow_private, most=most, timeout=timeout) as client:
            return await client.get(url)

    return asyncio.run(ask())


@pytest.mark.parametrize("host", INSIDE)
def test_no_connection_is_made_to_an_address_inside(listener, host):
    with heard() as connections, pytest.raises((httpx2.HTTPError, httpx2.InvalidURL)):
        get(f"http://{host}:{listener.port}/v1")

    assert connections == []
    assert listener.came == 0


def test_an_unguarded_client_connects_so_the_silence_means_something(listener):
    with heard() as connections:
        httpx2.get(f"http://127.1:{listener.port}/", trust_env=False)

    assert connections == [("127.0.0.1", listener.port)]
    assert listener.came == 1


@pytest.mark.parametrize("port", [1, 22, 25, 111, 5432, 6379, 11211, 27017])
def test_no_connection_is_made_to_a_port_at_which_no_http_is_spoken(port):
    with heard() as connections, pytest.raises(httpx2.HTTPError):
        get(f"http://{PUBLIC}:{port}/")

    assert connections == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1:70/x", "ftp://127.0.0.1/", "//x/"])
def test_no_other_scheme_is_spoken(url):
    with heard() as connections, pytest.raises((httpx2.HTTPError, httpx2.InvalidURL)):
        get(url)

    assert connections == []


@pytest.fixture
def names(monkeypatch):
    """What names resolve to, in order, and where connections are asked for (none is made)."""
    answers, asked = [], []

    async def resolve(host):
        return answers.pop(0)

    async def connect(self, host, port, timeout=None, local_address=None, socket_options=None):
        asked.append((host, port))
        raise httpcore2.ConnectError("nobody is there")

    monkeypatch.setattr(outbound, "_addresses_of", resolve)
    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect)
    return answers, asked


def test_a_name_is_resolved_once_and_connected_to_where_it_was_looked_at(names):
    answers, asked = names
    answers += [[PUBLIC], ["127.0.0.1"]]  # public for the look, inside for who asks again

    with pytest.raises(httpx2.ConnectError):
        get("http://rebinding.example/")

    assert asked == [(PUBLIC, 80)]
    assert answers == [["127.0.0.1"]]


def test_a_name_with_one_address_inside_is_not_connected_to_at_all(names):
    answers, asked = names
    answers += [[PUBLIC, "169.254.169.254"]]

    with pytest.raises(httpx2.ConnectError, match="inside the network"):
        get("https://both.example/")

    assert asked == []


def test_each_address_of_a_name_is_tried(names):
    answers, asked = names
    answers += [[PUBLIC_6, PUBLIC]]

    with pytest.raises(httpx2.ConnectError):
        get("https://two.example:8443/")

    assert asked == [(PUBLIC_6, 8443), (PUBLIC, 8443)]


def test_a_name_that_nobody_has_is_said_to_be_unknown(monkeypatch):
    async def nobody(host):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(outbound, "_addresses_of", nobody)

    with pytest.raises(httpx2.ConnectError, match=r"no server of the name never\.example"):
        get("https://never.example/")


def test_where_the_operator_allows_it_this_machine_is_reached(listener):
    assert get(f"http://localhost:{listener.port}/", allow_private=True).text == "ok"


@pytest.mark.parametrize("host", NEVER)
def test_what_is_never_meant_stays_out_of_reach_also_then(listener, host):
    with heard() as connections, pytest.raises(httpx2.HTTPError):
        get(f"http://{host}:{listener.port}/", allow_private=True)

    assert connections == []


def test_this_server_does_not_ask_itself(settings, listener):
    settings.PUBLIC_URL = f"http://localhost:{listener.port}"

    with heard() as connections, pytest.raises(httpx2.ConnectError):
        get(f"http://LOCALHOST.:{listener.port}/", allow_private=True)

    assert connections == []


def test_a_redirect_leads_nowhere(listener):
    leading = Listener(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % listener.port
    )
    answer = get(f"http://127.0.0.1:{leading.port}/", allow_private=True)
    leading.close()

    assert answer.status_code == 302
    assert listener.came == 0


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch, listener):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")

    with heard() as connections, pytest.raises(httpx2.HTTPError):
        get("http://10.0.0.1/")

    assert connections == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["too long", "without an end", "compressed"],
)
def test_an_answer_is_bounded(answer):
    one = Listener(answer)
    with pytest.raises(outbound.TooLarge):
        get(f"http://127.0.0.1:{one.port}/", allow_private=True)
    one.close()


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, "8.8.8.8", "64:ff9b::808:808", "192.0.0.9"])
def test_the_public_internet_is_within_reach(address):
    assert addresses.reachable(address, allow_private=False)


@pytest.mark.parametrize("address", ["", "example.com", "1.2.3", "fe80::1%eth0"])
def test_what_is_no_address_is_not(address):
    assert not addresses.reachable(address, allow_private=True)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (" https://api.example/v1/ ", "https://api.example/v1"),
        ("http://127.0.0.1:8131/v1", "http://127.0.0.1:8131/v1"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
    ],
)
def test_a_sound_address_is_kept(url, kept):
    assert addresses.check_url(url, field="base_url") == kept


@pytest.mark.parametrize(
    "url",
    [
        "", "api.example/v1", "file:///etc/passwd", "gopher://x/", "https://", "https:///v1",
        "https://user@api.example/", "https://user:word@api.example/", "https://:@api.example",
        "https://api.example/v1?key=1", "https://api.example/v1?", "https://api.example/#x",
        "https://api.example:99999/", "https://api.example:x/", "https://api.example:6379/",
        "https://a b.example/", "https://api.\nexample/", "https://a\x00.example/", "https://" + "a" * 500,
        "http://[::1", "ⅷ://x",
    ],
)  # fmt: skip
def test_an_unsound_address_is_refused_before_it_is_kept(url):
    with refused("invalid") as caught:
        addresses.check_url(url, field="base_url")

    assert caught.value.data["field"] == "base_url"
