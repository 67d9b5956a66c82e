"""The verbs of an agent's own fields: made, changed section by section."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from agents import naming
from agents.canonical import own_fields, parsed
from agents.models import PARTS, Agent
from agents.services.cleaning import clean_agent
from agents.services.parts import add_rows
from agents.services.tags import expect, tag_of
from versioning.lib.errors import DomainError
from versioning.versions import services as versions
from versioning.versions.services.one_draft import editing, open_draft
from versioning.versions.services.steps import locked
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

# Addresses of pages beside those of the agents themselves.
RESERVED = ("new", "import")
# The sections of the agent's own row: what one Save of the editor covers.
OWN_SECTIONS = {
    "identity": ("name", "bio", "commercial_name", "tags", "type", "visibility", "status"),
    "model": ("llm_config",),
    "metadata": ("metadata",),
}


def create_agent(
    actor: Actor, *, slug: str, parts: dict[str, list[dict[str, Any]]] | None = None, **fields: Any
) -> Agent:
    """Make an agent; its draft v1 opens at once. `parts` are rows by section, without ids.

    Errors: `slug_taken`, `invalid`.
    """
    require(actor, Act.EDIT)
    refuse_reserved(slug)
    own = {"name": slug} | clean_agent(
        {name: value for name, value in fields.items() if value not in ("", None)}
    )
    naming.check_names(actor.workspace.id, own.get("llm_config", {}))
    with transaction.atomic():
        agent = versions.create(actor, Agent, kind="agent", slug=slug, tenant=actor.workspace, **own)
        with locked(actor, agent) as row:
            for model in PARTS:
                add_rows(actor, agent, model, (parts or {}).get(model.section, []))
            open_draft(actor, row)
    agent.refresh_from_db()
    return agent


def refuse_reserved(slug: str) -> None:
    """Refuse a slug under which a page of Previse lies."""
    if slug in RESERVED:
        raise DomainError("invalid", f"'{slug}' names a page of Previse. Choose another slug.", field="slug")


def copy_agent(actor: Actor, agent: Agent, *, slug: str, source: str, name: str = "") -> Agent:
    """Make an agent of a version of another one, whose secrets it does not get. Errors: `slug_taken`."""
    configuration = parsed(source)
    own = configuration["agent"] | ({"name": name} if name.strip() else {})
    parts = {
        model.section: [
            {name: _without_secrets(item[name]) for name in model.TRACKED}
            for item in configuration[model.section]
        ]
        for model in PARTS
    }
    return create_agent(actor, slug=slug, parts=parts, **own)


def change_agent(
    actor: Actor, agent: Agent, *, section: str = "", expected: str | None = None, **fields: Any
) -> Agent:
    """Change fields of the draft's own row; what is not given stays.

    `expected` is the tag of the section as it was shown (of all own fields, where none is named).
    Errors: `stale`, `unchanged`, `invalid`, `archived`; `forbidden` where the draft is served.
    """
    clean = clean_agent(fields)
    with editing(actor, agent, section=section or "agent") as row:
        now = Agent.objects.get(pk=row.pk)
        expect(tag_of(section_of(now, section)), expected, section or "agent")
        if "llm_config" in clean:
            naming.check_names(actor.workspace.id, clean["llm_config"])
        Agent.objects.filter(pk=row.pk).update(**clean, updated_at=Now())
    return Agent.objects.get(pk=agent.pk)


def section_of(agent: Agent, section: str) -> dict[str, Any]:
    """The own fields that a section covers; all of them for ''."""
    own = own_fields(agent)
    return {name: own[name] for name in OWN_SECTIONS.get(section, Agent.TRACKED)}


def _without_secrets(value: Any) -> Any:
    from agents.secrets import is_reference

    if is_reference(value):
        return ""
    if isinstance(value, dict):
        return {name: _without_secrets(each) for name, each in value.items()}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value
