"""Credentials inside a configuration: sealed apart from it, and never shown again.

A configuration holds `{"$secret": id, "rev": n}` in their place. People see `••••` and the last four
characters; a form that sends that back keeps the secret. What looks like a credential is told in
`agents/credentials.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from agents.credentials import (
    asks_for_one,
    command_holds_one,
    holds_one,
    is_elsewhere,
    is_header,
    is_plain,
    names_numeric,
    names_one,
)
from agents.models import Agent, Secret
from agents.values import refused
from versioning.lib.crypto import seal, unseal
from versioning.lib.errors import DomainError
from versioning.workspaces.actor import Actor

LABEL = "agent secret"
DOTS = "••••"
SHOW_FROM = 8  # characters; of a shorter one, four would be too much
HANDED = ("env", "environment", "headers")  # what a server is handed by name


def is_reference(value: Any) -> bool:
    """Whether a value stands for a secret."""
    return isinstance(value, dict) and "$secret" in value


def placed(value: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    """The references of a configuration, wherever they stand, each with its path."""
    if is_reference(value):
        return [(path, value)]
    inside: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        inside = ((f"{path}.{name}", each) for name, each in value.items())
    elif isinstance(value, list):
        inside = ((f"{path}[{at}]", each) for at, each in enumerate(value))
    return [found for where, each in inside for found in placed(each, where)]


def references_in(value: Any) -> list[dict[str, Any]]:
    """The references of a configuration."""
    return [reference for _, reference in placed(value, "")]


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
    found: dict[str, Any] = keeper.walk(config, stored, "config")
    return found


def refuse_credentials(value: Any, field: str) -> None:
    """Refuse a credential where none is kept apart. Error: `invalid`."""
    waiting: list[tuple[str, str, Any]] = [(field, "", value)]
    while waiting:
        path, name, each = waiting.pop()
        if isinstance(each, str):
            named = names_one(name) and each.strip() and not is_elsewhere(each) and not is_plain(each)
            if named or holds_one(each):
                raise _elsewhere_please(path)
        elif isinstance(each, dict):
            if is_reference(each) or any(holds_one(key) for key in each):
                raise _elsewhere_please(path)
            waiting += [(f"{path}.{key[:60]}", key, one) for key, one in each.items()]
        elif isinstance(each, list):
            waiting += [(f"{path}[{at}]", name, one) for at, one in enumerate(each)]
            if any(asks_for_one(flag) for flag in each[:-1]):
                _refuse_arguments(each, path)
        elif names_numeric(name) and isinstance(each, int | float) and not isinstance(each, bool):
            raise _elsewhere_please(path)


def refuse_in_address(endpoint: str) -> None:
    """Refuse an address, or a command, that carries a credential. Error: `invalid`, field `endpoint`."""
    try:
        parts = urlsplit(endpoint)
        secret = bool(parts.username or parts.password)
    except ValueError as error:
        raise refused("endpoint", "It is no address.") from error
    if secret or command_holds_one(endpoint):
        raise refused("endpoint", "It carries a credential. Put that into config, where it is sealed.")


def _refuse_arguments(arguments: list[Any], path: str) -> None:
    for at, (flag, word) in enumerate(pairwise(arguments)):
        if asks_for_one(flag) and isinstance(word, str) and word and not is_elsewhere(word):
            raise _elsewhere_please(f"{path}[{at + 1}]")


def _elsewhere_please(path: str) -> DomainError:
    return refused(
        path,
        "This looks like a credential, and everyone who reads a version would see it. Keep it in the "
        "config of an MCP server, where it is sealed, or name where programs find it: ${NAME}.",
    )


@dataclass
class _Keeper:
    """Walks a configuration beside what was stored, and seals."""

    actor: Actor
    agent: Agent
    stored: dict[str, Any]

    def walk(self, value: Any, was: Any, path: str, *, sensitive: bool = False, handed: bool = False) -> Any:
        if is_reference(value):
            return self._known(value, path)
        if isinstance(value, dict):
            return self._walk_names(value, was, path, sensitive=sensitive, handed=handed)
        if isinstance(value, list):
            olds = was if isinstance(was, list) else []
            return [
                self.walk(
                    each, olds[at] if at < len(olds) else None, f"{path}[{at}]",
                    sensitive=sensitive or (at > 0 and asks_for_one(value[at - 1])),
                )
                for at, each in enumerate(value)
            ]  # fmt: skip
        if not isinstance(value, str) or not value:
            return value
        if DOTS in value:
            return self._unmasked(value, was, path)
        if holds_one(value) or is_header(value) or (sensitive and not is_elsewhere(value)):
            return self._seal(value, was)
        return value

    def _walk_names(
        self, value: dict[str, Any], was: Any, path: str, *, sensitive: bool, handed: bool
    ) -> dict[str, Any]:
        old = was if isinstance(was, dict) and not is_reference(was) else {}
        found = {}
        for name, each in value.items():
            here = f"{path}.{name[:60]}"
            if holds_one(name):
                raise refused(
                    path, "A name in it is a credential. Make it the value of a name, to be sealed."
                )
            if names_numeric(name) and isinstance(each, int | float) and not isinstance(each, bool):
                raise refused(here, "A credential is a text, also one of digits: put it in quotes.")
            found[name] = self.walk(
                each, old.get(name), here, sensitive=sensitive or names_one(name, handed=handed),
                handed=handed or name.lower() in HANDED,
            )  # fmt: skip
        return found

    def _secret(self, reference: Any) -> Secret | None:
        try:
            wanted = UUID(str(reference["$secret"]))
        except ValueError:
            return None
        return Secret.objects.select_for_update().filter(agent=self.agent, pk=wanted).first()

    def _kept(self, secret: Secret) -> dict[str, Any]:
        """A reference to a secret that got no new value: as the row holds it, for nothing changed."""
        for reference in references_in(self.stored):
            if str(reference["$secret"]) == str(secret.pk):
                return reference
        return {"$secret": str(secret.pk), "rev": secret.rev}

    def _known(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        if set(value) - {"$secret", "rev"}:
            raise refused(path, "A reference holds $secret and rev alone.")
        secret = self._secret(value)
        if secret is None:
            raise refused(path, "It refers to a secret that is not there. Type the credential itself.")
        return self._kept(secret)

    def _unmasked(self, value: str, was: Any, path: str) -> dict[str, Any]:
        """What a mask stands for: the secret in the same place, or the only one that looks so."""
        if is_reference(was) and (kept := self._secret(was)) and str(kept) == value:
            return self._kept(kept)
        alike = {
            str(found.pk): found
            for reference in references_in(self.stored)
            if (found := self._secret(reference)) and str(found) == value
        }
        if len(alike) != 1:
            raise refused(path, f"{DOTS} stands for no secret here. Type the whole credential.")
        return self._kept(next(iter(alike.values())))

    def _seal(self, value: str, was: Any) -> dict[str, Any]:
        secret = self._secret(was) if is_reference(was) else None
        if secret and unseal(bytes(secret.sealed), label=LABEL) == value.encode():
            return self._kept(secret)
        secret = secret or Secret(workspace=self.actor.workspace, agent=self.agent, rev=0)
        if secret.created_at is None:
            secret.created_at = self.actor.now()
        secret.sealed = seal(value.encode(), label=LABEL)
        secret.last4 = value[-4:] if len(value) >= SHOW_FROM else ""
        secret.rev += 1
        secret.changed_at, secret.changed_by = self.actor.now(), self.actor.label
        secret.save()
        return {"$secret": str(secret.pk), "rev": secret.rev}
