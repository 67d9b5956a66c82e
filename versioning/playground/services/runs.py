"""Versions that are tried: the request is made and kept, and handed to the runner once it is committed."""

import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from versioning.lib.errors import DomainError, not_found
from versioning.playground.models import DOTS, Provider, Run
from versioning.playground.runner import Job, runner
from versioning.playground.services.providers import key_of, provider_of
from versioning.playground.states import OPEN, RunStatus
from versioning.versions.kinds import Ask, kind_of
from versioning.versions.models import Artifact
from versioning.versions.services.one_draft import as_rows_are
from versioning.versions.services.steps import version_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

TEXT_LIMIT = 100_000  # characters of what is said, and of a value
MOST_OPEN = 20  # runs of a workspace that wait or answer at the same time
SENT_ALWAYS = {"stream": True, "stream_options": {"include_usage": True}}


def start_runs(
    actor: Actor, artifact: Artifact, numbers: Sequence[int], *,
    said: str = "", values: Mapping[str, str] | None = None, override: bool = False,
) -> list[Run]:  # fmt: skip
    """Ask one version, or two side by side, the same. Their answers come later; see the runner.

    `override` sends the provider's model where a version names another. Without a provider each is a
    preview: the exact request, sent nowhere. Errors: `invalid`, `rate_limited`.
    """
    require(actor, Act.TRY)
    if not 1 <= len(numbers) <= 2:
        raise DomainError("invalid", "Choose one version, or two side by side.", field="version")
    if not Artifact.objects.in_workspace(actor).filter(pk=artifact.pk).exists():
        raise not_found()
    said = _clean(said, "input")
    given = {name: _clean(value, f"values.{name}") for name, value in (values or {}).items()}
    provider = provider_of(actor)
    _refuse_too_many(actor, len(numbers))
    pair = uuid.uuid4() if len(numbers) == 2 else None
    with transaction.atomic():
        return [
            _start(actor, artifact, number, said, given, provider, pair=pair, override=override)
            for number in numbers
        ]


def stop_run(actor: Actor, run_id: UUID) -> Run:
    """End an answer where it is; what has come stays. One that has ended is left alone."""
    require(actor, Act.TRY)
    run = run_of(actor, run_id)
    here = runner.under_way(run.pk)  # its row may be half a second behind
    words = here.words() if here else {}
    stopped = Run.objects.filter(pk=run.pk, status__in=OPEN).update(
        status=RunStatus.STOPPED, finished_at=actor.now(), **words
    )
    if stopped:
        run.refresh_from_db()
        transaction.on_commit(partial(runner.stop, run.pk), robust=True)
    return run


def run_of(actor: Actor, run_id: UUID) -> Run:
    """A run of the actor's workspace. Error: `not_found`."""
    require(actor, Act.TRY)
    found: Run | None = Run.objects.in_workspace(actor).filter(pk=run_id).first()
    if found is None:
        raise not_found()
    return found


def request_of(ask: Ask, provider: Provider | None, *, override: bool = False) -> dict[str, Any]:
    """What is sent, to the letter; the key is shown by its end. Without a provider it has no address."""
    model = provider.model if provider and (override or not ask.model) else ask.model
    named = {"model": model} if model else {}
    body = {**named, "messages": ask.messages, **_allowed(ask.params), **SENT_ALWAYS}
    if not provider:
        return {"url": "", "authorization": "", "body": body}
    shown = f"Bearer {provider.shown_key or DOTS}" if provider.sealed_key else ""
    return {"url": f"{provider.base_url}/chat/completions", "authorization": shown, "body": body}


def _start(
    actor: Actor, artifact: Artifact, number: int, said: str, values: dict[str, str],
    provider: Provider | None, *, pair: UUID | None, override: bool,
) -> Run:  # fmt: skip
    version = as_rows_are(artifact, version_of(artifact, number))
    kind = kind_of(artifact)
    own = {name: values[name] for name in kind.inputs(version.source) if name in values}
    ask = kind.ask(actor, version.source, own, said)
    request, now = request_of(ask, provider, override=override), actor.now()
    run = Run.objects.create(
        workspace=actor.workspace, artifact_id=artifact.pk, version=version, number=number,
        digest=version.digest, pair=pair, said=said, values=own, request=request,
        model=request["body"].get("model", ""), overridden=bool(provider and ask.model and override),
        status=RunStatus.WAITING if provider else RunStatus.PREVIEW,
        created_at=now, seen_at=now, finished_at=None if provider else now,
        actor_kind=actor.kind, actor_id=actor.id, actor_label=actor.label,
    )  # fmt: skip
    if provider:
        job = Job(
            run_id=run.pk, workspace_id=actor.workspace.pk, person_id=actor.person_id,
            base_url=provider.base_url, key=key_of(provider), body=request["body"],
        )  # fmt: skip
        transaction.on_commit(partial(runner.submit, job), robust=True)
    return run


def _allowed(params: dict[str, Any]) -> dict[str, Any]:
    """What a version may say of how it is answered; one answer, as a stream, is what we read."""
    return {name: value for name, value in params.items() if name not in ("model", "messages", "n")}


def _refuse_too_many(actor: Actor, more: int) -> None:
    if Run.objects.in_workspace(actor).open().count() + more > MOST_OPEN:
        raise DomainError(
            "rate_limited",
            f"{MOST_OPEN} answers are under way in this workspace. Wait for one of them, or stop one.",
        )


def _clean(text: str, field: str) -> str:
    """A text as it may be kept and sent, or DomainError `invalid`."""
    if len(text) > TEXT_LIMIT:
        raise DomainError("invalid", f"A text has at most {TEXT_LIMIT:,} characters here.", field=field)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DomainError("invalid", "The text holds half of a surrogate pair.", field=field) from error
    if "\0" in text:
        raise DomainError("invalid", "The text holds the NUL character. Remove it.", field=field)
    return text
