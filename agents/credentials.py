"""What looks like a credential: by the name that it stands under, by how it begins, by where it is put.

`${NAME}` and `${{ secrets.NAME }}` say where a program finds one, and are none. Every pattern reads a
text once, however long it is.
"""

import re
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

# `X-Auth-Token`, `apiKey`, `OPENAI_API_KEY`, `clientSecret`; not `max_tokens`, nor `public_key`.
NAMED = re.compile(
    r"(?:^|[_\-.\s])(?:authorization|token|bearer|jwt|pwd|credentials?|cookie|apikey"
    r"|(?:auth|access|api|bearer|refresh)[_\-]?tokens"
    r"|(?:api|access|private|secret|signing|encryption|master|service|account|subscription|session|shared|auth)"
    r"[_\-]?keys?)$|(?:password|passwd|passphrase|passcode|secret)s?$",
    re.IGNORECASE,
)
# Among the variables and headers that are handed to a server.
HANDED = re.compile(r"(?:^|[_\-])(?:key|auth|pat|pass)$", re.IGNORECASE)
NUMERIC = re.compile(r"(?:password|passwd|pwd|passcode|secret|(?:^|[_\-])pin)$", re.IGNORECASE)
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
BEGINNING = re.compile(
    r"(?:\bsk-[A-Za-z0-9_\-]{16,}|\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|\bgh[pousr]_[A-Za-z0-9]{20,}"
    r"|\bgithub_pat_[A-Za-z0-9_]{20,}|\bxox[abeprs]-[A-Za-z0-9\-]{10,}|\bA[KS]IA[A-Z0-9]{16}\b"
    r"|\bAIza[A-Za-z0-9_\-]{30,}|\bya29\.[A-Za-z0-9_\-]{20,}|\bglpat-[A-Za-z0-9_\-]{16,}|\bwhsec_[A-Za-z0-9]{20,}"
    r"|\bpv_(?:live|test)_[A-Za-z0-9]{20,}|\b(?:hf|npm|shpat)_[A-Za-z0-9]{20,}"
    r"|\bSG\.[A-Za-z0-9_\-]{16,64}\.[A-Za-z0-9_\-]{16,}|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
    r"|\beyJ[A-Za-z0-9_\-]{10,2000}\.[A-Za-z0-9_\-]{10,4000}\.[A-Za-z0-9_\-]{10,}"
    r"|\bBearer\s{1,9}[A-Za-z0-9._~+/=\-]{20,}|://[^\s/@:]{0,200}:[^\s/@]{1,200}@)"
)
HEADER = re.compile(r"\s*(?:Bearer|Basic|Token)\s+\S{8,}\s*", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"\s*(?:(?i:Bearer|Basic|Token)\s+)?(?:\$\{(?:env:|input:)?[A-Za-z_][\w.\-]*\}|\$[A-Z]+(?:_[A-Z0-9]+)+"
    r"|\$?\{\{[^{}]*\}\}|env:\w+)\s*"
)
ASSIGNED = re.compile(r"-{0,2}([A-Za-z_][\w\-.]{0,99})\s?[:=]\s?((?:(?i:Bearer|Basic|Token)\s)?\S+)")
FLAG = re.compile(r"--?([A-Za-z][\w\-]{0,99})")
# What permissions and options are called, under names such as `id-token`.
PLAIN = (
    "admin", "always", "auto", "default", "disabled", "enabled", "false", "never", "no", "none", "null",
    "optional", "read", "required", "string", "true", "write", "yes",
)  # fmt: skip
ADDRESS_LIMIT = 4_000


def names_one(name: str, *, handed: bool = False) -> bool:
    """Whether what stands under a name is a credential; `handed`: a variable or a header of a server."""
    words = HUMP.sub("_", name[-200:])
    return bool(NAMED.search(words) or (handed and HANDED.search(words)))


def names_numeric(name: str) -> bool:
    """Whether even a number under that name is one."""
    return bool(NUMERIC.search(HUMP.sub("_", name[-200:])))


def is_elsewhere(text: str) -> bool:
    """Whether a text only says where a program finds the credential."""
    return bool(ELSEWHERE.fullmatch(text))


def is_plain(text: str) -> bool:
    """Whether a text is a word of options, and no credential, whatever it stands under."""
    return text.strip().lower() in PLAIN


def holds_one(text: str) -> bool:
    """Whether a text holds a credential, whatever it stands under."""
    if BEGINNING.search(text):
        return True
    found = ASSIGNED.fullmatch(text.strip()) if len(text) <= ADDRESS_LIMIT else None
    if found and len(found[2]) >= 8 and names_one(found[1], handed=True) and not is_elsewhere(found[2]):
        return True
    return address_holds_one(text)


def is_header(text: str) -> bool:
    """Whether a text is the value of an `Authorization` header, whatever it stands under."""
    return bool(HEADER.fullmatch(text)) and not is_elsewhere(text)


def asks_for_one(argument: object) -> bool:
    """Whether the argument of a command says that a credential follows: `--api-key`."""
    found = FLAG.fullmatch(argument) if isinstance(argument, str) else None
    return bool(found and names_one(found[1], handed=True))


def command_holds_one(command: str) -> bool:
    """Whether a command carries a credential among its arguments."""
    words = command.split()
    after = any(asks_for_one(flag) and not is_elsewhere(word) for flag, word in pairwise(words))
    return after or any(holds_one(word) for word in words)


def address_holds_one(text: str) -> bool:
    """Whether an address carries a credential: `https://user:password@…`, `…?api_key=…`."""
    if "://" not in text or len(text) > ADDRESS_LIMIT:
        return False
    try:
        parts = urlsplit(text.strip())
        said = parse_qsl(parts.query)
    except ValueError:
        return False
    return bool(parts.password) or any(names_one(name) and not is_elsewhere(word) for name, word in said)
