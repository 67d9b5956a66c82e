"""What locking and reverting the one draft would do, said before it is done."""

from typing import Any

from versioning.versions.kinds import Pinned, kind_of
from versioning.versions.models import Artifact
from versioning.versions.presenters.diffs import show
from versioning.versions.presenters.header import Links
from versioning.versions.presenters.look import Look
from versioning.versions.presenters.standing import Draft
from versioning.workspaces.actor import Actor


def locking(actor: Actor, artifact: Artifact, draft: Draft) -> dict[str, Any]:
    """What templates/versions/lock.html says of the draft."""
    links, version, pinned = Links(actor, artifact), draft.version, kind_of(artifact).pinned(artifact)
    return {
        "version": version,
        "draft": draft,
        "compare_url": links.to("compare", draft.base.number, version.number) if draft.base else "",
        "effects": _effects_of_locking(actor, artifact, draft, pinned),
        "refusal": pinned.problem,
        "action_url": links.to("lock"),
        "cancel_url": links.to("editor"),
    }


def reverting(actor: Actor, artifact: Artifact, draft: Draft, look: Look) -> dict[str, Any]:
    """What templates/versions/revert.html says of the draft."""
    links, base = Links(actor, artifact), draft.base
    return {
        "version": draft.version,
        "base": base,
        "draft": draft,
        "shown": show(actor, artifact, base, draft.version, look, page=("revert",), target="#changes"),
        "effects": _effects_of_reverting(actor, artifact, draft),
        "artifact": artifact,
        "list_label": kind_of(artifact).namespace.capitalize(),
        "list_url": links.list(),
        "editor_url": links.to("editor"),
        "action_url": links.to("revert"),
    }


def _effects_of_locking(actor: Actor, artifact: Artifact, draft: Draft, pinned: Pinned) -> list[str]:
    label, following = draft.version.label, f"v{draft.version.number + 1}"
    found = [f"{label} can never be changed again. The draft {following} opens at once, forked from it."]
    pointers = []
    if artifact.live_id == draft.version.pk:
        pointers.append(f"{label} is live and stays live; saves of {following} are not served.")
    elif artifact.live:
        pointers.append(f"Live stays on {artifact.live.label}.")
    if artifact.staging and actor.workspace.staging_enabled:
        pointers.append(f"Staging stays on {artifact.staging.label}.")
    return [*found, *([" ".join(pointers)] if pointers else []), *pinned.words]


def _effects_of_reverting(actor: Actor, artifact: Artifact, draft: Draft) -> list[str]:
    label = draft.version.label
    found = [f"{label} keeps its number. What it was stays in the History tab."]
    if artifact.live_id == draft.version.pk:
        found.append(f"{label} is live: what it goes back to is served at once.")
    if artifact.staging_id == draft.version.pk and actor.workspace.staging_enabled:
        found.append(f"{label} is on staging: test keys read what it goes back to at once.")
    return found
