"""Whether a version was tried: what the review before a publish asks."""

from django.db.models import Count, Q
from django.urls import reverse

from versioning.playground.models import Run
from versioning.playground.states import RunStatus
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.trials import Trial
from versioning.workspaces.actor import Actor


def trial_of(actor: Actor, artifact: Artifact, version: Version) -> Trial:
    """How often this version answered, and who tried it last: the text that it has now, else an older one."""
    answered = Run.objects.of(artifact).of_number(version.number).filter(status=RunStatus.DONE)
    counted = answered.aggregate(all=Count("pk"), same=Count("pk", filter=Q(digest=version.digest)))
    same = bool(counted["same"])
    runs = answered.filter(digest=version.digest) if same else answered
    last = runs.only("actor_label", "created_at").newest_first().first()
    return Trial(
        runs=counted["same"] if same else counted["all"],
        who=last.actor_label if last else "",
        at=last.created_at if last else None,
        same_text=same or last is None,
        url=try_url(actor, artifact, v=version.number),
    )


def try_url(actor: Actor, artifact: Artifact, **query: object) -> str:
    """The address at which a version is tried."""
    where = [actor.workspace.slug, kind_of(artifact).namespace, artifact.slug]
    return reverse("playground:try", args=where, query=query or None)
