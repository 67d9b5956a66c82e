"""A kind of artifact: a text with variables."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from prompts.querysets import PromptQuerySet, WorkingCopyQuerySet
from versioning.versions.models import Artifact, Version
from versioning.workspaces.models import User, Workspace


class Prompt(Artifact):
    """A prompt. Its own columns are those whose every change is tracked; pointers sit on the parent."""

    artifact = models.OneToOneField(
        Artifact, models.CASCADE, parent_link=True, primary_key=True, db_column="id"
    )
    tenant = models.ForeignKey(
        Workspace, models.CASCADE, related_name="+", db_column="tenant_id", editable=False
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = PromptQuerySet.as_manager()  # type: ignore[misc]

    def __str__(self) -> str:
        return self.slug


class WorkingCopy(models.Model):
    """What a member is typing: kept by itself, one per member and prompt, never served, no version.

    `kept_at` is set when something else needed the place (`kept_why`: a rollback, another window): a kept
    copy is offered back to its member, and thrown away by nobody else.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="working_copies")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    source = models.TextField(blank=True)
    base = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    base_tag = models.CharField(max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    kept_why = models.CharField(max_length=100, blank=True)

    objects = WorkingCopyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "working copies"
        constraints = [
            models.UniqueConstraint(
                fields=["prompt", "user"],
                condition=models.Q(kept_at=None),
                name="one_working_copy_per_member",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}'s copy of {self.prompt_id}"
