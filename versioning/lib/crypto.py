"""Sealing: what must lie in the database for a while, and be read by nobody who reads the database."""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


def derived(label: str) -> bytes:
    """A key of 32 bytes for one purpose, from SECRET_KEY. Labels keep purposes apart."""
    return hashlib.sha256(f"previse {label}\0{settings.SECRET_KEY}".encode()).digest()


def seal(plain: bytes, *, label: str) -> bytes:
    """Encrypt under the label's key, so that any change of it is noticed."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(derived(label)).encrypt(nonce, plain, None)


def unseal(sealed: bytes, *, label: str) -> bytes | None:
    """What was sealed; None where another SECRET_KEY or label sealed it, or it was changed."""
    try:
        return AESGCM(derived(label)).decrypt(sealed[:NONCE], sealed[NONCE:], None)
    except (InvalidTag, ValueError):
        return None
