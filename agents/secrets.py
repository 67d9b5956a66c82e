"""Credentials inside a configuration: sealed apart from it, and never shown again.

A configuration holds `{"$secret": id, "rev": n}` in their place. People see `••••` and the last four
characters; a form that sends that back keeps the secret. A value is taken for a credential by the name
that it stands under, or because it begins like one; `${NAME}` says where a program finds it itself.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from agents.models import Agent, Secret
from agents.values import refused
from versioning.lib.crypto import seal, unseal
from versioning.workspaces.actor import Actor

LABEL = "agent secret"
DOTS = "••••"
SHOW_FROM = 8  # characters; of a shorter one, four would be too much
SENSITIVE = re.compile(
    r"(?:^|[_\-.])(?:authorization|password|passwd|secret|api[_\-]?key|apikey|access[_\-]?key|token|bearer"
    r"|private[_\-]?key|credentials?|cookie)$",
    re.IGNORECASE,
)
TOKEN = re.compile(
    r"(?:\bsk-[A-Za-z0-9_\-]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bxox[abprs]-[A-Za-z0-9\-]{10,}|\bAKIA[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_\-]{30,}|\bglpat-[A-Za-z0-9_\-]{16,}"
    r"|\bpv_(?:live|test)_[A-Za-z0-9]{20,}|\bhf_[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----)"
)
ELSEWHERE = re.compile(
    r"^\s*(?:(?:Bearer|Basic|Token)\s+)?(?:\$\{?\w+\}?|\$?\{\{.*\}\}|env:\w+)\s*$", re.I | re.S
)


def is_reference(value: Any) -> bool:
    """Whether a value stands for a secret."""
    return isinstance(value, dict) and "$secret" in value


def references_in(value: Any) -> list[dict[str, Any]]:
    """The references of a configuration, wherever they stand."""
    if is_reference(value):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for each in inside for found in references_in(each)]


def masked(value: Any, last4: dict[str, str]) -> Any:
    """A configuration as people see it: `••••` and the last four in the place of each secret."""
    if is_reference(value):
        return DOTS + last4.get(str(value["$secret"]), "")
    if isinstance(value, dict):
        return {name: masked(each, last4) for name, each in value.items()}
    return [masked(each, last4) for each in value] if isinstance(value, list) else value


def last_fours(agent: Agent) -> dict[str, str]:
    """The last four characters of each secret of an agent, by its id."""
    return {str(id): last4 for id, last4 in Secret.objects.filter(agent=agent).values_list("id", "last4")}


def sealed(actor: Actor, agent: Agent, config: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """A server's configuration as it is kept: credentials sealed, what was masked as it was.

    `stored` is what the row held. Raises `invalid` for a mask or a reference that stands for no secret.
    """
    keeper = _Keeper(actor, agent, stored)
    found: dict[str, Any] = keeper.walk(config, stored, "config", sensitive=False)
    return found


def refuse_credentials(value: Any, field: str) -> None:
    """Refuse a credential where none is kept apart. Error: `invalid`."""
    for path, name, text in _texts(value, field):
        if TOKEN.search(text) or (SENSITIVE.search(name) and not ELSEWHERE.match(text) and text):
            raise refused(
                path,
                "This looks like a credential, and everyone who reads a version would see it. Keep it in the "
                "config of an MCP server, where it is sealed, or name where programs find it: ${NAME}.",
            )


def refuse_in_address(endpoint: str) -> None:
    """Refuse an address that carries a credential. Error: `invalid`, field `endpoint`."""
    try:
        parts = urlsplit(endpoint)
        secret = parts.username or parts.password
    except ValueError as error:
        raise refused("endpoint", "It is no address.") from error
    told = any(SENSITIVE.search(name) and not ELSEWHERE.match(said) for name, said in parse_qsl(parts.query))
    if secret or told or TOKEN.search(endpoint):
        raise refused("endpoint", "It carries a credential. Put that into config, where it is sealed.")


@dataclass
class _Keeper:
    """Walks a configuration beside what was stored, and seals."""

    actor: Actor
    agent: Agent
    stored: dict[str, Any]

    def walk(self, value: Any, was: Any, path: str, *, sensitive: bool) -> Any:
        if is_reference(value):
            return self._known(value, path)
        if isinstance(value, dict):
            old = was if isinstance(was, dict) and not is_reference(was) else {}
            return {
                name: self.walk(
                    each, old.get(name), f"{path}.{name}", sensitive=sensitive or bool(SENSITIVE.search(name))
                )
                for name, each in value.items()
            }
        if isinstance(value, list):
            olds = was if isinstance(was, list) else []
            return [
                self.walk(each, olds[at] if at < len(olds) else None, f"{path}[{at}]", sensitive=sensitive)
                for at, each in enumerate(value)
            ]
        if not isinstance(value, str) or not value:
            return value
        if value.startswith(DOTS):
            return self._unmasked(value, was, path)
        if TOKEN.search(value) or (sensitive and not ELSEWHERE.match(value)):
            return self._seal(value, was)
        return value

    def _secret(self, reference: Any) -> Secret | None:
        try:
            wanted = UUID(str(reference["$secret"]))
        except ValueError:
            return None
        return Secret.objects.select_for_update().filter(agent=self.agent, pk=wanted).first()

    def _known(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        secret = self._secret(value)
        if secret is None:
            raise refused(path, "It refers to a secret that is not there. Type the credential itself.")
        return {"$secret": str(secret.pk), "rev": secret.rev}

    def _unmasked(self, value: str, was: Any, path: str) -> dict[str, Any]:
        """What a mask stands for: the secret in the same place, or the only one that looks so."""
        if is_reference(was) and (kept := self._secret(was)) and str(kept) == value:
            return {"$secret": str(kept.pk), "rev": kept.rev}
        alike = {
            str(found.pk): found
            for reference in references_in(self.stored)
            if (found := self._secret(reference)) and str(found) == value
        }
        if len(alike) != 1:
            raise refused(path, f"{value[:12]} stands for no secret here. Type the credential itself.")
        only = next(iter(alike.values()))
        return {"$secret": str(only.pk), "rev": only.rev}

    def _seal(self, value: str, was: Any) -> dict[str, Any]:
        secret = self._secret(was) if is_reference(was) else None
        if secret and unseal(bytes(secret.sealed), label=LABEL) == value.encode():
            return {"$secret": str(secret.pk), "rev": secret.rev}
        secret = secret or Secret(workspace=self.actor.workspace, agent=self.agent, rev=0)
        if secret.created_at is None:
            secret.created_at = self.actor.now()
        secret.sealed = seal(value.encode(), label=LABEL)
        secret.last4 = value[-4:] if len(value) >= SHOW_FROM else ""
        secret.rev += 1
        secret.changed_at, secret.changed_by = self.actor.now(), self.actor.label
        secret.save()
        return {"$secret": str(secret.pk), "rev": secret.rev}


def _texts(value: Any, path: str, name: str = "") -> list[tuple[str, str, str]]:
    if isinstance(value, str):
        return [(path, name, value)]
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in _texts(each, f"{path}.{key}", key)]
    if isinstance(value, list):
        return [found for at, each in enumerate(value) for found in _texts(each, f"{path}[{at}]", name)]
    return []
