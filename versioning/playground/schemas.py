"""What programs send and read about the playground."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from ninja import Field, Schema

from versioning.lib.rest import Input
from versioning.playground.models import Provider, Run
from versioning.playground.states import RunStatus
from versioning.versions.schemas import ActorOut, ArtifactRef
from versioning.workspaces.actor import Actor

Collection = Literal["prompts", "agents"]


class ProviderIn(Input):
    """The server that answers."""

    base_url: str = Field(max_length=500, examples=["https://api.openai.com/v1"])
    model: str = Field(max_length=200, description="Answers where a version names no model of its own.")
    key: str | None = Field(
        None, max_length=4000, description="Not sent, or sent as it was read: it stays. Empty: there is none."
    )


class ProviderOut(Schema):
    """The server that answers; its key by its end."""

    base_url: str
    model: str
    key: str = Field(
        description="`••••` and the last four characters; empty for none.", examples=["••••4f2a"]
    )
    updated: datetime
    updated_by: str | None

    @classmethod
    def of(cls, provider: Provider) -> "ProviderOut":
        """A provider as programs read it."""
        by = provider.updated_by
        return cls(
            base_url=provider.base_url, model=provider.model, key=provider.shown_key,
            updated=provider.updated_at, updated_by=by.display_name if by else None,
        )  # fmt: skip


class RunIn(Input):
    """What to say to a version."""

    input: str = Field("", description="A prompt is asked by itself, if nothing is said.")
    values: dict[str, str] = Field({}, description="Of the variables, by name.", examples=[{"name": "Ann"}])
    use_provider_model: bool = Field(False, description="Also where the version names another model.")


class RunOut(Schema):
    """A version asked once."""

    id: UUID
    artifact: ArtifactRef
    version: int = Field(examples=[8])
    digest: str = Field(description="The sha256 of the text that was asked; a draft may differ by now.")
    pair: UUID | None = Field(description="Joins two that were run side by side.")
    status: RunStatus = Field(description="`preview`: no model server is set, so it was sent nowhere.")
    input: str
    values: dict[str, str]
    request: dict[str, Any] = Field(description="What was sent, to the letter.")
    model: str
    answer: str
    error: str
    tokens_in: int | None
    tokens_out: int | None
    actor: ActorOut
    created: datetime
    started: datetime | None
    first_token: datetime | None
    finished: datetime | None
    url: str = Field(description="Its page.")

    @classmethod
    def of(cls, actor: Actor, run: Run) -> "RunOut":
        """A run (with its artifact) as programs read it."""
        return cls(
            id=run.pk, artifact=ArtifactRef(kind=run.artifact.kind, slug=run.artifact.slug),
            version=run.number, digest=run.digest, pair=run.pair, status=run.state, input=run.said,
            values=run.values, request=run.request, model=run.model, answer=run.answer, error=run.problem,
            tokens_in=run.tokens_in, tokens_out=run.tokens_out, created=run.created_at,
            started=run.started_at, first_token=run.first_token_at, finished=run.finished_at,
            actor=ActorOut(kind=run.actor_kind, id=run.actor_id, label=run.actor_label),
            url=f"{settings.PUBLIC_URL}/w/{actor.workspace.slug}/playground/runs/{run.pk}/",
        )  # fmt: skip
