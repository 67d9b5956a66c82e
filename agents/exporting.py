"""Agents as files: each version a configuration in our own form, without the ids that it has here.

A row is known by a number of its own in its section, counted as rows first appear; so is a secret. Read
back, rows get ids that are in the order of these numbers, so that the canonical form, which sorts rows of
one name by id, is the same again.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from agents import naming
from agents.canonical import SECTIONS, name_of, parsed
from agents.formats import own
from agents.importing import source_of
from agents.models import Agent, McpServer
from agents.sealing import Sealing
from agents.secrets import is_reference, placed, refuse_credentials
from agents.services.agents import refuse_reserved
from versioning.lib import strict_json
from versioning.lib.errors import DomainError
from versioning.versions import services as versions
from versioning.versions.exports.exporters import Sealed, Turn
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor

MOST_ROWS = 2**31


class AgentExporter:
    """Where the pointers of an agent stand is in `agent.json`, all else in `v1.json`, `v2.json`, …"""

    kind = "agent"
    folder = "agents"
    ending = ".json"

    def about(self, artifact: Artifact) -> dict[str, Any]:
        """Nothing: its name is part of each version."""
        return {}

    def portable(self, artifact: Artifact) -> Turn:
        """Configurations with numbers for ids."""
        return _Portable(artifact.pk).turn

    def make(self, actor: Actor, slug: str, about: dict[str, Any]) -> Artifact:
        """The agent without versions; its draft comes with them."""
        refuse_reserved(slug)
        return versions.create(actor, Agent, kind="agent", slug=slug, tenant=actor.workspace, name=slug)

    def reader(self, actor: Actor, artifact: Artifact) -> Sealed:
        """Configurations with the ids that rows and secrets get here."""
        return _Reader(artifact)


class _Portable:
    """Gives out the numbers of one agent's rows and secrets."""

    def __init__(self, agent: UUID):
        self.rows: dict[str, dict[str, int]] = {section: {} for section in SECTIONS}
        self.secrets: dict[str, int] = {}
        self.agent = agent

    def turn(self, source: str) -> str:
        found = parsed(source)
        for section in SECTIONS:
            numbers = self.rows[section]
            rows = [{**row, "id": numbers.setdefault(row["id"], len(numbers) + 1)} for row in found[section]]
            found[section] = [
                self._row(section, row) for row in sorted(rows, key=lambda row: (name_of(row), row["id"]))
            ]
        found["agent"] = self._without(found["agent"], "agent")
        return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=2) + "\n"

    def _row(self, section: str, row: dict[str, Any]) -> dict[str, Any]:
        if section != McpServer.section or not isinstance(row["config"], dict):
            return self._without(row, f"{section}/{row['id']}")
        sealing, config = Sealing(self.agent), dict(row["config"])
        endpoint = sealing.address(row["endpoint"], config)
        config = sealing.config(config, f"{section}/{row['id']}")
        return {**row, "endpoint": endpoint, "config": with_secrets(config, self._numbered)}

    def _without(self, value: dict[str, Any], place: str) -> dict[str, Any]:
        """What SQL wrote past the rules that keep credentials out leaves no export either."""
        try:
            refuse_credentials(value, place)
        except DomainError:
            found: dict[str, Any] = Sealing(self.agent).elsewhere(value, place, place)
            return found
        return value

    def _numbered(self, id: Any) -> int:
        return self.secrets.setdefault(str(id), len(self.secrets) + 1)


class _Reader:
    """Reads the configurations of one agent."""

    def __init__(self, artifact: Artifact):
        self.artifact = artifact
        self.sealing = Sealing(artifact.pk)
        self.said: dict[str, None] = {}

    def source(self, text: str, *, frozen: bool) -> str:
        try:
            config = strict_json.read(text.encode())
        except DomainError as error:
            raise DomainError("invalid", error.message.replace("The body", "It")) from error
        if not isinstance(config, dict) or not own.is_ours(config):
            raise DomainError("invalid", "It is no configuration in the form of an export.")
        own.read(config)  # refuses a section that is no list of objects
        for row in (row for section in SECTIONS for row in config.get(section, [])):
            if not isinstance(row, dict) or not _is_count(row.get("id")):
                raise DomainError("invalid", "Each row has a whole number from 1 as its id.")
        for row in config.get(McpServer.section, []):
            row["config"] = with_secrets(row.get("config", {}), self._secret)
        source = source_of(self.artifact, own.read(config), self.sealing, self.said, self._row)
        if frozen:
            self._refuse_unknown_prompts(parsed(source)["agent"]["llm_config"])
        return source

    def keep(self, actor: Actor) -> None:
        self.sealing.save(actor, Agent.objects.get(pk=self.artifact.pk))

    def notes(self) -> list[str]:
        places = [
            f"Enter the credential of the server '{server.name[:100]}' again: {path}."
            for server in McpServer.objects.of(self.artifact.pk)
            for path, _ in placed(server.config, "config")
        ]
        return [*places, *self.said, *self.sealing.notes]

    def _row(self, section: str, key: str) -> str:
        """An id that no other agent has, in the order of the numbers."""
        rest = uuid5(self.artifact.pk, f"{section}/{key}").int & (2**96 - 1)
        return str(UUID(int=int(key) << 96 | rest))

    def _secret(self, number: Any) -> str:
        return str(uuid5(self.artifact.pk, f"secret/{number}"))

    def _refuse_unknown_prompts(self, llm_config: dict[str, Any]) -> None:
        try:
            naming.resolved(self.artifact.workspace_id, llm_config, strictly=True)
        except DomainError as error:
            raise DomainError("invalid", f"It names a prompt that is not here as it was. {error.message}",
                              **error.data) from error  # fmt: skip
        if naming.followed(llm_config):
            raise DomainError("invalid", "What is frozen names prompts by their numbers.")


def with_secrets(value: Any, turned: Callable[[Any], Any]) -> Any:
    """A configuration whose references stand for something else."""
    if is_reference(value):
        return {**value, "$secret": turned(value["$secret"])}
    if isinstance(value, dict):
        return {name: with_secrets(each, turned) for name, each in value.items()}
    return [with_secrets(each, turned) for each in value] if isinstance(value, list) else value


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST_ROWS
