"""A plan of a restore as pages show it, and the review of restoring one resource."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from versioning.changes.models import Change, Operation
from versioning.changes.plan import Plan, Step
from versioning.changes.resources import Resource
from versioning.changes.services.restoring import Preview
from versioning.changes.who import Who, makers
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.fields import Row, show_fields
from versioning.versions.presenters.header import Links
from versioning.versions.presenters.look import Look
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may

VERBS = {"created": "create", "updated": "update", "deleted": "delete"}
EMPTY: tuple[Any, ...] = ("", None, [], {})
NAMED = 10  # changes made meanwhile that are listed


@dataclass
class FieldShown:
    """One tracked field of a step, with what becomes of it. `chosen`: whether its box is ticked."""

    name: str
    rows: list[Row]
    chosen: bool = True


@dataclass
class StepShown:
    """What happens to one row; of one that comes or goes, `fields` are those that say something."""

    step: Step
    verb: str
    fields: list[FieldShown] = field(default_factory=list)

    @property
    def names(self) -> str:
        """The fields that differ, as a list; '' where the whole row comes or goes."""
        return ", ".join(self.step.changes) if self.step.action == "updated" else ""


@dataclass
class PlanShown:
    """A plan. `more` counts changes that are too many to be shown; `look` is for the templates of a diff."""

    steps: list[StepShown]
    created: int
    updated: int
    deleted: int
    more: int
    look: Look = field(default_factory=lambda: Look(whole=True))
    links: dict[str, str] = field(default_factory=dict)
    target: str = ""

    @property
    def open(self) -> bool:
        """Whether the fields of each step fit the page at once."""
        return len(self.steps) <= 12


def plan_shown(plan: Plan) -> PlanShown:
    """The steps in their order, each with its fields before and after."""
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for at, step in enumerate(plan.steps):
        for name, (before, after) in step.changes.items():
            if name in step.resource.switched:
                before, after = (f"not {name[:-3]}" if not each else name[:-3] for each in (before, after))
            comes, goes = step.action == "created", step.action == "deleted"
            if (comes and after in EMPTY) or (goes and before in EMPTY):
                continue
            old[f"{at} {name}"] = {} if comes else {name: before}
            new[f"{at} {name}"] = {} if goes else {name: after}
    fields = show_fields(old, new, Look(whole=True))
    rows: dict[str, list[Row]] = {
        section.key: [row for group in section.groups for row in group.rows] for section in fields.sections
    }
    return PlanShown(
        [
            StepShown(
                step, VERBS[step.action],
                [FieldShown(name, found) for name in step.changes if (found := rows.get(f"{at} {name}"))],
            )
            for at, step in enumerate(plan.steps)
        ],
        plan.count("created"), plan.count("updated"), plan.count("deleted"), fields.more,
    )  # fmt: skip


@dataclass
class Meanwhile:
    """A change that was made after what a page knew."""

    change: Change
    who: Who

    @property
    def did(self) -> str:
        """What it did, to follow the name of who did it."""
        if self.change.operation == Operation.UPDATE:
            return f"changed {', '.join(self.change.changed_fields or ())}"
        return str(Operation(self.change.operation).label) + " it"


@dataclass
class Review:
    """The restore of one resource before it is done. Its button is bound to `version`, the newest."""

    resource: Resource
    resource_id: UUID
    change: Change
    who: Who
    label: str
    plan: PlanShown
    version: int
    gone: bool  # the row is not there now
    removes: bool  # the restore deletes the row
    effects: list[str]
    refusal: str
    publish: str  # the label of the draft, where it can be published afterwards
    action_url: str
    history_url: str
    fields: list[FieldShown] = field(default_factory=list)  # those that can be chosen
    reason: str = ""
    publishing: bool = False
    problem: str = ""
    meanwhile: list[Meanwhile] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What it is about."""
        label = f" {self.label}" if self.resource.is_part else ""
        return f"Restore {self.resource.noun}{label} to version {self.change.version}"

    @property
    def button(self) -> str:
        """What the button does, by its result."""
        return "Delete it again" if self.removes else f"Restore version {self.change.version}"


