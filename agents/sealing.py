"""Credentials of a history that comes in: sealed once for each place, with a count of their values.

In the config of a server a reference takes their place, as when they are typed there. Elsewhere none is
kept, so `${NAME}` does: programs are told where to find it, and the value lies sealed with the agent.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from agents.credentials import (
    BEGINNING,
    asks_for_one,
    holds_one,
    is_elsewhere,
    is_header,
    is_plain,
    names_numeric,
    names_one,
)
from agents.models import Agent, Secret
from agents.secrets import HANDED, LABEL, SHOW_FROM, refuse_in_address
from versioning.lib.crypto import seal
from versioning.lib.errors import DomainError
from versioning.workspaces.actor import Actor

UNNAMED = "CREDENTIAL"
UUID_LIKE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Of these the beginning gives a credential away, and all of it is one.
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
)
ADDRESS = re.compile(r"[^\s\"'<>()]+://[^\s\"'<>()]+")


@dataclass
class _Kept:
    """The newest value of a place, and how many it had."""

    value: str
    rev: int = 1


@dataclass
class Sealing:
    """The credentials of one agent's history. The same history makes the same ids and counts again."""

    agent: UUID
    kept: dict[UUID, _Kept] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def config(self, config: dict[str, Any], place: str) -> dict[str, Any]:
        """The config of a server with references for its credentials."""
        found: dict[str, Any] = _Walk(self, place, referring=True).walk(config, "config")
        return found

    def elsewhere(self, value: Any, place: str, path: str) -> Any:
        """A value of any other place, with `${NAME}` for its credentials."""
        return _Walk(self, place, referring=False).walk(value, path)

    def address(self, endpoint: Any, config: dict[str, Any]) -> Any:
        """An address without a credential; one that carries some goes into the config, to be sealed."""
        try:
            refuse_in_address(endpoint if isinstance(endpoint, str) else "")
        except DomainError:
            config.setdefault("endpoint", endpoint)
            return _bare(endpoint)
        return endpoint

    def keep(self, place: str, value: str) -> dict[str, Any]:
        """The reference to a credential of a place."""
        secret = uuid5(self.agent, f"secret/{place}")
        known = self.kept.setdefault(secret, _Kept(value))
        if known.value != value:
            self.kept[secret] = known = _Kept(value, known.rev + 1)
        return {"$secret": str(secret), "rev": known.rev}

    def save(self, actor: Actor, agent: Agent) -> None:
        """Write them down, sealed. Of each place the newest value stays, as when it is typed."""
        at = actor.now()
        Secret.objects.bulk_create(
            Secret(
                id=id, workspace=actor.workspace, agent=agent, rev=kept.rev, created_at=at, changed_at=at,
                sealed=seal(kept.value.encode(), label=LABEL), changed_by=actor.label,
                last4=kept.value[-4:] if len(kept.value) >= SHOW_FROM else "",
            )
            for id, kept in self.kept.items()
        )  # fmt: skip


@dataclass
class _Walk:
    """Goes through a value, and puts something else in the place of each credential."""

    sealing: Sealing
    place: str
    referring: bool

    def walk(
        self, value: Any, path: str, name: str = "", *, sensitive: bool = False, handed: bool = False
    ) -> Any:
        if isinstance(value, dict):
            if _is_ours(value):
                return value
            return self._names(value, path, sensitive=sensitive, handed=handed)
        if isinstance(value, list):
            return [
                self.walk(
                    each, f"{path}[{at}]", name,
                    sensitive=sensitive or (at > 0 and asks_for_one(value[at - 1])),
                )
                for at, each in enumerate(value)
            ]  # fmt: skip
        if isinstance(value, str):
            return self._text(value, path, name, sensitive=sensitive)
        if isinstance(value, int | float) and not isinstance(value, bool) and names_numeric(name):
            return self._put(str(value), path, name)
        return value

    def _names(self, value: dict[str, Any], path: str, *, sensitive: bool, handed: bool) -> dict[str, Any]:
        inner = self.referring and sensitive  # a server's headers: all that stands under such a name
        return {
            self._name(name, path): self.walk(
                each, f"{path}.{name[:60]}", name, sensitive=inner or names_one(name, handed=handed),
                handed=self.referring and (handed or name.lower() in HANDED),
            )
            for name, each in value.items()
        }  # fmt: skip

    def _name(self, name: str, path: str) -> str:
        if name == "$secret":
            return "secret"  # what is no reference of ours must not be taken for one
        return self._without(name, path) if holds_one(name) else name

    def _text(self, text: str, path: str, name: str, *, sensitive: bool) -> Any:
        named = sensitive and text.strip() and not is_elsewhere(text) and not is_plain(text)
        header = self.referring and is_header(text)
        if not named and not header and not holds_one(text):
            return text
        if self.referring or named:
            return self._put(text, path, name)
        left = self._without(text, path)
        return self._put(text, path, name) if holds_one(left) else left

    def _put(self, text: str, path: str, name: str) -> Any:
        """Seal a whole value."""
        reference = self.sealing.keep(f"{self.place}/{path}", text)
        if self.referring:
            return reference
        self._note(path)
        words = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper()
        return f"${{{words if words[:1].isalpha() else UNNAMED}}}"

    def _without(self, text: str, path: str) -> str:
        """Seal what in a text is a credential: a key, an address, a word. The text itself stays."""

        def replace(found: re.Match[str]) -> str:
            self.sealing.keep(f"{self.place}/{path}@{found.start()}", found[0])
            return f"${{{UNNAMED}}}"

        def replace_address(found: re.Match[str]) -> str:
            return replace(found) if holds_one(found[0]) else found[0]

        self._note(path)
        left = ADDRESS.sub(replace_address, PRIVATE_KEY.sub(replace, text))
        return BEGINNING.sub(replace, left)

    def _note(self, path: str) -> None:
        where = BEGINNING.sub("…", path)
        words = f"{where} held what looks like a credential: it is sealed, and ${{…}} stands in its place."
        self.sealing.notes[words] = None


def _is_ours(value: dict[str, Any]) -> bool:
    """Whether an object is a reference as we write them, and nothing that only looks like one."""
    if set(value) != {"$secret", "rev"} or not isinstance(value["$secret"], str):
        return False
    return bool(UUID_LIKE.fullmatch(value["$secret"])) and isinstance(value["rev"], int)


def _bare(endpoint: str) -> str:
    """An address without its user, password and query; of a command nothing."""
    try:
        parts = urlsplit(endpoint)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if not parts.hostname or parts.scheme not in ("http", "https"):
        return ""
    found = f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    return "" if holds_one(found) else found
