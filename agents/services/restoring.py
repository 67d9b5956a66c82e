"""Putting a whole agent back to a Snapshot: as a plan, then in one transaction."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from agents import naming
from agents.models import PARTS, Agent, AgentSchema, Part, Snapshot
from agents.services.restorable import check_plan
from agents.tracked import AGENT, OF_SECTION
from versioning.changes.plan import Plan, Step, step_to, take
from versioning.changes.services.restoring import publish_restored, require_draft
from versioning.lib.errors import DomainError, not_found
from versioning.lib.transaction import noted
from versioning.versions.models import Version
from versioning.versions.services.one_draft import draft_of, editing
from versioning.versions.services.steps import clean_message
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require


@dataclass(frozen=True)
class RestoredSnapshot:
    """What a restore did, or would do. `draft` is the draft as it is then, or still is."""

    plan: Plan
    snapshot: Snapshot
    draft: Version


def snapshot_of(actor: Actor, agent: Agent, snapshot_id: UUID) -> Snapshot:
    """A Snapshot of that agent. Error: `not_found`."""
    require(actor, Act.READ)
    found: Snapshot | None = Snapshot.objects.in_workspace(actor).of(agent.pk).filter(pk=snapshot_id).first()
    if found is None:
        raise not_found()
    return found


def restore_snapshot(
    actor: Actor, agent: Agent, snapshot: Snapshot, *, expected: str | None = None, reason: str = "",
    publish: bool = False, dry_run: bool = False,
) -> RestoredSnapshot:  # fmt: skip
    """Put the draft back to a Snapshot: own fields, schemas in force, triggers, MCP servers.

    Schemas that it has not are deactivated; triggers and servers that it has not are deleted; those that
    went come back under their ids. Each row is a change of its own. Pointers, secrets, what the system
    observes and conversations stay. `expected` is the draft's tag as it was shown.
    Errors: `stale`, `unchanged`, `invalid`, `archived`, `forbidden`.
    """
    require(actor, Act.EDIT)
    if publish:
        require(actor, Act.PUBLISH)
    reason = clean_message(reason)
    if snapshot.agent_id != agent.pk:
        raise not_found()
    if dry_run:
        require_draft(actor, agent)
        draft = _expected(draft_of(agent), expected)
        return RestoredSnapshot(_checked(agent, snapshot), snapshot, draft)
    about = {"message": reason, "snapshot_id": str(snapshot.pk), "snapshot": snapshot.version_number}
    name = EventName.SNAPSHOT_RESTORED
    with transaction.atomic():
        with editing(actor, agent, act=Act.EDIT, name=name, **about) as row:
            _expected(draft_of(row), expected)
            plan = _checked(agent, snapshot)
            if not plan.steps:
                words = f"The draft equals snapshot {snapshot.version_number}: nothing to restore."
                raise DomainError("unchanged", words)
            with noted(f"Restored to snapshot {snapshot.version_number}"):
                for step in plan.steps:
                    take(row, step)
        if publish:
            publish_restored(actor, agent, reason)
    return RestoredSnapshot(plan, snapshot, draft_of(agent))


def _expected(draft: Version, expected: str | None) -> Version:
    """The draft, if it is what the caller saw. Error: `stale`."""
    if expected in (None, "*", draft.tag):
        return draft
    words = f"{draft.label} changed since you looked; {draft.author_name} saved it last. Look at it again."
    raise DomainError("stale", words, tag=draft.tag, number=draft.number)


def _checked(agent: Agent, snapshot: Snapshot) -> Plan:
    plan = plan_of(agent, snapshot)
    check_plan(agent, plan)
    return plan


def plan_of(agent: Agent, snapshot: Snapshot) -> Plan:
    """What a restore would do to the rows as they are."""
    now = Agent.objects.get(pk=agent.pk)
    own = {name: value for name, value in snapshot.agent_snapshot.items() if name in Agent.TRACKED}
    if "llm_config" in own:
        own["llm_config"] = naming.kept_live(agent.workspace_id, now.llm_config, own["llm_config"])
    first = step_to(AGENT, agent.pk, now.name, now, own)
    steps = [first] if first else []
    for model in PARTS:
        steps += _steps_of_parts(agent, model, getattr(snapshot, f"{model.section}_snapshot"))
    deletions = [step for step in steps if step.action == "deleted"]
    return Plan([step for step in steps if step.action != "deleted"] + deletions)


def _steps_of_parts(agent: Agent, model: type[Part], items: list[dict[str, Any]]) -> list[Step]:
    there = {str(part.pk): part for part in model.objects.of(agent)}
    wanted = {str(item["id"]): item for item in items}
    resource = OF_SECTION[model.section]
    steps = []
    for id, item in wanted.items():
        then = {name: item[name] for name in model.TRACKED if name in item}
        now = there.get(id)
        steps.append(step_to(resource, UUID(id), resource.label(vars(now) if now else item), now, then))
    for id, part in there.items():
        if id not in wanted:
            back = {"is_active": False} if model is AgentSchema else None
            steps.append(step_to(resource, part.pk, resource.label(vars(part)), part, back))
    return [step for step in steps if step is not None]