def review(actor: Actor, resource: Resource, found: Preview) -> Review:
    """What a restore of one resource would do, as its page and its card say it."""
    artifact, change = found.artifact, found.change
    plan = plan_shown(found.plan)
    step = found.plan.steps[0] if found.plan.steps else None
    draft = draft_in(artifact)
    links = Links(actor, artifact)
    chooses = step is not None and step.action == "updated" and len(plan.steps[0].fields) > 1
    return Review(
        resource=resource, resource_id=change.resource_id, change=change, who=makers([change])[change.pk],
        label=step.label if step else resource.label(change.data_after or change.data_before or {}),
        plan=plan, version=found.version, gone=bool(step and step.action == "created"),
        removes=bool(step and step.action == "deleted"),
        effects=_effects(actor, artifact, draft, found, step), refusal=found.refusal,
        publish=publishable(actor, artifact, draft),
        action_url=restore_url(actor, artifact, change),
        history_url=links.to("history", resource=change.resource_id),
        fields=plan.steps[0].fields if chooses else [],
    )  # fmt: skip


def restore_url(actor: Actor, artifact: Artifact, change: Change) -> str:
    """Where a resource is restored to what it was after a Change."""
    where = [actor.workspace.slug, artifact.slug, change.resource_type, change.resource_id, change.version]
    return reverse(f"{kind_of(artifact).namespace}:restore", args=where)


def draft_in(artifact: Artifact) -> Version | None:
    """The one draft, where the kind has one."""
    if not kind_of(artifact).one_draft:
        return None
    found: Version = Version.objects.of(artifact).drafts().without_text().get()
    return found


def publishable(actor: Actor, artifact: Artifact, draft: Version | None) -> str:
    """The label of the draft where it may be published afterwards; '' where it may not, or is live."""
    return draft.label if draft and draft.pk != artifact.live_id and may(actor, Act.PUBLISH) else ""


def stays(actor: Actor, artifact: Artifact, draft: Version | None) -> list[str]:
    """What a restore leaves alone, a sentence each; and what is served at once, where the draft is."""
    if draft is None:
        return ["Its versions stay as they are, and so do live and staging."]
    live, staging = artifact.live_id, artifact.staging_id if actor.workspace.staging_enabled else None
    found = []
    if draft.pk == live:
        found.append(f"{draft.label} is live: what is restored is served at once.")
    elif live:
        number = Version.objects.of(artifact).values_list("number", flat=True).get(pk=live)
        found.append(f"Only the draft {draft.label} changes: live stays on v{number}.")
    else:
        found.append(f"Only the draft {draft.label} changes: nothing is live.")
    if draft.pk == staging:
        found.append(f"{draft.label} is on staging: test keys get what is restored at once.")
    runtime = (
        "Runtime fields and running conversations stay as they are; credentials keep their newest values."
    )
    return [*found, runtime]


def newer_than(change: Change, version: int, known: int | None) -> list[Meanwhile]:
    """What was done to a resource after the version that a page knew, oldest first."""
    if not known or known >= version:
        return []
    rows = Change.objects.filter(tenant_id=change.tenant_id).of(change.resource_type, change.resource_id)
    found = list(rows.filter(version__gt=known).order_by("version")[:NAMED])
    who = makers(found)
    return [Meanwhile(each, who[each.pk]) for each in found]


def typed(review: Review, chosen: Iterable[str] | None, reason: str, *, publish: bool) -> Review:
    """The same with what was typed into the form that was refused; None for all fields."""
    wanted = None if chosen is None else set(chosen)
    for each in review.fields:
        each.chosen = wanted is None or each.name in wanted
    review.reason, review.publishing = reason, publish and bool(review.publish)
    return review


def _effects(
    actor: Actor, artifact: Artifact, draft: Version | None, found: Preview, step: Step | None
) -> list[str]:
    """What happens, a sentence each."""
    target = found.change.version
    recorded = f"Recorded as version {found.version + 1}, “Restored to version {target}”."
    if step and step.action == "created":
        recorded += " It comes back under its id, with all of its history."
    if step and step.action == "deleted":
        recorded = f"Version {target} was a deletion, so the row will be deleted. " + recorded
        recorded += " Its history stays, and it can be restored from there."
    return [recorded, *stays(actor, artifact, draft)]
