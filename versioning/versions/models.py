"""WHAT is live, staged, drafted, locked: an artifact, its versions, its two pointers."""

import uuid

from django.db import models

from versioning.versions.kinds import KINDS
from versioning.versions.querysets import ArtifactQuerySet, VersionQuerySet
from versioning.workspaces.models import User, Workspace


class Status(models.TextChoices):
    """Computed from the pointers, never stored."""

    DRAFT = "draft", "draft"
    LIVE = "live", "live"
    RETIRED = "retired", "retired"


class Artifact(models.Model):
    """A thing with versions. Prompt and Agent extend it; the lifecycle knows only this table.

    `generation` grows with every act that changes an answer; programs and caches order answers by it.
    Pointers are moved by `update()` in versions/services and nowhere else: a full `save()` of a child
    would write them back as they were when it was loaded (the database refuses such a save).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="artifacts", editable=False)
    kind = models.CharField(max_length=10, editable=False)
    slug = models.SlugField(max_length=100, editable=False)
    last_number = models.PositiveIntegerField(db_default=0, editable=False)
    last_sequence = models.BigIntegerField(db_default=0, editable=False)
    generation = models.BigIntegerField(db_default=0, editable=False)
    live = models.ForeignKey(
        "Version", models.RESTRICT, null=True, related_name="+", db_constraint=False, editable=False
    )
    live_since = models.DateTimeField(null=True, editable=False)
    staging = models.ForeignKey(
        "Version", models.SET_NULL, null=True, related_name="+", db_constraint=False, editable=False
    )
    staging_since = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "slug"], name="artifact_slug"),
            models.UniqueConstraint(fields=["id", "workspace"], name="artifact_in_workspace"),
        ]
        indexes = [models.Index(fields=["workspace", "kind", "-changed_at"], name="artifact_by_change")]

    def __str__(self) -> str:
        return self.slug


class Version(models.Model):
    """One snapshot of an artifact; number 3 is labelled `v3`. Frozen for good once `locked_at` is set.

    `revision` counts the rewrites of a draft. `author_name` stays when the person leaves; authors of
    imported history are names only. Where a kind has one draft, its rows are the draft, and `source` is
    what they were when a service last wrote them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artifact = models.ForeignKey(Artifact, models.CASCADE, related_name="versions")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    source = models.TextField()
    digest = models.CharField(max_length=64)
    message = models.TextField(blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1)
    forked_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_constraint=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artifact", "number"], name="version_number"),
            models.UniqueConstraint(fields=["artifact", "id"], name="version_in_artifact"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="version_number_positive"),
            models.UniqueConstraint(
                fields=["artifact"], condition=models.Q(kind="agent", locked_at=None), name="one_draft"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How people call it."""
        return f"v{self.number}"

    @property
    def tag(self) -> str:
        """What `If-Match` carries: changes with every rewrite of a draft.

        Where the rows are the draft, it is made of their hash, for they may change without a rewrite.
        """
        mark = self.digest[:16] if KINDS[self.kind].one_draft else self.revision
        return f'"{self.number}-{mark}"'

    @property
    def is_draft(self) -> bool:
        """Whether it can still be rewritten."""
        return self.locked_at is None

    def status_in(self, artifact: Artifact) -> Status:
        """Live, draft or retired. Staging is a chip beside it."""
        if artifact.live_id == self.id:
            return Status.LIVE
        return Status.DRAFT if self.is_draft else Status.RETIRED
