"""Requests to addresses that people enter: they reach the public internet, and nothing behind us.

A name is resolved here, every address that it has is looked at, and the connection goes to an address that
was looked at: a name that answers differently the second time (DNS rebinding) gains nothing. Redirects are
not followed, proxies of the environment are not asked, answers are bounded and come uncompressed.
"""

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2
from django.conf import settings

from versioning.lib.errors import DomainError

SCHEMES = {"http": 80, "https": 443}
# An HTTP request can be read as commands by what listens there: databases, caches, mail, remote desktops.
NOT_THE_WEB = frozenset(
    {1433, 1521, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5672, 5900, 5984, 6379, 6443, 9042, 9092, 9200,
     9300, 10250, 11211, 27017}
)  # fmt: skip
# What may be let in by the operator: this machine, and private networks.
INSIDE = tuple(
    ip_network(one)
    for one in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128",
        "fc00::/7",
    )
)  # fmt: skip
# Global by their number, but another network's address in disguise (6to4, Teredo), or a relay to one.
DISGUISED = tuple(ip_network(one) for one in ("192.88.99.0/24", "2001::/23", "2002::/16"))
PUBLIC_V6 = ip_network("2000::/3")  # leaves out ::ffff:…, fe80::…, ff00::… and the like
NAT64 = ip_network("64:ff9b::/96")  # an IPv4 address, as a network without IPv4 reaches it: its last 32 bits
# The credentials of a cloud machine. Inside the networks above, and never meant.
METADATA = frozenset({ip_address("100.100.100.200"), ip_address("fd00:ec2::254")})


class AddressRefused(httpcore2.ConnectError):
    """The address leads to where no request may go. Its message says so to people."""


class TooLarge(httpx2.ReadError):
    """The answer is longer than what is wanted of it."""


def check_url(url: str, *, field: str) -> str:
    """An address as it shall be kept, or DomainError `invalid`. Whether it may be reached is told later."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
        whole = parts.scheme in SCHEMES and bool(httpx2.URL(url).host)
    except (ValueError, httpx2.InvalidURL):
        whole, port, parts = False, None, urlsplit("")
    wrong = ""
    if not whole or len(url) > 500 or not url.isprintable() or " " in url:
        wrong = "Enter an address that begins with https:// or http://."
    elif parts.username is not None or parts.password is not None:
        wrong = "Leave the user name and password out of the address; the key has a field of its own."
    elif parts.query or parts.fragment or "?" in url or "#" in url:
        wrong = "Leave out what follows the path: no ? and no #."
    elif not _port_of_the_web(port or SCHEMES[parts.scheme]):
        wrong = f"Port {port} is not one that HTTP is spoken at."
    if wrong:
        raise DomainError("invalid", wrong, field=field)
    return url.rstrip("/")


def client(*, allow_private: bool, most: int, timeout: httpx2.Timeout) -> httpx2.AsyncClient:
    """A client for such addresses. `most` bounds an answer, in bytes."""
    return httpx2.AsyncClient(
        transport=Outbound(allow_private=allow_private, most=most), timeout=timeout, follow_redirects=False,
        trust_env=False, headers={"Accept-Encoding": "identity"},
    )  # fmt: skip


@functools.cache
def tls() -> ssl.SSLContext:
    """What certificates are checked by. Slow to make, so it is made once; ask for it first in a thread."""
    return httpx2.create_ssl_context()  # heeds SSL_CERT_FILE, for an authority of the operator's own


class Outbound(httpx2.AsyncHTTPTransport):
    """Connects to where it may, and reads no more than it wants."""

    def __init__(self, *, allow_private: bool, most: int):
        super().__init__(verify=tls(), trust_env=False)
        # The pool is made anew, since it is told its network only while it is made.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls(), network_backend=Network(allow_private=allow_private), max_connections=10
        )
        self._most = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it, unless it is for ourselves."""
        if (_plain(request.url.host), request.url.port or SCHEMES.get(request.url.scheme)) == _own():
            raise httpx2.ConnectError(REFUSED) from AddressRefused(REFUSED)
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.stream.aclose()
            raise TooLarge("The answer came compressed, which was not asked for.")
        response.stream = Bounded(response.stream, self._most)
        return response


class Bounded(httpx2.AsyncByteStream):
    """A body that ends with an error where it grows too long."""

    def __init__(self, stream: httpx2.AsyncByteStream, most: int):
        self._stream, self._most = stream, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise TooLarge(f"The answer is longer than {self._most:,} bytes.")
            yield chunk

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._stream.aclose()


REFUSED = "This address leads inside the network, where Previse sends nothing."


class Network(httpcore2.AsyncNetworkBackend):
    """Resolves, looks, and connects to what it looked at."""

    def __init__(self, *, allow_private: bool):
        self._allow_private = allow_private
        self._sockets = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:  # fmt: skip
        """Connect to the first address that answers. One address inside, and none of them is tried."""
        if not _port_of_the_web(port):
            raise AddressRefused(f"Port {port} is not one that HTTP is spoken at.")
        try:
            async with asyncio.timeout(timeout):
                found = await _addresses_of(host)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("The name could not be resolved in time.") from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"There is no server of the name {host}.") from error
        if not found or not all(reachable(one, allow_private=self._allow_private) for one in found):
            raise AddressRefused(REFUSED)
        for address in found[:-1]:
            try:
                return await self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._sockets.connect_tcp(found[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """As asyncio sleeps."""
        await asyncio.sleep(seconds)


def reachable(address: str, *, allow_private: bool) -> bool:
    """Whether a request may go to an address: it is public, or private and the operator allows those."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if _public(ip):
        return True
    return allow_private and ip not in METADATA and any(ip in network for network in INSIDE)


def _public(ip: IPv4Address | IPv6Address) -> bool:
    if ip in NAT64:
        ip = IPv4Address(int(ip) & 0xFFFF_FFFF)
    if any(ip in network for network in DISGUISED) or ip.is_multicast or not ip.is_global:
        return False
    return ip.version == 4 or ip in PUBLIC_V6


async def _addresses_of(host: str) -> list[str]:
    """The addresses of a name. Numbers in any spelling (`127.1`, `0x7f000001`) come out as what they are."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _port_of_the_web(port: int) -> bool:
    return port in SCHEMES.values() or (port >= 1024 and port not in NOT_THE_WEB)


def _own() -> tuple[str, int | None]:
    """Where this server itself is reached: to ask it from within would be to ask it in circles."""
    own = urlsplit(settings.PUBLIC_URL)
    return _plain(own.hostname or ""), own.port or SCHEMES.get(own.scheme)


def _plain(host: str) -> str:
    return host.lower().rstrip(".")
