"""What the pages begin with: the artifact that an address or a run is about."""

from versioning.lib.errors import not_found
from versioning.playground.models import Run
from versioning.versions.kinds import KINDS
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor


def artifact_at(actor: Actor, collection: str, slug: str) -> Artifact:
    """The artifact of that slug in a collection (`prompts`). Error: `not_found`."""
    kind = next((kind for kind in KINDS.values() if kind.namespace == collection), None)
    found = kind.find(actor, slug) if kind and "\0" not in slug else None
    if found is None:
        raise not_found()
    return found


def artifact_of(actor: Actor, run: Run) -> Artifact:
    """The artifact of a run, with its pointers and its name."""
    artifact = Artifact.objects.in_workspace(actor).get(pk=run.artifact_id)
    found = KINDS[artifact.kind].find(actor, artifact.slug)
    assert found
    return found
