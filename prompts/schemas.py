"""What programs send and read about prompts."""

from datetime import datetime
from typing import Any, Literal, cast

from django.conf import settings
from ninja import Field, Schema

from prompts.models import Prompt
from prompts.variables import variable_change, variables_of
from versioning.lib.rest import Input
from versioning.versions.diff import Diff
from versioning.versions.models import Version
from versioning.versions.schemas import (
    ArtifactQuery,
    Message,
    PointerOut,
    RolledBack,
    VersionOut,
    version_fields,
)
from versioning.workspaces.actor import Actor

Show = Literal["all", "staging", "drafts", "idle", "archived"]


class PromptQuery(ArtifactQuery):
    """Which prompts are wanted."""

    show: Show = Field("all", description="All in use, those with staging, drafts, nothing live; archived.")


class CompareQuery(Schema):
    """Which two versions, and how much round their changes."""

    old: int = Field(alias="from", ge=1, description="The older version's number.")
    new: int = Field(alias="to", ge=1, description="The newer version's number.")
    context: int = Field(3, ge=0, le=1000, description="Unchanged lines round each change.")
    full: bool = Field(False, description="With the lines of folded blocks.")


class PromptIn(Input):
    """A new prompt; with a source it begins with the draft v1."""

    slug: str = Field(description="Fixed from now on, and never given again.", examples=["greeting"])
    name: str = Field("", examples=["Greeting"])
    description: str = ""
    tags: list[str] = []
    source: str = Field("", examples=["Hello {{ name }}."])
    message: str = Message


class PromptChangesIn(Input):
    """What to change; what is not sent stays."""

    name: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    archived: bool | None = Field(None, description="Not while it is live; archiving clears staging.")


class PromptOut(Schema):
    """A prompt and its pointers."""

    slug: str = Field(examples=["greeting"])
    name: str = Field(examples=["Greeting"])
    description: str
    tags: list[str]
    archived: bool
    live: PointerOut | None
    staging: PointerOut | None = Field(description="null also while the workspace has staging off.")
    generation: int = Field(description="Grows with every change of an answer; send it to bind a move to it.")
    versions: int
    created: datetime
    changed: datetime
    url: str = Field(description="Its page.")

    @classmethod
    def of(cls, actor: Actor, prompt: Any) -> "PromptOut":
        """A prompt (`with_pointers().with_version_count()`) as programs read it."""
        staged = prompt.staging if actor.workspace.staging_enabled else None
        return cls(
            slug=prompt.slug, name=prompt.name, description=prompt.description, tags=prompt.tags,
            archived=bool(prompt.archived_at), live=PointerOut.of(prompt.live, prompt.live_since),
            staging=PointerOut.of(staged, prompt.staging_since), generation=prompt.generation,
            versions=prompt.version_count, created=prompt.created_at, changed=prompt.changed_at,
            url=f"{settings.PUBLIC_URL}/w/{actor.workspace.slug}/prompts/{prompt.slug}/",
        )  # fmt: skip


class PromptVersionOut(VersionOut):
    """A version of a prompt."""

    variables: list[str] = Field(description="In the order of their first use.", examples=[["name"]])
    size: int = Field(description="Characters.", examples=[18])
    source: str = Field("", description="In lists only with `include=source`.")

    @classmethod
    def of(cls, actor: Actor, prompt: Prompt, version: Version, *, text: bool = True) -> "PromptVersionOut":
        """A version as programs read it, with or without its text."""
        source, status = version.source, cast(Any, version.status_in(prompt).value)
        given = {"source": source} if text else {}
        return cls(
            **version_fields(actor, prompt, version), status=status,
            variables=list(variables_of(source)), size=len(source), **given,
        )  # fmt: skip


class RolledBackOut(RolledBack):
    """What a rollback of a prompt did."""

    restored: PromptOut


class VariablesOut(Schema):
    """What callers must pass from then on, and what is read no longer."""

    added: dict[str, int] = Field(description="With how often each is used.", examples=[{"name": 2}])
    removed: list[str]
    kept: list[str]


class ComparisonOut(Schema):
    """The diff of two versions.

    Rows pair an old with a new line, numbered from 1; in a row's spans `mark` is a changed word. Runs of
    unchanged lines far from a change come as blocks of the kind `fold`, with their lines if `full=1`.
    """

    from_version: int
    to_version: int
    aligned: bool = Field(description="false: too different to align, both texts are given whole.")
    reason: str
    added: int = Field(description="Lines.")
    removed: int = Field(description="Lines.")
    places: int = Field(description="Runs of change.")
    hidden: bool = Field(description="Whether changed lines hold characters that one does not see.")
    variables: VariablesOut
    blocks: list[dict[str, Any]]
    url: str = Field(description="Its page.")


class ComparedOut(Schema):
    """The answer of a comparison."""

    success: bool = True
    comparison: ComparisonOut

    @classmethod
    def of(
        cls, actor: Actor, prompt: Prompt, old: Version, new: Version, diff: Diff, *, full: bool
    ) -> "ComparedOut":
        """A diff as programs read it."""
        change = variable_change(old.source, new.source)
        page = f"/w/{actor.workspace.slug}/prompts/{prompt.slug}/compare/{old.number}...{new.number}/"
        comparison = ComparisonOut(
            from_version=old.number, to_version=new.number, aligned=diff.aligned, reason=diff.reason,
            added=diff.added, removed=diff.removed, places=diff.places, hidden=diff.hidden,
            variables=VariablesOut(added=change.added, removed=change.removed, kept=change.kept),
            blocks=[_block(block, full) for block in diff.blocks], url=settings.PUBLIC_URL + page,
        )  # fmt: skip
        return cls(comparison=comparison)


def _block(block: Any, full: bool) -> dict[str, Any]:
    if block.kind == "fold" and not full:
        return {"kind": block.kind, "first": block.first, "last": block.last, "rows": []}
    shown: dict[str, Any] = block.as_dict()
    return shown
