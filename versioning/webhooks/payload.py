"""What an endpoint is told of an Event: the body, made once and sent to the letter each time."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse

from versioning.versions.kinds import KINDS
from versioning.versions.models import Artifact, Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event, Workspace

# The acts that lead from one version to another; numbers of other Events are no step.
STEPS = frozenset(
    {EventName.VERSION_CREATED, EventName.VERSION_UPDATED, EventName.VERSION_LOCKED,
     EventName.VERSION_PUBLISHED, EventName.VERSION_ROLLED_BACK, EventName.STAGING_SET}
)  # fmt: skip
FORMER = "former"  # what an act replaced: texts, which stay here


def body_of(event: Event, workspace: Workspace) -> str:
    """The body, as JSON in one line."""
    artifact = Artifact.objects.filter(pk=event.artifact_id).first() if event.artifact_id else None
    data = {
        "id": str(event.pk),
        "act_id": str(event.act_id),
        "workspace": workspace.slug,
        "artifact": _named(artifact, workspace) if artifact else None,
        "sequence": event.sequence,
        "from": event.from_number,
        "to": event.to_number,
        "actor": {"kind": event.actor_kind, "label": event.actor_label},
        "via": event.via,
        "message": event.message,
        "url": settings.PUBLIC_URL + _page(event, artifact, workspace),
        "diff_url": _diff_url(event, artifact, workspace),
        "variables": _variables(event, artifact),
        "data": {name: value for name, value in event.data.items() if name != FORMER},
    }
    whole = {"type": event.name, "timestamp": _moment(event), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _moment(event: Event) -> str:
    return event.created_at.isoformat().replace("+00:00", "Z")


def _named(artifact: Artifact, workspace: Workspace) -> dict[str, str]:
    """The names are on the table of each kind, which its Kind knows."""
    rows = KINDS[artifact.kind].artifacts(Actor.of_operator(workspace, via="command"))
    name = rows.filter(pk=artifact.pk).values_list("name", flat=True).first()
    return {"kind": artifact.kind, "slug": artifact.slug, "name": name or artifact.slug}


def _page(event: Event, artifact: Artifact | None, workspace: Workspace) -> str:
    """Where a person reads on: the version that it led to, or the history."""
    if artifact is None:
        return reverse("workspaces:log", args=[workspace.slug])
    pages, where = f"{artifact.kind}s", [workspace.slug, artifact.slug]
    if event.name in STEPS and event.to_number:
        return reverse(f"{pages}:version", args=[*where, event.to_number])
    return reverse(f"{pages}:history", args=where)


def _diff_url(event: Event, artifact: Artifact | None, workspace: Workspace) -> str | None:
    old, new = event.from_number, event.to_number
    if artifact is None or event.name not in STEPS or not old or not new or old == new:
        return None
    where = [workspace.slug, artifact.slug, old, new]
    return settings.PUBLIC_URL + reverse(f"{artifact.kind}s:compare", args=where)


def _variables(event: Event, artifact: Artifact | None) -> dict[str, list[str]] | None:
    """The names that came and went with this step; None where it is none, or a version is gone since."""
    if artifact is None or event.name not in STEPS or not event.to_number:
        return None
    numbers = [one for one in (event.from_number, event.to_number) if one]
    rows = Version.objects.filter(artifact_id=artifact.pk, number__in=numbers)
    sources: dict[int, str] = dict(rows.values_list("number", "source"))
    new = sources.get(event.to_number)
    if event.name == EventName.VERSION_UPDATED:
        old: Any = (event.data.get(FORMER) or {}).get("source")
    else:
        old = sources.get(event.from_number) if event.from_number else ""
    if old is None or new is None:
        return None
    changes = KINDS[artifact.kind].changes(old, new)
    return {
        "added": [one.name for one in changes if one.sign == "+"],
        "removed": [one.name for one in changes if one.sign == "-"],
    }
