"""How the workspace's log names artifacts and links to them."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.subjects import Subject


class Artifacts:
    """The artifacts of every kind; a kind's pages are named after it (`prompts:history`)."""

    def named(self, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Subject]:
        """Those of the actor's workspace, by id."""
        found = Artifact.objects.in_workspace(actor).filter(pk__in=list(ids)).only("slug", "kind")
        return {artifact.pk: _subject(actor, artifact) for artifact in found}

    def like(self, actor: Actor, word: str) -> Iterable[UUID]:
        """The artifacts whose slug holds a word."""
        found = Artifact.objects.in_workspace(actor).filter(slug__icontains=word)
        return found.values_list("pk", flat=True)[:1000]

    def example(self, actor: Actor) -> str:
        """The path of the artifact that was changed last, one that is live if there is any."""
        found = Artifact.objects.in_workspace(actor).order_by("-changed_at")
        artifact = found.exclude(live=None).first() or found.first()
        return f"{artifact.kind}s/{artifact.slug}" if artifact else ""


def _subject(actor: Actor, artifact: Artifact) -> Subject:
    where = [actor.workspace.slug, artifact.slug]
    return Subject(
        label=artifact.slug,
        url=reverse(f"{artifact.kind}s:history", args=where),
        versions_url=reverse(f"{artifact.kind}s:versions", args=where),
        published=kind_of(artifact).words.published,
    )
