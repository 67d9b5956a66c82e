"""The form of API keys and MCP tokens, and their keyed digest.

`pv_live_`, `pv_test_` or `pv_mcp_`, 36 random base62 characters (214 bits), 6 base62 characters of the
CRC-32 of all before them. A mistyped or invented one is told by its checksum, without asking the database.
"""

import hashlib
import hmac
import re
import secrets
import zlib

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PATTERN = re.compile(r"pv_(live|test)_[0-9A-Za-z]{42}")
TOKEN_PATTERN = re.compile(r"pv_mcp_[0-9A-Za-z]{42}")
TOKEN_START = "pv_mcp_"  # noqa: S105  what every MCP token begins with
SHOWN = len("pv_live_") + 4  # as much of a key as screens and lists may show
TOKEN_SHOWN = len(TOKEN_START) + 4


def generate(kind: str) -> str:
    """A new key of a kind (`live` or `test`), or a new token (`mcp`)."""
    start = f"pv_{kind}_" + "".join(secrets.choice(ALPHABET) for _ in range(36))
    return start + _checksum(start)


def well_formed(key: str) -> bool:
    """Whether this can be a key at all: prefix, alphabet, length, checksum."""
    return bool(PATTERN.fullmatch(key)) and hmac.compare_digest(_checksum(key[:-6]), key[-6:])


def well_formed_token(token: str) -> bool:
    """Whether this can be an MCP token at all."""
    return bool(TOKEN_PATTERN.fullmatch(token)) and hmac.compare_digest(_checksum(token[:-6]), token[-6:])


def digest(secret: str) -> bytes:
    """What is kept of a key, a token or an invite: 32 bytes that say nothing without SECRET_KEY."""
    return hmac.digest(_pepper(), secret.encode(), "sha256")


def _checksum(start: str) -> str:
    number, out = zlib.crc32(start.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        out = ALPHABET[digit] + out
    return out


def _pepper() -> bytes:
    return hashlib.sha256(b"previse key digests\0" + settings.SECRET_KEY.encode()).digest()
