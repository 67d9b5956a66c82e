"""The verbs of an agent's parts: schemas, triggers and MCP servers are added, changed, removed."""

from typing import Any, cast
from uuid import UUID

from django.db.models.functions import Now

from agents.canonical import part_fields
from agents.models import Agent, AgentSchema, McpServer, Part
from agents.secrets import sealed
from agents.services.cleaning import check_reachable, clean_part
from agents.services.tags import expect, tag_of
from agents.values import refused
from versioning.lib.errors import DomainError, not_found
from versioning.versions.services.one_draft import editing
from versioning.workspaces.actor import Actor

MOST = 200  # parts of one section


def add_part[P: Part](actor: Actor, agent: Agent, model: type[P], **fields: Any) -> P:
    """Add a schema, trigger or MCP server to the draft. Errors: `invalid`, `archived`, `forbidden`."""
    with editing(actor, agent, section=model.section, did="added"):
        (made,) = add_rows(actor, agent, model, [fields])
    return cast(P, model.objects.get(pk=made.pk))


def change_part[P: Part](
    actor: Actor, agent: Agent, model: type[P], id: UUID, *, expected: str | None = None, **fields: Any
) -> P:
    """Change fields of a part; what is not given stays. `expected` is its tag as it was shown.

    Errors: `not_found`, `stale`, `unchanged`, `invalid`, `archived`, `forbidden`.
    """
    with editing(actor, agent, section=model.section, did="changed"):
        part = _find(agent, model, id)
        expect(tag_of(part_fields(part)), expected, model.noun)
        clean = _kept(actor, agent, model, {**_plain(part), **fields}, fields, part)
        model.objects.filter(pk=part.pk).update(**clean, updated_at=Now())
    return cast(P, model.objects.get(pk=id))


def remove_part(
    actor: Actor, agent: Agent, model: type[Part], id: UUID, *, expected: str | None = None
) -> None:
    """Take a part out of the draft; its secrets stay, for versions name them. Errors as `change_part`."""
    with editing(actor, agent, section=model.section, did="removed"):
        part = _find(agent, model, id)
        expect(tag_of(part_fields(part)), expected, model.noun)
        part.delete()


def add_rows[P: Part](actor: Actor, agent: Agent, model: type[P], rows: list[dict[str, Any]]) -> list[P]:
    """Insert parts, cleaned, inside another act. Of several, a refusal says which."""
    there = model.objects.of(agent).count()
    if there + len(rows) > MOST:
        raise refused(model.section, f"An agent has at most {MOST} of them.")
    made = []
    for at, row in enumerate(rows):
        try:
            fields = _kept(actor, agent, model, row, row, None)
        except DomainError as error:
            if len(rows) == 1 or error.code != "invalid":
                raise
            raise refused(f"{model.section}[{at}]", error.message) from error
        made.append(model.objects.create(agent=agent, tenant_id=agent.tenant_id, **fields))
    return cast(list[P], made)


def _kept(
    actor: Actor, agent: Agent, model: type[Part], whole: dict[str, Any], given: dict[str, Any],
    part: Part | None,
) -> dict[str, Any]:  # fmt: skip
    """The given fields as they are kept: cleaned, credentials sealed."""
    clean = clean_part(model, given)
    if part is None:
        _refuse_missing(model, clean)
    if model is McpServer:
        blank = {"endpoint": "", "transport": "streamable_http"}
        check_reachable({**blank, **whole, **clean})
        if "config" in clean:
            stored = part.config if isinstance(part, McpServer) else {}
            clean["config"] = sealed(actor, agent, clean["config"], stored)
    return clean


def _refuse_missing(model: type[Part], clean: dict[str, Any]) -> None:
    if model is AgentSchema and not clean.get("schema_data"):
        raise refused("schema_data", 'It is a JSON Schema such as {"title": "order", "type": "object"}.')
    if model is not AgentSchema and not clean.get("name"):
        raise refused("name", "It cannot be empty.")


def _plain(part: Part) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.TRACKED}


def _find[P: Part](agent: Agent, model: type[P], id: UUID) -> P:
    found = model.objects.of(agent).filter(pk=id).first()
    if found is None:
        raise not_found()
    part: P = found
    return part
