"""Agents that come with the history they had elsewhere: `{"agent": slug, …, "config": {…}}`.

How a config becomes one of ours is told in docs/importing.md. Rows keep their ids by name through all
versions, and every version is stored in the canonical form that Lock makes.
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from uuid import uuid5

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from agents.canonical import canonical
from agents.formats import Collected, read
from agents.models import PARTS, Agent, AgentSchema, McpServer
from agents.sealing import Sealing
from agents.services.agents import refuse_reserved
from agents.services.cleaning import check_reachable, clean_agent, clean_part
from agents.values import check_object
from versioning.lib.errors import DomainError
from versioning.versions import services as versions
from versioning.versions.importing import Line
from versioning.versions.models import Artifact, Version
from versioning.versions.services.artifacts import Imported
from versioning.workspaces.actor import Actor

MODELS = {model.section: model for model in PARTS}


class AgentImporter:
    """A line holds a configuration, in one of several forms."""

    kind = "agent"
    content = "config"
    example = json.dumps(
        {
            "agent": "issue-triage", "version": 1, "message": "First version", "author": "Ana",
            "created": "2025-07-31T09:12:44Z",
            "config": {
                "description": "Sorts new issues.", "on": {"issues": {"types": ["opened"]}},
                "tools": {"web-fetch": None}, "instructions": "You sort issues…",
            },
        },
        ensure_ascii=False,
    )  # fmt: skip

    def check(self, content: object) -> Collected:
        """What a configuration says, in our fields and rows."""
        return read(check_object(content, "config"))

    def artifact(self, actor: Actor, slug: str) -> Artifact:
        """The agent of that slug, made where it is missing; its draft opens with the import."""
        found: Agent | None = Agent.objects.in_workspace(actor).filter(slug=slug).first()
        if found:
            return found
        refuse_reserved(slug)
        return versions.create(actor, Agent, kind="agent", slug=slug, tenant=actor.workspace, name=slug)

    def history(
        self, actor: Actor, artifact: Artifact, lines: Sequence[Line]
    ) -> tuple[list[Imported], list[str]]:
        """The configurations in canonical form; credentials are sealed, what is no schema is set aside."""
        sealing, notes = Sealing(artifact.pk), dict[str, None]()
        found = []
        for number, line in enumerate(lines, start=1):
            try:
                source = source_of(artifact, line.content, sealing, notes)
            except DomainError as error:
                words = f"Line {line.at}: {error.message.rstrip('.')}. Nothing of this agent came in."
                raise DomainError(error.code, words, number=number) from error
            found.append(line.as_version(source))
        _refuse_unknown_prompts(actor, lines)
        if not artifact.last_number:
            sealing.save(actor, Agent.objects.get(pk=artifact.pk))
        return found, [*notes, *sealing.notes]


def source_of(
    artifact: Artifact, collected: Collected, sealing: Sealing, notes: dict[str, None],
    id_of: Callable[[str, str], str] | None = None,
) -> str:  # fmt: skip
    """A configuration as text; `id_of` says the id of a row by its section and its key."""
    id_of = id_of or (lambda section, key: str(uuid5(artifact.pk, f"{section}/{key}")))
    own = {**collected.own, "name": collected.own["name"] or artifact.slug}
    found: dict[str, Any] = {"agent": _own(own, sealing)}
    for section, rows in collected.rows.items():
        found[section] = [
            {"id": id_of(section, key), **_row(section, key, row, sealing, notes)} for key, row in rows
        ]
    return canonical(found)


def _own(own: dict[str, Any], sealing: Sealing) -> dict[str, Any]:
    """The agent's own fields as they are kept, by the rules for what is typed; none may hold a credential."""
    try:
        clean_agent(own)
    except DomainError:  # a credential perhaps; whatever else it is, is said below
        own = {name: sealing.elsewhere(value, "agent", name) for name, value in own.items()}
        clean_agent(own)
    return own


def _row(
    section: str, key: str, row: dict[str, Any], sealing: Sealing, notes: dict[str, None]
) -> dict[str, Any]:  # fmt: skip
    """A row as it is kept, by the rules for what is typed, without a credential in the open."""
    place = f"{section}/{key}"
    if section == McpServer.section and isinstance(row["config"], dict):
        config = dict(row["config"])
        endpoint = sealing.address(row["endpoint"], config)
        row = {**row, "endpoint": endpoint, "config": sealing.config(config, place)}
    else:
        row = {name: sealing.elsewhere(value, place, name) for name, value in row.items()}
    if section == AgentSchema.section:
        row = _set_aside(row, notes)
    _check(section, json.dumps(row, sort_keys=True))
    return row


def _set_aside(row: dict[str, Any], notes: dict[str, None]) -> dict[str, Any]:
    """A schema row; what is no JSON Schema is kept in its metadata, and the row is switched off."""
    metadata = row["metadata"]
    for name in ("schema_data", "validation_rules"):
        value = row[name]
        if isinstance(value, dict) and _is_schema(json.dumps(value, sort_keys=True)):
            continue
        title = value.get("title") if isinstance(value, dict) else None
        title = title if isinstance(title, str) else "unnamed"
        metadata = {**metadata, f"invalid_{name}": value}
        instead = {"title": title, "type": "object"} if name == "schema_data" else {}
        row = {**row, name: instead, "is_active": False, "metadata": metadata}
        notes[f"The schema '{title[:60]}' is no JSON Schema: its metadata keeps it, switched off."] = None
    return row


@lru_cache(maxsize=2_000)
def _is_schema(text: str) -> bool:
    try:
        Draft202012Validator.check_schema(json.loads(text))
    except (SchemaError, RecursionError, ValueError):
        return False
    return True


@lru_cache(maxsize=4_000)
def _check(section: str, text: str) -> None:
    """Whether the draft could be saved with this row: the same rules as for what is typed."""
    row = json.loads(text)
    clean = clean_part(MODELS[section], row)
    if section == McpServer.section:
        check_reachable(clean)


def _refuse_unknown_prompts(actor: Actor, lines: Sequence[Line]) -> None:
    """A locked version names prompts by their numbers, and those are here."""
    named = [(line.at, _names(line)) for line in lines]
    slugs = {slug for _, names in named for slug in names}
    if not slugs:
        return
    rows = Version.objects.filter(workspace_id=actor.workspace.id, kind="prompt", artifact__slug__in=slugs)
    there = set(rows.exclude(locked_at=None).values_list("artifact__slug", "number"))
    for at, names in named:
        for slug, number in names.items():
            if type(number) is not int or (slug, number) not in there:
                words = f"Line {at}: it names {json.dumps(number)[:40]} of the prompt '{slug[:100]}'. "
                words += "That must be a version that was promoted here: import the prompt first."
                raise DomainError("invalid", words, prompt=slug)


def _names(line: Line) -> dict[str, Any]:
    names = line.content.own["llm_config"].get("prompts", {})
    if not isinstance(names, dict):
        words = f'Line {line.at}: llm_config.prompts is an object such as {{"greeting": 7}}.'
        raise DomainError("invalid", words)
    return names
