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
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2
from django.conf import settings

from versioning.lib.addresses import SCHEMES, port_of_the_web, reachable

RESOLVERS = 64  # names that are looked up at once


class AddressRefused(httpcore2.ConnectError):
    """The address leads to where no request may go. Its message says so to people."""


class TooLarge(httpx2.ReadError):
    """The answer is longer than what is wanted of it."""


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
        if not port_of_the_web(port):
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


@functools.cache
def _resolvers() -> ThreadPoolExecutor:
    """Threads for names alone: one that hangs for half a minute holds up nothing else."""
    return ThreadPoolExecutor(RESOLVERS, thread_name_prefix="names")


async def _addresses_of(host: str) -> list[str]:
    """The addresses of a name. Numbers in any spelling (`127.1`, `0x7f000001`) come out as what they are."""
    ask = functools.partial(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_resolvers(), ask)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _own() -> tuple[str, int | None]:
    """Where this server itself is reached: to ask it from within would be to ask it in circles."""
    own = urlsplit(settings.PUBLIC_URL)
    return _plain(own.hostname or ""), own.port or SCHEMES.get(own.scheme)


def _plain(host: str) -> str:
    return host.lower().rstrip(".")
