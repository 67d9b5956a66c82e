"""The rows of an agent, written from a configuration."""

from typing import Any

from django.db.models.functions import Now

from agents import naming
from agents.canonical import alike, parsed
from agents.models import PARTS, Agent, Part
from versioning.versions.models import Artifact


def write(artifact: Artifact, source: str) -> None:
    """Make the rows those of a source, and touch only the rows that differ.

    Parts keep their ids, and what the system observed of them; a part that went comes back under its id.
    """
    configuration = parsed(source)
    agent = Agent.objects.get(pk=artifact.pk)
    own = dict(configuration["agent"])
    own["llm_config"] = naming.kept_live(artifact.workspace_id, agent.llm_config, own["llm_config"])
    changed = {name: value for name, value in own.items() if not alike(getattr(agent, name), value)}
    if changed:
        Agent.objects.filter(pk=agent.pk).update(**changed, updated_at=Now())
    for model in PARTS:
        _write_parts(agent, model, configuration[model.section])


def _write_parts(agent: Agent, model: type[Part], items: list[dict[str, Any]]) -> None:
    there = {str(part.id): part for part in model.objects.of(agent)}
    wanted = {item["id"]: {name: item[name] for name in model.TRACKED} for item in items}
    gone = [part.id for id, part in there.items() if id not in wanted]
    if gone:
        model.objects.of(agent).filter(pk__in=gone).delete()
    for id, fields in wanted.items():
        if id not in there:
            model.objects.create(id=id, agent=agent, tenant_id=agent.tenant_id, **fields)
        elif not all(alike(getattr(there[id], name), value) for name, value in fields.items()):
            model.objects.filter(pk=id).update(**fields, updated_at=Now())
