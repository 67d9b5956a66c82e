"""What a restore would do, row by row, before it does it; and doing it."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.db.models.functions import Now

from versioning.changes.resources import Resource
from versioning.versions.models import Artifact

Action = Literal["created", "updated", "deleted"]


@dataclass(frozen=True)
class Step:
    """What happens to one row. `changes` holds the fields that differ: `{"bio": (before, after)}`."""

    action: Action
    resource: Resource
    id: UUID
    label: str
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def after(self) -> dict[str, Any]:
        """The values that it writes."""
        return {name: value for name, (_, value) in self.changes.items()}


@dataclass(frozen=True)
class Plan:
    """The steps in the order in which they are taken: what others refer to first, deletions last."""

    steps: list[Step]

    def count(self, action: Action) -> int:
        """How many rows are created, updated or deleted."""
        return sum(step.action == action for step in self.steps)


def step_to(resource: Resource, id: UUID, label: str, now: Any, then: dict[str, Any] | None) -> Step | None:
    """The step that makes a row (`now`, None where it is gone) what it was `then`; None for no step.

    `then` may name some of the tracked fields only: the others stay.
    """
    if then is None:
        before = {name: (getattr(now, name), None) for name in resource.tracked} if now else {}
        return Step("deleted", resource, id, label, before) if now else None
    if now is None:
        return Step("created", resource, id, label, {name: (None, value) for name, value in then.items()})
    changes = {}
    for name, value in then.items():
        was = getattr(now, name)
        if bool(was) != bool(value) if name in resource.switched else not same(was, value):
            changes[name] = (was, value)
    return Step("updated", resource, id, label, changes) if changes else None


def take(artifact: Artifact, step: Step) -> None:
    """Write one step. Columns that the system observes, or that verbs switch, are not touched."""
    resource, rows = step.resource, step.resource.model._default_manager
    after = {name: value for name, value in step.after.items() if name not in resource.switched}
    if step.action == "deleted":
        rows.filter(pk=step.id).delete()
    elif step.action == "created":
        rows.create(id=step.id, agent_id=artifact.pk, tenant_id=artifact.workspace_id, **after)
    elif after:
        if "updated_at" in resource.untracked:
            after["updated_at"] = Now()
        rows.filter(pk=step.id).update(**after)


def same(one: Any, other: Any) -> bool:
    """Whether two values are one in JSON: true is not 1, but 1.0 is 1. What is too deep to tell is not."""
    try:
        return one == other and _typed(one) == _typed(other)
    except RecursionError:
        return False


def _typed(value: Any) -> str:
    return json.dumps(_whole(value), sort_keys=True, default=str)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value
