"""Addresses that people enter: how they must be written, and where they may lead.

Plain rules, without a connection; `outbound` keeps to them when it makes one.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

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


def check_url(url: str, *, field: str, exact: bool = False) -> str:
    """An address as it shall be kept, or DomainError `invalid`. Whether it may be reached is told later.

    `exact`: it is called as it is, with its query and its last slash, and is not what paths are added to.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
        whole = parts.scheme in SCHEMES and bool((parts.hostname or "").encode("idna"))
    except ValueError:
        whole, port, parts = False, None, urlsplit("")
    wrong = ""
    if not whole or len(url) > 500 or not url.isprintable() or " " in url:
        wrong = "Enter an address that begins with https:// or http://."
    elif parts.username is not None or parts.password is not None:
        apart = "." if exact else "; the key has a field of its own."
        wrong = f"Leave the user name and password out of the address{apart}"
    elif exact and "#" in url:
        wrong = "Leave out what follows the #: it is never sent."
    elif not exact and (parts.query or parts.fragment or "?" in url or "#" in url):
        wrong = "Leave out what follows the path: no ? and no #."
    elif not port_of_the_web(port or SCHEMES[parts.scheme]):
        wrong = f"Port {port} is not one that HTTP is spoken at."
    if wrong:
        raise DomainError("invalid", wrong, field=field)
    return url if exact else url.rstrip("/")


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


def port_of_the_web(port: int) -> bool:
    """Whether HTTP is spoken at a port."""
    return port in SCHEMES.values() or (port >= 1024 and port not in NOT_THE_WEB)
