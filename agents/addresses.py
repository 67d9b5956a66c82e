"""Where a connector's callers come in: checked by channel, and kept in one form."""

import re
from urllib.parse import urlsplit

from agents.models import Channel
from agents.values import check_text, refused

LABEL_LIMIT = 300
SIP = re.compile(
    r"(sips?):([A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,128})@([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?"
)
HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*")
PHONE = re.compile(r"\+[1-9]\d{6,14}")
LOCAL = ("localhost", "127.0.0.1", "[::1]")
EXAMPLES = {
    Channel.SIP: "sip:front-desk@example.com",
    Channel.PHONE: "+41791234567",
    Channel.WEB: "https://www.example.com",
    Channel.API: "any label, or nothing",
}


def clean_address(channel: str, given: str) -> str:
    """An address of a channel as it is kept. Error: `invalid`, field `address`, with an example."""
    text = check_text(given.strip(), "address", most=LABEL_LIMIT)
    if any(not sign.isprintable() for sign in text):
        raise refused("address", "It holds a sign that cannot be seen. Remove it.")
    if channel == Channel.SIP:
        return _sip(text)
    if channel == Channel.PHONE:
        return _phone(text)
    return _web(text) if channel == Channel.WEB else text


def _sip(text: str) -> str:
    found = SIP.fullmatch(text) or SIP.fullmatch(f"sip:{text}")
    if not found:
        raise refused("address", f"It is a SIP address such as {EXAMPLES[Channel.SIP]}.")
    scheme, user, host, port = found.groups()
    return f"{scheme}:{user}@{_host(host)}{_port(port)}"


def _phone(text: str) -> str:
    """E.164; spaces, hyphens, dots and brackets are how people write it."""
    number = re.sub(r"[ ().\u00a0/-]", "", text)
    if not PHONE.fullmatch(number):
        example = EXAMPLES[Channel.PHONE]
        raise refused("address", f"It is a phone number with its country, such as {example}.")
    return number


def _web(text: str) -> str:
    """An origin: what a browser says of the page that calls. Without TLS on this machine alone."""
    example = f"It is the origin of a site, such as {EXAMPLES[Channel.WEB]}"
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise refused("address", f"{example}.") from None
    host = parts.netloc.rpartition(":")[0] if port else parts.netloc
    if parts.scheme not in ("https", "http") or not host or "@" in host:
        raise refused("address", f"{example}.")
    if parts.path not in ("", "/") or parts.query or parts.fragment or text.endswith(("?", "#")):
        raise refused("address", f"{example}: without a path.")
    if parts.scheme == "http" and host.lower() not in LOCAL:
        raise refused("address", f"{example}: with https.")
    return f"{parts.scheme}://{_host(host)}{port}"


def _host(host: str) -> str:
    if not host.startswith("[") and not HOST.fullmatch(host):
        raise refused("address", f"{host[:60]!r} is no name of a host.")
    return host.lower()


def _port(port: str | None) -> str:
    if port and not 0 < int(port[1:]) < 65_536:
        raise refused("address", f"{port[1:]} is no port.")
    return port or ""
