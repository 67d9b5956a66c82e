"""The Health page: what is known of the record, in words, and where each loss is looked at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from versioning.changes.models import Change, Operation
from versioning.changes.resources import RESOURCES
from versioning.changes.services.health import Health, artifacts_of
from versioning.versions.models import Artifact
from versioning.versions.presenters.header import Links
from versioning.workspaces.actor import Actor
from versioning.workspaces.templatetags.previse import named

ACTS = {str(each.value): str(each.label) for each in Operation}


@dataclass(frozen=True)
class Row:
    """One loss, or one finding: of what, which version of it, what is said, where it is looked at."""

    noun: str
    name: str
    of: str
    url: str
    version: int | None
    act: str
    words: str
    at: datetime | None = None


def health_page(actor: Actor, known: Health) -> dict[str, Any]:
    """What templates/changes/health.html shows beside the frame of Settings."""
    last = known.last
    told = last.findings if last else []
    ids = {(each["resource_type"], UUID(each["resource_id"])) for each in told}
    ids |= {(loss.resource_type, loss.resource_id) for loss in known.losses}
    names = _names(ids)
    owners = {UUID(each["agent_id"] or each["resource_id"]) for each in told}
    named_below = {(str(loss.resource_id), loss.version) for loss in known.losses}
    told = [each for each in told if (each["resource_id"], each["version"]) not in named_below]
    there = artifacts_of(owners | {loss.agent_id or loss.resource_id for loss in known.losses})
    losses = [
        _row(actor, names, loss.artifact, loss.resource_type, loss.resource_id, loss.version, loss.why,
             act=ACTS.get(loss.operation, ""), at=loss.at)
        for loss in known.losses
    ]  # fmt: skip
    findings = [
        _row(
            actor, names, there.get(UUID(each["agent_id"] or each["resource_id"])), each["resource_type"],
            UUID(each["resource_id"]), each["version"], each["words"],
        )
        for each in told
    ]  # fmt: skip
    return {
        "known": known, "troubles": troubles(known), "losses": losses,
        "more_losses": max(known.gaps - len(losses), 0), "findings": findings,
        "more_findings": max(last.found - len(last.findings), 0) if last else 0,
        "command": f"manage.py verify_history --workspace {actor.workspace.slug}",
    }  # fmt: skip


def troubles(known: Health, *, of_workspace: bool = False) -> list[str]:
    """What is known to be wrong, a sentence each; `of_workspace`: not what is the whole installation's."""
    found = []
    if known.gaps:
        found.append(f"{named(known.gaps, 'change')} could not be recorded.")
    if known.last and known.last.found:
        found.append(f"The last verification found {named(known.last.found, 'fault')}.")
    if known.snapshots_missing:
        words = named(known.snapshots_missing, "Snapshot")
        found.append(f"{words} of publishes could not be taken yet. It is tried again every half minute.")
    if known.silent and not of_workspace:
        which, more = ", ".join(known.silent[:3]), len(known.silent) - 3
        more_words = f" and {more} more" if more > 0 else ""
        found.append(f"Triggers of the record do not fire ({which}{more_words}): changes may go unrecorded.")
    return found


def _row(
    actor: Actor, names: dict[tuple[str, UUID], str], artifact: Artifact | None, kind: str, id: UUID,
    version: int | None, words: str, *, act: str = "", at: datetime | None = None,
) -> Row:  # fmt: skip
    resource = RESOURCES.get(kind)
    url = Links(actor, artifact).to("history") if artifact else ""
    return Row(
        resource.noun if resource else kind, names.get((kind, id)) or str(id)[:8],
        artifact.slug if artifact and resource and resource.is_part else "", url, version, act, words, at,
    )  # fmt: skip


def _names(ids: set[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """How resources were called when they were last recorded."""
    rows = Change.objects.filter(resource_id__in={id for _, id in ids})
    last = rows.order_by("resource_type", "resource_id", "-version").distinct("resource_type", "resource_id")
    return {
        (each.resource_type, each.resource_id): RESOURCES[each.resource_type].label(
            each.data_after or each.data_before or {}
        )
        for each in last
        if each.resource_type in RESOURCES
    }
